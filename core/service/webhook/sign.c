/* SPDX-License-Identifier: Apache-2.0 */
/* Signed anew for each attempt, since receivers refuse a timestamp that is minutes old. */
#include "config.h"

#include "service/webhook/sign.h"

#include <assert.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <string.h>

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

  assert (secret->size >= WEBHOOK_SECRET_MIN && secret->size <= WEBHOOK_SECRET_MAX);
  hmac_sha256_set_key (&context, secret->size, secret->key);
  /* Neither an ID nor a timestamp has a dot, so no two messages are joined to the same text. */
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
