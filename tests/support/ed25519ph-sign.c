/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/ed25519ph-sign.h"

#include <sodium.h>
#include <stdlib.h>

#include "dcledger/ed25519ph.h"

void
signing_key_init (struct signing_key *key, const uint8_t secret[32])
{
  uint8_t wide[64], hash[64];

  crypto_hash_sha512 (hash, secret, 32);
  hash[0] &= 248;
  hash[31] = (uint8_t) ((hash[31] & 127) | 64);
  memcpy (key->prefix, hash + 32, 32);
  memset (wide, 0, sizeof wide);
  memcpy (wide, hash, 32);
  crypto_core_ed25519_scalar_reduce (key->scalar, wide);
  if (crypto_scalarmult_ed25519_base_noclamp (key->pubkey, key->scalar) != 0)
    abort ();
}

/* SHA-512 (dom2 | the parts | digest), reduced to a scalar. */
static void
hash_to_scalar (uint8_t scalar[32], struct bytes first, struct bytes second, const uint8_t digest[64])
{
  static const char domain[] = "SigEd25519 no Ed25519 collisions\1\14" LEDGER_SIGNATURE_CONTEXT;
  crypto_hash_sha512_state state;
  uint8_t wide[64];

  crypto_hash_sha512_init (&state);
  crypto_hash_sha512_update (&state, (const uint8_t *) domain, sizeof domain - 1);
  crypto_hash_sha512_update (&state, first.data, first.size);
  crypto_hash_sha512_update (&state, second.data, second.size);
  crypto_hash_sha512_update (&state, digest, 64);
  crypto_hash_sha512_final (&state, wide);
  crypto_core_ed25519_scalar_reduce (scalar, wide);
}

void
ed25519ph_sign (const struct signing_key *key, struct bytes message, uint8_t signature[64])
{
  uint8_t digest[64], r[32], k[32];

  crypto_hash_sha512 (digest, message.data, message.size);
  hash_to_scalar (r, (struct bytes){ key->prefix, 32 }, (struct bytes){ NULL, 0 }, digest);
  if (crypto_scalarmult_ed25519_base_noclamp (signature, r) != 0)
    abort ();
  hash_to_scalar (k, (struct bytes){ signature, 32 }, (struct bytes){ key->pubkey, 32 }, digest);
  crypto_core_ed25519_scalar_mul (k, k, key->scalar);
  crypto_core_ed25519_scalar_add (signature + 32, k, r);
}
