/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of a replica's answers: CBOR maps as in the section "HTTP interface" of the Internet Computer
 * Interface Specification.
 *
 * Each function reads one body. What it fills in points into `body` and `arena`, which must live as long. It
 * returns true, or false after setting `error`. Unknown fields are skipped. None of this is verified:
 * anybody can have written it. Pure functions, safe from any thread. */
#ifndef IC_CERTIFICATE_RESPONSE_H
#define IC_CERTIFICATE_RESPONSE_H

#include <stdbool.h>

#include "bytes/bytes.h"
#include "ic/candid/arena.h"
#include "ic/candid/error.h"

/* Why a request was rejected. 2 is a fault that may pass. */
#define IC_REJECT_SYS_FATAL 1
#define IC_REJECT_DESTINATION_INVALID 3
#define IC_REJECT_CANISTER_REJECT 4
#define IC_REJECT_CANISTER_ERROR 5

struct ic_reject {
  unsigned code;           /* 1 to 5 */
  struct bytes message;    /* UTF-8 */
  struct bytes error_code; /* such as "IC0503"; its data is NULL if there is none */
};

/* Sets `error` to a line that describes a reject. */
void ic_reject_describe (const struct ic_reject *reject, struct ic_error *error);

/* A node's signature of its answer to a query. */
struct ic_node_signature {
  const struct ic_node_signature *next;
  uint64_t timestamp;    /* ns since 1970 */
  struct bytes identity; /* the node's principal */
  struct bytes signature;
};

struct ic_query_response {
  bool rejected;
  struct bytes reply;                         /* unless rejected */
  struct ic_reject reject;                    /* if rejected */
  const struct ic_node_signature *signatures; /* in the order of the body */
  size_t signature_count;
};

bool ic_query_response_read (struct ic_query_response *response, struct bytes body, struct ic_arena *arena,
                             struct ic_error *error);

enum ic_call_status {
  IC_CALL_REPLIED,  /* done: the certificate has the outcome, which may be a reject */
  IC_CALL_ACCEPTED, /* on its way: ask with read_state for /request_status/<request id> */
  IC_CALL_REJECTED, /* refused before it was replicated */
};

struct ic_call_response {
  enum ic_call_status status;
  struct bytes certificate; /* of IC_CALL_REPLIED */
  struct ic_reject reject;  /* of IC_CALL_REJECTED */
};

/* `http_status` is needed since 202 alone, with an empty body, says IC_CALL_ACCEPTED. */
bool ic_call_response_read (struct ic_call_response *response, long http_status, struct bytes body,
                            struct ic_arena *arena, struct ic_error *error);

/* Takes the certificate out of the answer to read_state. */
bool ic_read_state_response_read (struct bytes *certificate, struct bytes body, struct ic_arena *arena,
                                  struct ic_error *error);

/* The answer of the status endpoint. Views whose data is NULL were not given. */
struct ic_status_response {
  struct bytes root_key; /* DER */
  struct bytes impl_version;
  struct bytes replica_health_status;
};

bool ic_status_response_read (struct ic_status_response *response, struct bytes body, struct ic_arena *arena,
                              struct ic_error *error);

#endif
