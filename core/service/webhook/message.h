/* SPDX-License-Identifier: Apache-2.0 */
/* A message of a webhook as the text of its file. */
#ifndef DCPIPE_SERVICE_WEBHOOK_MESSAGE_H
#define DCPIPE_SERVICE_WEBHOOK_MESSAGE_H

#include <stdio.h>

#include "service/webhook/store.h"

/* The file's text, to be freed; NULL after fail. */
char *webhook_message_format (const struct webhook_message *message);

/* Reads what _format made; the ID must be `id`. As webhook_store_read. */
enum webhook_read webhook_message_parse (struct webhook_message *message, FILE *file, const char *id);

/* The body of a message that is sent now; NULL after fail. */
json_t *webhook_body_make (const char *type, uint64_t now_ms, const json_t *data);

#endif
