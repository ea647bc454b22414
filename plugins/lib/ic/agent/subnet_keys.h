/* SPDX-License-Identifier: Apache-2.0 */
/* The certified node keys of a canister's subnet, kept to verify the answers to queries with.
 *
 *                     ic_subnet_keys_due: yes
 *       ┌──────── read_state for ic_subnet_keys_paths ────────┐
 *       │                                                     ▼
 *     verify ◀───────────── keys at hand ◀──────── ic_subnet_keys_update
 *       │
 *       └─ unknown node, or keys too old: due again
 *
 * The caller does the sending. One thread at a time for each object. */
#ifndef IC_AGENT_SUBNET_KEYS_H
#define IC_AGENT_SUBNET_KEYS_H

#include "ic/certificate/query_signature.h"

struct ic_subnet_keys;

/* Limits in ns. Zero in a field takes the default in its comment. */
struct ic_subnet_keys_limits {
  uint64_t max_age;      /* of certificates and of node signatures: 5 minutes */
  uint64_t max_skew;     /* how far ahead of the clock these may be: 1 minute */
  uint64_t refresh;      /* keys older than this are due: 1 hour */
  uint64_t min_interval; /* an unknown node makes keys due not sooner than this after the last update: 10 s */
};

/* For the subnet of `canister` under `root_key` (DER); both are copied. Returns NULL when there is no memory.
 */
struct ic_subnet_keys *ic_subnet_keys_new (struct bytes root_key, const struct ic_principal *canister,
                                           const struct ic_subnet_keys_limits *limits);

void ic_subnet_keys_free (struct ic_subnet_keys *keys);

/* What to ask read_state for. */
extern const struct ic_path ic_subnet_keys_paths[1];

/* Whether the keys should be fetched (again) before the next query is verified. */
bool ic_subnet_keys_due (const struct ic_subnet_keys *keys, uint64_t now_ns);

/* How long, in ns, until keys that an unknown node has shown to be out of date may be fetched; 0 if at once,
 * or if no node was unknown. */
uint64_t ic_subnet_keys_wait (const struct ic_subnet_keys *keys, uint64_t now_ns);

/* Takes the certificate out of the body of an answer to read_state, verifies it, and puts its node keys in
 * the place of those at hand. If it returns anything but IC_CERTIFICATE_VALID, `error` is set and the earlier
 * keys stay. */
enum ic_certificate_result ic_subnet_keys_update (struct ic_subnet_keys *keys, struct bytes body,
                                                  uint64_t now_ns, struct ic_error *error);

/* Verifies the answer to a query. With no keys at hand it says IC_QUERY_UNKNOWN_NODE. After that verdict the
 * keys are due, if min_interval has gone by; fetch them, and verify the same answer again. */
enum ic_query_result ic_subnet_keys_verify (struct ic_subnet_keys *keys,
                                            const struct ic_query_response *response,
                                            const uint8_t request_id[IC_HASH_SIZE], uint64_t now_ns,
                                            struct ic_error *error);

/* The subnet and its nodes, or NULL before the first update; valid until the next one. */
const struct ic_nodes *ic_subnet_keys_nodes (const struct ic_subnet_keys *keys);

#endif
