/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/ed25519ph.h"

#include <pthread.h>
#include <sodium.h>

/* libsodium verifies Ed25519ph without a context only, and by stricter rules. So the equation
 *
 *     R = S B - h A,  h = SHA-512 (dom2 | R | A | SHA-512 (message))
 *
 * is put together here from its public operations on points. B is the base point. */

#define POINT_SIZE crypto_core_ed25519_BYTES
#define SCALAR_SIZE crypto_core_ed25519_SCALARBYTES

/* The point at infinity in its canonical form. */
static const uint8_t neutral[POINT_SIZE] = { 1 };

/* The order of B, and 1/8 modulo it; little-endian. */
static const uint8_t order[SCALAR_SIZE] = {
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
  0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10,
};
static const uint8_t eighth[SCALAR_SIZE] = {
  0x79, 0x2f, 0xdc, 0xe2, 0x29, 0xe5, 0x06, 0x61, 0xd0, 0xda, 0x1c, 0x7d, 0xb3, 0x9d, 0xd3, 0x07,
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Only chooses among implementations; if it fails, the portable ones remain. */
static void
start_sodium (void)
{
  (void) !sodium_init ();
}

static bool
below_order (const uint8_t *scalar)
{
  for (size_t i = SCALAR_SIZE; i-- > 0;)
    if (scalar[i] != order[i])
      return scalar[i] < order[i];
  return false;
}

/* h, reduced modulo the order. */
static void
challenge (uint8_t *h, struct bytes context, const uint8_t *key, struct bytes message, const uint8_t *R)
{
  static const char domain[] = "SigEd25519 no Ed25519 collisions\1"; /* 1: the prehashed variant */
  const uint8_t context_size = (uint8_t) context.size;
  uint8_t digest[crypto_hash_sha512_BYTES];
  crypto_hash_sha512_state state;

  crypto_hash_sha512 (digest, message.data, message.size);
  crypto_hash_sha512_init (&state);
  crypto_hash_sha512_update (&state, (const uint8_t *) domain, sizeof domain - 1);
  crypto_hash_sha512_update (&state, &context_size, 1);
  crypto_hash_sha512_update (&state, context.data, context.size);
  crypto_hash_sha512_update (&state, R, POINT_SIZE);
  crypto_hash_sha512_update (&state, key, POINT_SIZE);
  crypto_hash_sha512_update (&state, digest, sizeof digest);
  crypto_hash_sha512_final (&state, digest);
  crypto_core_ed25519_scalar_reduce (h, digest);
}

/* Q = n P for a P of prime order or the neutral point, which libsodium refuses as a result. */
static bool
multiply (uint8_t *Q, const uint8_t *n, const uint8_t *P)
{
  if (sodium_is_zero (n, SCALAR_SIZE) || memcmp (P, neutral, POINT_SIZE) == 0) {
    memcpy (Q, neutral, POINT_SIZE);
    return true;
  }
  return crypto_scalarmult_ed25519_noclamp (Q, n, P) == 0;
}

/* Q = h A for a key that libsodium will not multiply: A is not of prime order, or not in canonical form.
 * It is split into a part of prime order, A8/8 with A8 = 8 A, and the torsion T = A - A8/8, which only
 * the three low bits of h matter to. False if A is not a point. */
static bool
multiply_split (uint8_t *Q, const uint8_t *h, const uint8_t *A)
{
  uint8_t A8[POINT_SIZE], part[POINT_SIZE], T[POINT_SIZE], n[SCALAR_SIZE];

  if (crypto_core_ed25519_add (A8, A, A) != 0 || crypto_core_ed25519_add (A8, A8, A8) != 0
      || crypto_core_ed25519_add (A8, A8, A8) != 0)
    return false;
  if (!multiply (part, eighth, A8) || crypto_core_ed25519_sub (T, A, part) != 0)
    return false;
  crypto_core_ed25519_scalar_mul (n, h, eighth);
  if (!multiply (Q, n, A8))
    return false;
  for (unsigned times = h[0] & 7; times > 0; times--)
    if (crypto_core_ed25519_add (Q, Q, T) != 0)
      return false;
  return true;
}

/* Exactly what the canister takes, no more and no less: it compares R as bytes, refuses S beyond the order,
 * and lets keys of small order pass. A stricter library would call signatures invalid that the ledger
 * relies on. */
bool
ledger_ed25519ph_verify (const char *context, struct bytes key, struct bytes message, struct bytes signature)
{
  const struct bytes name = { (const uint8_t *) context, strlen (context) };
  uint8_t h[SCALAR_SIZE], P[POINT_SIZE], Q[POINT_SIZE], difference[POINT_SIZE];
  const uint8_t *R, *S;

  if (key.size != LEDGER_PUBKEY_SIZE || signature.size != LEDGER_SIGNATURE_SIZE || name.size > 255)
    return false;
  R = signature.data;
  S = signature.data + POINT_SIZE;
  if (!below_order (S))
    return false;
  pthread_once (&once, start_sodium);
  challenge (h, name, key.data, message, R);
  if (crypto_scalarmult_ed25519_noclamp (Q, h, key.data) != 0 && !multiply_split (Q, h, key.data))
    return false;
  if (sodium_is_zero (S, SCALAR_SIZE))
    memcpy (P, neutral, sizeof P);
  else if (crypto_scalarmult_ed25519_base_noclamp (P, S) != 0)
    return false;
  return crypto_core_ed25519_sub (difference, P, Q) == 0 && memcmp (difference, R, POINT_SIZE) == 0;
}

bool
ledger_ed25519_is_key (struct bytes key)
{
  uint8_t sum[POINT_SIZE];

  if (key.size != LEDGER_PUBKEY_SIZE)
    return false;
  pthread_once (&once, start_sodium);
  /* Addition is what libsodium does with any point; other functions refuse some. */
  return crypto_core_ed25519_add (sum, key.data, neutral) == 0;
}
