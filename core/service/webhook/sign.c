/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/webhook/sign.h"

#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <string.h>

#include "base/log.h"

#define PREFIX "whsec_"

bool
webhook_secret_parse (struct webhook_secret *secret, const char *text)
{
  uint8_t decoded[BASE64_DECODE_LENGTH (2 * WEBHOOK_SECRET_MAX)];
  struct base64_decode_ctx context;
  size_t length, size = sizeof decoded;

  if (strncmp (text, PREFIX, strlen (PREFIX)) != 0) {
    fail ("expected " PREFIX " and the base64 of %d to %d bytes", WEBHOOK_SECRET_MIN, WEBHOOK_SECRET_MAX);
    return false;
  }
  text += strlen (PREFIX);
  length = strlen (text);
  base64_decode_init (&context);
  if (length > 2 * WEBHOOK_SECRET_MAX || !base64_decode_update (&context, &size, decoded, length, text)
      || !base64_decode_final (&context)) {
    fail ("what follows " PREFIX " is not the base64 of %d to %d bytes", WEBHOOK_SECRET_MIN,
          WEBHOOK_SECRET_MAX);
    return false;
  }
  if (size < WEBHOOK_SECRET_MIN || size > WEBHOOK_SECRET_MAX) {
    fail ("the secret has %zu %s: expected %d to %d (make one: printf 'whsec_%%s\\n' \"$(head -c 32 "
          "/dev/urandom | base64)\")",
          size, plural (size, "byte", "bytes"), WEBHOOK_SECRET_MIN, WEBHOOK_SECRET_MAX);
    return false;
  }
  memcpy (secret->key, decoded, size);
  secret->size = size;
  return true;
}

static void
add (struct hmac_sha256_ctx *context, const char *text)
{
  hmac_sha256_update (context, strlen (text), (const uint8_t *) text);
}

void
webhook_sign (char signature[WEBHOOK_SIGNATURE_SIZE], const struct webhook_secret *secret, const char *id,
              const char *timestamp, const char *body)
{
  struct hmac_sha256_ctx context;
  uint8_t digest[SHA256_DIGEST_SIZE];

  hmac_sha256_set_key (&context, secret->size, secret->key);
  add (&context, id);
  add (&context, ".");
  add (&context, timestamp);
  add (&context, ".");
  add (&context, body);
  hmac_sha256_digest (&context, sizeof digest, digest);
  memcpy (signature, "v1,", 3);
  base64_encode_raw (signature + 3, sizeof digest, digest);
  signature[WEBHOOK_SIGNATURE_SIZE - 1] = '\0';
}
