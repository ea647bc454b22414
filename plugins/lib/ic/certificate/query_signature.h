/* SPDX-License-Identifier: Apache-2.0 */
/* Node signatures: the nodes that answer a query sign their answer, and the subnet certifies their keys
 * ("Query call" in the Internet Computer Interface Specification).
 *
 * Pure functions, safe from any thread. */
#ifndef IC_CERTIFICATE_QUERY_SIGNATURE_H
#define IC_CERTIFICATE_QUERY_SIGNATURE_H

#include "ic/certificate/certificate.h"
#include "ic/certificate/response.h"

/* Verdicts and what they mean in a few words. */
#define IC_QUERY_RESULTS(X)                                                                                  \
  X (VALID, "valid")                                                                                         \
  X (MISSING_SIGNATURE, "no node signed it")                                                                 \
  X (TOO_MANY_SIGNATURES, "it has more signatures than the subnet has nodes")                                \
  X (MALFORMED_SIGNATURE, "a signature is not 64 bytes long")                                                \
  X (UNKNOWN_NODE, "a node that does not belong to the subnet signed it")                                    \
  X (BAD_KEY_LENGTH, "the key of the node has the wrong length")                                             \
  X (BAD_KEY_PREFIX, "the key of the node is not an Ed25519 key")                                            \
  X (BAD_KEY, "the key of the node is not a point of the curve")                                             \
  X (BAD_SIGNATURE, "the signature does not match")                                                          \
  X (TOO_OLD, "too old")                                                                                     \
  X (FUTURE, "its time is in the future")

enum ic_query_result {
#define X(name, text) IC_QUERY_##name,
  IC_QUERY_RESULTS (X)
#undef X
};

/* A node of a subnet. */
struct ic_node {
  struct ic_principal id;
  struct bytes key; /* as it was certified: Ed25519 in DER, or something that will be refused */
};

struct ic_nodes {
  struct ic_principal subnet;
  const struct ic_node *list;
  size_t count;
};

/* Lists the nodes that a certificate shows under /subnet/<subnet id>/node for the subnet that signed it. The
 * certificate must have been verified under `root_key`. The list lies in `arena`, the keys where the
 * certificate lies. Returns false, after setting `error`, if it shows none. */
bool ic_nodes_read (struct ic_nodes *nodes, const struct ic_certificate *certificate, struct bytes root_key,
                    struct ic_arena *arena, struct ic_error *error);

/* What is expected of the answer to a query. */
struct ic_query_check {
  const struct ic_nodes *nodes;
  const uint8_t *request_id;                /* of the query, IC_HASH_SIZE bytes */
  uint64_t now_ns, max_age_ns, max_skew_ns; /* as in struct ic_certificate_check, for each signature */
};

/* Verifies every signature of an answer. Returns a verdict, after setting `error` unless it is
 * IC_QUERY_VALID. */
enum ic_query_result ic_query_verify (const struct ic_query_response *response,
                                      const struct ic_query_check *check, struct ic_error *error);

#endif
