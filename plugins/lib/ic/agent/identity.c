/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/identity.h"

#include <nettle/base64.h>
#include <sodium.h>
#include <string.h>

#include "bytes/bytes.h"

/* An Ed25519 key with all its options takes some 85 bytes. */
#define MAX_DER_SIZE 512

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_SEQUENCE 0x30
#define DER_ATTRIBUTES 0xa0
#define DER_PUBLIC_KEY 0x81          /* [1] IMPLICIT BIT STRING, as RFC 5958 has it */
#define DER_PUBLIC_KEY_EXPLICIT 0xa1 /* [1] EXPLICIT BIT STRING, as some tools write it */

void
ic_identity_anonymous (struct ic_identity *identity)
{
  *identity = (struct ic_identity){ .principal = IC_PRINCIPAL_ANONYMOUS, .anonymous = true };
}

void
ic_identity_from_seed (struct ic_identity *identity, const uint8_t seed[IC_ED25519_SEED_SIZE])
{
  uint8_t key[crypto_sign_PUBLICKEYBYTES];

  identity->anonymous = false;
  crypto_sign_seed_keypair (key, identity->secret, seed);
  ic_ed25519_der (identity->public_key, key);
  ic_principal_of_public_key (&identity->principal, identity->public_key, IC_ED25519_DER_SIZE);
}

void
ic_identity_sign (const struct ic_identity *identity, const void *message, size_t size,
                  uint8_t signature[IC_ED25519_SIGNATURE_SIZE])
{
  crypto_sign_detached (signature, NULL, message, size, identity->secret);
}

void
ic_identity_wipe (struct ic_identity *identity)
{
  sodium_memzero (identity, sizeof *identity);
}

/* Takes one DER element with this tag off the head of `input`. Lengths of two bytes are enough here. */
static bool
take_element (struct bytes *input, uint8_t tag, struct bytes *content)
{
  size_t head = 2, size;

  if (input->size < 2 || input->data[0] != tag)
    return false;
  size = input->data[1];
  if (size == 0x81 && input->size > 2) {
    size = input->data[2];
    head = 3;
  } else if (size >= 0x80) {
    return false;
  }
  if (size > input->size - head)
    return false;
  *content = (struct bytes){ input->data + head, size };
  input->data += head + size;
  input->size -= head + size;
  return true;
}

/* A BIT STRING without unused bits. */
static bool
bit_string_is (struct bytes content, const uint8_t *key)
{
  return content.size == 33 && content.data[0] == 0 && memcmp (content.data + 1, key, 32) == 0;
}

/* Compares the public key, if the rest of the structure has one. */
static bool
public_key_fits (struct bytes rest, const uint8_t *key)
{
  struct bytes content;

  take_element (&rest, DER_ATTRIBUTES, &content);
  if (take_element (&rest, DER_PUBLIC_KEY, &content))
    return bit_string_is (content, key);
  if (take_element (&rest, DER_PUBLIC_KEY_EXPLICIT, &content))
    return take_element (&content, DER_BIT_STRING, &rest) && bit_string_is (rest, key);
  return rest.size == 0;
}

/* Reads
 *
 *   OneAsymmetricKey ::= SEQUENCE {
 *     version INTEGER,                          0, or 1 if there is a public key
 *     algorithm SEQUENCE { OBJECT IDENTIFIER }, 1.3.101.112
 *     privateKey OCTET STRING,                  which holds another OCTET STRING, the seed
 *     attributes [0] OPTIONAL,
 *     publicKey [1] BIT STRING OPTIONAL }
 *
 * Returns NULL or what is wrong. */
static const char *
read_key (struct ic_identity *identity, struct bytes der)
{
  static const uint8_t ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
  struct bytes key, version, algorithm, outer, seed;

  if (!take_element (&der, DER_SEQUENCE, &key) || der.size != 0 || !take_element (&key, DER_INTEGER, &version)
      || version.size != 1 || version.data[0] > 1 || !take_element (&key, DER_SEQUENCE, &algorithm))
    return "it is not a PKCS#8 private key";
  if (algorithm.size != sizeof ed25519 || memcmp (algorithm.data, ed25519, sizeof ed25519) != 0)
    return "it is not an Ed25519 key; other kinds are not supported";
  if (!take_element (&key, DER_OCTET_STRING, &outer) || !take_element (&outer, DER_OCTET_STRING, &seed)
      || outer.size != 0 || seed.size != IC_ED25519_SEED_SIZE)
    return "its Ed25519 key is not 32 bytes long";
  ic_identity_from_seed (identity, seed.data);
  if (!public_key_fits (key, identity->public_key + IC_ED25519_DER_SIZE - 32))
    return "its public key does not belong to its private key";
  return NULL;
}

static const char *
find (const char *text, const char *end, const char *needle)
{
  return text == NULL ? NULL : memmem (text, (size_t) (end - text), needle, strlen (needle));
}

/* Finds the Base64 between the lines of a PEM block. Returns NULL or what is wrong. */
static const char *
find_block (const char *pem, size_t size, struct bytes *base64)
{
  static const char head[] = "-----BEGIN PRIVATE KEY-----", foot[] = "-----END PRIVATE KEY-----";
  const char *end = pem + size, *begin = find (pem, end, head), *stop = find (begin, end, foot);

  if (find (pem, end, "-----BEGIN ENCRYPTED PRIVATE KEY-----") != NULL)
    return "the key is encrypted; give an unencrypted one";
  if (find (pem, end, "-----BEGIN EC PRIVATE KEY-----") != NULL)
    return "it is an EC key; only Ed25519 keys are supported";
  if (begin == NULL || stop == NULL)
    return "it has no block between BEGIN PRIVATE KEY and END PRIVATE KEY";
  begin += sizeof head - 1;
  *base64 = (struct bytes){ (const uint8_t *) begin, (size_t) (stop - begin) };
  return NULL;
}

static const char *
read_pem (struct ic_identity *identity, const char *pem, size_t size)
{
  uint8_t der[MAX_DER_SIZE];
  struct base64_decode_ctx decoder;
  struct bytes base64;
  size_t der_size = sizeof der;
  const char *reason = find_block (pem, size, &base64);

  if (reason != NULL)
    return reason;
  base64_decode_init (&decoder);
  if (BASE64_DECODE_LENGTH (base64.size) > sizeof der
      || !base64_decode_update (&decoder, &der_size, der, base64.size, (const char *) base64.data)
      || !base64_decode_final (&decoder))
    reason = "its Base64 is damaged";
  else
    reason = read_key (identity, (struct bytes){ der, der_size });
  sodium_memzero (der, sizeof der);
  return reason;
}

bool
ic_identity_from_pem (struct ic_identity *identity, const char *pem, size_t size, struct ic_error *error)
{
  const char *reason = read_pem (identity, pem, size);

  if (reason == NULL)
    return true;
  ic_identity_wipe (identity);
  ic_error_set (error, "PEM identity: %s", reason);
  return false;
}
