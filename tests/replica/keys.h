/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a make-believe network, all derived from one text: the root key, the subnet's key that the
 * root delegates to, the subnet's nodes, and strangers whose signatures must be refused. */
#ifndef TESTS_REPLICA_KEYS_H
#define TESTS_REPLICA_KEYS_H

#include <blst.h>
#include <stdatomic.h>

#include "ic/agent/identity.h"
#include "ic/certificate/bls.h"

#define KEYS_NODES 4

struct bls_key {
  blst_scalar secret;
  uint8_t der[IC_BLS_DER_SIZE]; /* the public key */
};

struct keys {
  struct bls_key root, subnet, stranger;
  struct ic_principal root_id, subnet_id;  /* the root's own subnet, and the canister's */
  struct ic_identity nodes[2][KEYS_NODES]; /* each node's name is the principal of its key */
  atomic_uint renewed;           /* how often the nodes changed: the one set and the other take turns */
  struct ic_identity stray_node; /* belongs to no subnet */
  bool delegated;                /* false: the root subnet itself runs the canister */
};

/* The same `seed` always gives the same keys. They protect nothing. */
void keys_derive (struct keys *keys, const char *seed, bool delegated);

/* One of the nodes that there are now. */
const struct ic_identity *keys_node (const struct keys *keys, unsigned i);

/* From now on there are others. */
void keys_renew (struct keys *keys);

/* Signs a message as subnets do, with the signature in G1. */
void bls_sign (const struct bls_key *key, struct bytes message, uint8_t signature[IC_BLS_SIGNATURE_SIZE]);

#endif
