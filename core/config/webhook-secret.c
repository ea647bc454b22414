/* SPDX-License-Identifier: Apache-2.0 */
/* The form is that of Standard Webhooks, so that secrets can be made and checked by the libraries of any
 * language. It is decoded before a message is due, because a receiver that rejects all signatures looks like
 * one that is down. */
#include "config.h"

#include "config/webhook-secret.h"

#include <nettle/base64.h>
#include <string.h>

#include "base/log.h"

#define PREFIX "whsec_"

bool
webhook_secret_parse (struct webhook_secret *secret, const char *text)
{
  /* Twice the longest, so that one that is somewhat too long is told by its size and not as malformed. */
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
