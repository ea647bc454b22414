/* SPDX-License-Identifier: Apache-2.0 */
/* Signs as the users of a Decent Cloud ledger do: Ed25519ph with the context of its entries. */
#ifndef TESTS_SUPPORT_ED25519PH_SIGN_H
#define TESTS_SUPPORT_ED25519PH_SIGN_H

#include "bytes/bytes.h"

struct signing_key {
  uint8_t scalar[32], prefix[32], pubkey[32];
};

/* The key of a 32-byte secret. */
void signing_key_init (struct signing_key *key, const uint8_t secret[32]);

/* Signatures are deterministic. */
void ed25519ph_sign (const struct signing_key *key, struct bytes message, uint8_t signature[64]);

#endif
