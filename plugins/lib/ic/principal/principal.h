/* SPDX-License-Identifier: Apache-2.0 */
/* Principals: the names of users, canisters and subnets on the Internet Computer.
 *
 * A principal is 0 to 29 bytes. Its text form is the Base32 of its CRC-32 and its bytes, in groups of five
 * characters with dashes between, as the section "Textual representation of principals" of the
 * Internet Computer Interface Specification has it.
 *
 * All functions are pure, and safe from any thread. */
#ifndef IC_PRINCIPAL_PRINCIPAL_H
#define IC_PRINCIPAL_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest principal, in bytes. */
#define IC_PRINCIPAL_MAX 29

/* Room for any principal's text and its final 0. */
#define IC_PRINCIPAL_TEXT_SIZE 64

/* A value to copy and pass around; `bytes` beyond `size` mean nothing. */
struct ic_principal {
  uint8_t size;
  uint8_t bytes[IC_PRINCIPAL_MAX];
};

/* The principal of a caller who does not sign: 2vxsx-fae. */
#define IC_PRINCIPAL_ANONYMOUS ((struct ic_principal){ .size = 1, .bytes = { 4 } })

/* Takes `size` bytes as they are. Returns false, and leaves `principal` alone, if they are more than
 * IC_PRINCIPAL_MAX. */
bool ic_principal_set (struct ic_principal *principal, const void *data, size_t size);

bool ic_principal_equal (const struct ic_principal *a, const struct ic_principal *b);

/* Writes the text form, in lower case and ended by a 0, and returns its length. */
size_t ic_principal_text (const struct ic_principal *principal, char text[IC_PRINCIPAL_TEXT_SIZE]);

/* Reads the text form, in either case, from `size` characters that need not end in a 0.
 *
 * Returns NULL, or a static text that says what is wrong, such as "its checksum does not match". A
 * text is taken only if ic_principal_text gives it back, save for case: with each dash in its place and no
 * stray bits after the last byte. */
const char *ic_principal_parse (struct ic_principal *principal, const char *text, size_t size);

/* The self-authenticating principal of a public key in DER (SubjectPublicKeyInfo): the SHA-224 of the
 * DER and the byte 02. */
void ic_principal_of_public_key (struct ic_principal *principal, const void *der, size_t size);

/* The DER form of an Ed25519 public key (RFC 8410) is this long. */
#define IC_ED25519_DER_SIZE 44

/* Writes the DER form of a raw Ed25519 public key. */
void ic_ed25519_der (uint8_t der[IC_ED25519_DER_SIZE], const uint8_t key[32]);

/* The self-authenticating principal of a raw Ed25519 public key. */
void ic_principal_of_ed25519 (struct ic_principal *principal, const uint8_t key[32]);

#endif
