/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/principal/principal.h"

#include <assert.h>
#include <nettle/sha2.h>
#include <string.h>

#include "bytes/bytes.h"
#include "ic/principal/checksum.h"

#define CHECKSUM_SIZE 4
#define GROUP 5

bool
ic_principal_set (struct ic_principal *principal, const void *data, size_t size)
{
  if (size > IC_PRINCIPAL_MAX)
    return false;
  principal->size = (uint8_t) size;
  if (size > 0)
    memcpy (principal->bytes, data, size);
  return true;
}

bool
ic_principal_equal (const struct ic_principal *a, const struct ic_principal *b)
{
  return a->size == b->size && memcmp (a->bytes, b->bytes, a->size) == 0;
}

/* Groups of five of the Base32 of CRC-32 and bytes: a mistyped character is noticed. */
size_t
ic_principal_text (const struct ic_principal *principal, char text[IC_PRINCIPAL_TEXT_SIZE])
{
  uint8_t bytes[CHECKSUM_SIZE + IC_PRINCIPAL_MAX];
  char digits[IC_BASE32_SIZE (sizeof bytes)];
  size_t count, read = 0, written = 0;

  store_be32 (bytes, ic_crc32 (0, principal->bytes, principal->size));
  memcpy (bytes + CHECKSUM_SIZE, principal->bytes, principal->size);
  count = ic_base32_encode (digits, bytes, (size_t) CHECKSUM_SIZE + principal->size);
  for (; count - read > GROUP; read += GROUP) {
    memcpy (text + written, digits + read, GROUP);
    written += GROUP;
    text[written++] = '-';
  }
  memcpy (text + written, digits + read, count - read);
  written += count - read;
  assert (written < IC_PRINCIPAL_TEXT_SIZE);
  text[written] = '\0';
  return written;
}

/* Undoes the Base32 and the dashes. Returns NULL or what is wrong. */
static const char *
decode_groups (uint8_t bytes[CHECKSUM_SIZE + IC_PRINCIPAL_MAX], size_t *size, const char *text, size_t length)
{
  unsigned pending = 0, bits = 0;

  *size = 0;
  for (size_t i = 0; i < length; i++) {
    int digit = ic_base32_digit (text[i]);
    bool at_dash = i % (GROUP + 1) == GROUP;

    if (at_dash != (text[i] == '-') || (at_dash && i + 1 == length))
      return "its dashes do not divide it into groups of five characters";
    if (at_dash)
      continue;
    if (digit < 0)
      return "it has a character that is not Base32";
    pending = (pending << 5 | (unsigned) digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[(*size)++] = (uint8_t) (pending >> bits);
    }
  }
  if (bits >= 5 || (pending & ((1u << bits) - 1)) != 0)
    return "its last character does not end a byte";
  return NULL;
}

/* Stricter than needed to find the bytes: a name has one spelling, so that what is compared as text is
 * compared as principals. */
const char *
ic_principal_parse (struct ic_principal *principal, const char *text, size_t size)
{
  uint8_t bytes[CHECKSUM_SIZE + IC_PRINCIPAL_MAX];
  size_t count;
  const char *fault;

  if (size >= IC_PRINCIPAL_TEXT_SIZE)
    return "it is longer than any principal";
  fault = decode_groups (bytes, &count, text, size);
  if (fault != NULL)
    return fault;
  if (count < CHECKSUM_SIZE)
    return "it is too short";
  if (load_be32 (bytes) != ic_crc32 (0, bytes + CHECKSUM_SIZE, count - CHECKSUM_SIZE))
    return "its checksum does not match";
  ic_principal_set (principal, bytes + CHECKSUM_SIZE, count - CHECKSUM_SIZE);
  return NULL;
}

/* A self-authenticating principal (type 2): nobody can have one without the key. */
void
ic_principal_of_public_key (struct ic_principal *principal, const void *der, size_t size)
{
  struct sha224_ctx hash;

  sha224_init (&hash);
  sha224_update (&hash, size, der);
  sha224_digest (&hash, SHA224_DIGEST_SIZE, principal->bytes);
  principal->bytes[SHA224_DIGEST_SIZE] = 2;
  principal->size = SHA224_DIGEST_SIZE + 1;
}

void
ic_ed25519_der (uint8_t der[IC_ED25519_DER_SIZE], const uint8_t key[32])
{
  static const uint8_t prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

  memcpy (der, prefix, sizeof prefix);
  memcpy (der + sizeof prefix, key, 32);
}

void
ic_principal_of_ed25519 (struct ic_principal *principal, const uint8_t key[32])
{
  uint8_t der[IC_ED25519_DER_SIZE];

  ic_ed25519_der (der, key);
  ic_principal_of_public_key (principal, der, sizeof der);
}
