/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets and signatures of Standard Webhooks 1.0: HMAC-SHA256 over "ID.TIMESTAMP.BODY". */
#ifndef DCPIPE_SERVICE_WEBHOOK_SIGN_H
#define DCPIPE_SERVICE_WEBHOOK_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBHOOK_SECRET_MIN 24
#define WEBHOOK_SECRET_MAX 64

struct webhook_secret {
  uint8_t key[WEBHOOK_SECRET_MAX];
  size_t size;
};

/* Room for "v1," and the base64 of 32 bytes, with the 0 at its end. */
#define WEBHOOK_SIGNATURE_SIZE (3 + 44 + 1)

/* Reads "whsec_" and base64. False after fail, which does not repeat the text. */
bool webhook_secret_parse (struct webhook_secret *secret, const char *text);

/* `timestamp`: seconds since 1970, as it is in the header. */
void webhook_sign (char signature[WEBHOOK_SIGNATURE_SIZE], const struct webhook_secret *secret,
                   const char *id, const char *timestamp, const char *body);

#endif
