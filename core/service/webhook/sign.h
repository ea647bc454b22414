/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of Standard Webhooks 1.0: HMAC-SHA256 over "ID.TIMESTAMP.BODY". */
#ifndef DCPIPE_SERVICE_WEBHOOK_SIGN_H
#define DCPIPE_SERVICE_WEBHOOK_SIGN_H

#include "config/webhook-secret.h"

/* Room for "v1," and the base64 of 32 bytes, with the 0 at its end. */
#define WEBHOOK_SIGNATURE_SIZE (3 + 44 + 1)

/* `timestamp`: seconds since 1970, as it is in the header. */
void webhook_sign (char signature[WEBHOOK_SIGNATURE_SIZE], const struct webhook_secret *secret,
                   const char *id, const char *timestamp, const char *body);

#endif
