/* SPDX-License-Identifier: Apache-2.0 */
/* A replica in the test's own process, and the project's own agent to ask it: every answer is verified as a
 * client that trusts nobody would. */
#ifndef TESTS_REPLICA_TEST_SUPPORT_H
#define TESTS_REPLICA_TEST_SUPPORT_H

#include <check.h>

#include "ic/agent/agent.h"
#include "ic/agent/subnet_keys.h"
#include "ic/candid/candid.h"
#include "ic/certificate/certificate.h"
#include "ic/certificate/query_signature.h"
#include "ic/certificate/request_status.h"
#include "replica/replica.h"

struct client {
  struct replica *replica;
  struct ic_agent *agent;
  struct ic_subnet_keys *keys;
  struct ic_agent_result *result; /* of the last request */
  struct ic_arena arena;
  struct ic_certificate *certificate; /* of the last one that was verified */
  struct ic_error error;
};

/* Starts a replica for a ledger file of the vectors, with these options otherwise, and an agent for it.
 * `path` is put behind its URL. */
void client_start (struct client *client, const char *ledger, const struct replica_options *options);
void client_stop (struct client *client);

/* One attempt; the outcome is in client->result. `args` are encoded at `types`. */
void client_ask (struct client *client, enum ic_agent_kind kind, const char *method, const char *types,
                 const struct ic_candid_value *args);

/* Asks for paths with read_state. */
void client_read_state (struct client *client, const struct ic_path *paths, size_t count);

/* Fetches the nodes' keys. */
enum ic_certificate_result client_fetch_keys (struct client *client);

/* Verifies the answer to the query just made. */
enum ic_query_result client_verify_query (struct client *client);

/* Verifies a certificate, and keeps it. */
enum ic_certificate_result client_verify (struct client *client, struct bytes certificate);

/* Makes a query, which must be answered and verify, and decodes its reply at `types`. */
const struct ic_candid_value *client_query (struct client *client, const char *method, const char *arg_types,
                                            const struct ic_candid_value *args, const char *types);

/* Decodes a reply. */
const struct ic_candid_value *client_decode (struct client *client, struct bytes reply, const char *types);

/* Posts to /control/COMMAND, which must be answered with status 200. The caller frees what it says. */
char *client_control (struct client *client, const char *command, const char *body);

uint64_t client_now_ns (void);

#endif
