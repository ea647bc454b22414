/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets of Standard Webhooks 1.0, as they are written: "whsec_" and the base64 of a key. */
#ifndef DCPIPE_CONFIG_WEBHOOK_SECRET_H
#define DCPIPE_CONFIG_WEBHOOK_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBHOOK_SECRET_MIN 24
#define WEBHOOK_SECRET_MAX 64

struct webhook_secret {
  uint8_t key[WEBHOOK_SECRET_MAX];
  size_t size;
};

/* Reads "whsec_" and base64. False after fail, which does not repeat the text. */
bool webhook_secret_parse (struct webhook_secret *secret, const char *text);

#endif
