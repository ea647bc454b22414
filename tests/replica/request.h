/* SPDX-License-Identifier: Apache-2.0 */
/* What a client sends: envelopes, as in "Authentication" in the Internet Computer Interface Specification. */
#ifndef TESTS_REPLICA_REQUEST_H
#define TESTS_REPLICA_REQUEST_H

#include "ic/candid/arena.h"
#include "ic/candid/error.h"
#include "ic/candid/hash.h"
#include "ic/principal/principal.h"

#define REQUEST_MAX_PATHS 1000
#define REQUEST_MAX_LABELS 127
#define REQUEST_MAX_METHOD 200

/* How far ahead of the clock a request may expire, by the specification. */
#define REQUEST_MAX_EXPIRY_NS (UINT64_C (5) * 60 * 1000000000)

struct request {
  struct ic_request content; /* its method_name points to `method`; all else into the body and the arena */
  char method[REQUEST_MAX_METHOD + 1];
  struct bytes sender_pubkey, sender_sig; /* no data if the request is not signed */
  uint8_t id[IC_HASH_SIZE];
};

/* Reads an envelope whose request_type must be `type`, and checks it as replicas do: expiry, the sender's
 * name and signature. Ed25519 is the one kind of key that is known. Returns false after setting `error`; the
 * client is then answered with HTTP status 400. */
bool request_read (struct request *request, const char *type, struct bytes body, uint64_t now_ns,
                   struct ic_arena *arena, struct ic_error *error);

#endif
