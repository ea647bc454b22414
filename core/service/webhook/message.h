/* SPDX-License-Identifier: Apache-2.0 */
/* A message of a webhook, and the text of its file. */
#ifndef DCPIPE_SERVICE_WEBHOOK_MESSAGE_H
#define DCPIPE_SERVICE_WEBHOOK_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* "msg_", 16 hexadecimal digits of the time in ms, 16 of chance, and a 0: in the order of time. */
#define WEBHOOK_ID_SIZE (4 + 32 + 1)

/* Times are in ms since 1970. */
struct webhook_message {
  char id[WEBHOOK_ID_SIZE];
  uint64_t created_at;
  uint64_t attempts;
  uint64_t next_attempt_at;
  char *last_error; /* NULL before the first failure */
  json_t *body;     /* what is posted: type, timestamp, data */
};

/* Makes an ID. False after fail: no random numbers can be had. */
bool webhook_id_make (char id[WEBHOOK_ID_SIZE], uint64_t now_ms);

void webhook_message_clear (struct webhook_message *message);

enum webhook_read {
  WEBHOOK_READ,
  WEBHOOK_DAMAGED,   /* it is no message, and will not become one */
  WEBHOOK_MISSING,   /* there is no such file: somebody has removed it */
  WEBHOOK_UNREADABLE /* for now: files or memory are short, or the disk does not answer */
};

/* The file's text, to be freed; NULL after fail. */
char *webhook_message_format (const struct webhook_message *message);

/* Reads what _format made; the ID must be `id`. As webhook_store_read. */
enum webhook_read webhook_message_parse (struct webhook_message *message, FILE *file, const char *id);

/* The body of a message that is sent now; NULL after fail. */
json_t *webhook_body_make (const char *type, uint64_t now_ms, const json_t *data);

#endif
