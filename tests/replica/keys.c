/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/keys.h"

#include <nettle/sha2.h>
#include <stdio.h>

static const char domain[] = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

static void
derive_secret (uint8_t secret[SHA256_DIGEST_SIZE], const char *seed, const char *name, unsigned number)
{
  struct sha256_ctx sha;
  char suffix[64];
  int size = snprintf (suffix, sizeof suffix, "/%s/%u", name, number);

  sha256_init (&sha);
  sha256_update (&sha, strlen (seed), (const uint8_t *) seed);
  sha256_update (&sha, (size_t) size, (const uint8_t *) suffix);
  sha256_digest (&sha, SHA256_DIGEST_SIZE, secret);
}

static void
derive_bls (struct bls_key *key, const char *seed, const char *name)
{
  uint8_t secret[SHA256_DIGEST_SIZE];
  blst_p2 point;

  derive_secret (secret, seed, name, 0);
  blst_keygen (&key->secret, secret, sizeof secret, NULL, 0);
  blst_sk_to_pk_in_g2 (&point, &key->secret);
  memcpy (key->der, ic_bls_der_prefix, IC_BLS_DER_PREFIX_SIZE);
  blst_p2_compress (key->der + IC_BLS_DER_PREFIX_SIZE, &point);
}

static void
derive_node (struct ic_identity *node, const char *seed, const char *name, unsigned number)
{
  uint8_t secret[SHA256_DIGEST_SIZE];

  derive_secret (secret, seed, name, number);
  ic_identity_from_seed (node, secret);
}

void
keys_derive (struct keys *keys, const char *seed, bool delegated)
{
  derive_bls (&keys->root, seed, "root");
  derive_bls (&keys->stranger, seed, "stranger");
  if (delegated)
    derive_bls (&keys->subnet, seed, "subnet");
  else
    keys->subnet = keys->root;
  ic_principal_of_public_key (&keys->root_id, keys->root.der, IC_BLS_DER_SIZE);
  ic_principal_of_public_key (&keys->subnet_id, keys->subnet.der, IC_BLS_DER_SIZE);
  for (unsigned i = 0; i < 2 * KEYS_NODES; i++)
    derive_node (&keys->nodes[i / KEYS_NODES][i % KEYS_NODES], seed, "node", i);
  derive_node (&keys->stray_node, seed, "stray node", 0);
  keys->delegated = delegated;
}

const struct ic_identity *
keys_node (const struct keys *keys, unsigned i)
{
  return &keys->nodes[atomic_load (&keys->renewed) % 2][i];
}

void
keys_renew (struct keys *keys)
{
  atomic_fetch_add (&keys->renewed, 1);
}

void
bls_sign (const struct bls_key *key, struct bytes message, uint8_t signature[IC_BLS_SIGNATURE_SIZE])
{
  blst_p1 hash, signed_point;

  blst_hash_to_g1 (&hash, message.data, message.size, (const byte *) domain, sizeof domain - 1, NULL, 0);
  blst_sign_pk_in_g2 (&signed_point, &hash, &key->secret);
  blst_p1_compress (signature, &signed_point);
}
