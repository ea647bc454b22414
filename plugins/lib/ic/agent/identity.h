/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends a request: nobody in particular, or the holder of an Ed25519 key. */
#ifndef IC_AGENT_IDENTITY_H
#define IC_AGENT_IDENTITY_H

#include <stdbool.h>

#include "ic/candid/error.h"
#include "ic/principal/principal.h"

#define IC_ED25519_SEED_SIZE 32
#define IC_ED25519_SIGNATURE_SIZE 64

/* A value to copy and pass around; read-only once made, so that any number of threads may sign with it. It
 * holds a secret: wipe every copy with ic_identity_wipe. */
struct ic_identity {
  struct ic_principal principal;
  bool anonymous;                          /* if so, what follows means nothing */
  uint8_t public_key[IC_ED25519_DER_SIZE]; /* DER */
  uint8_t secret[64];
};

void ic_identity_anonymous (struct ic_identity *identity);

/* The key pair of a seed, which is what RFC 8032 calls the private key. */
void ic_identity_from_seed (struct ic_identity *identity, const uint8_t seed[IC_ED25519_SEED_SIZE]);

/* Reads an unencrypted Ed25519 key from a PEM file of `size` characters: PKCS#8 in version 1 or 2 (RFC 8410,
 * RFC 5958), as `openssl genpkey -algorithm ed25519` and other tools write it. A public key that comes with
 * it must belong to it. Returns false after setting `error`. */
bool ic_identity_from_pem (struct ic_identity *identity, const char *pem, size_t size,
                           struct ic_error *error);

/* Signs a message (plain Ed25519, RFC 8032). The identity must not be anonymous. */
void ic_identity_sign (const struct ic_identity *identity, const void *message, size_t size,
                       uint8_t signature[IC_ED25519_SIGNATURE_SIZE]);

void ic_identity_wipe (struct ic_identity *identity);

#endif
