/* SPDX-License-Identifier: Apache-2.0 */
/* The file is for people as well: whoever looks why a message was not delivered finds the reason in it, and
 * may move it back to be tried again. So it is read with the care that anything edited by hand needs. */
#include "config.h"

#include "service/webhook/message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timestamp.h"

#define NS_PER_MS 1000000u

/* The time comes first, so that names sort by it; chance makes it unique among processes and after a clock
 * was set back. */
bool
webhook_id_make (char id[WEBHOOK_ID_SIZE], uint64_t now_ms)
{
  uint64_t chance;

  if (getentropy (&chance, sizeof chance) != 0) {
    fail ("no random numbers for a webhook's ID: %s", strerror (errno));
    return false;
  }
  snprintf (id, WEBHOOK_ID_SIZE, "msg_%016" PRIx64 "%016" PRIx64, now_ms, chance);
  return true;
}

void
webhook_message_clear (struct webhook_message *message)
{
  free (message->last_error);
  json_decref (message->body);
  *message = (struct webhook_message){ 0 };
}

static json_t *
time_json (uint64_t ms)
{
  char text[DCPIPE_TIME_SIZE];

  timestamp_format (text, ms * NS_PER_MS);
  return json_string (text);
}

/* The body is kept as it will be posted, but for its form: signatures are made of the compact text, each time
 * anew. */
char *
webhook_message_format (const struct webhook_message *message)
{
  json_t *json = json_pack ("{s:s, s:o, s:I, s:o, s:s?, s:O}", "id", message->id, "created_at",
                            time_json (message->created_at), "attempts", (json_int_t) message->attempts,
                            "next_attempt_at", time_json (message->next_attempt_at), "last_error",
                            message->last_error, "body", message->body);
  char *text = json != NULL ? json_dumps (json, JSON_INDENT (2)) : NULL;

  json_decref (json);
  if (text == NULL)
    fail ("no memory for a webhook's message");
  return text;
}

static bool
parse_time (const char *text, uint64_t *ms)
{
  uint64_t ns;

  if (!timestamp_parse (text, strlen (text), &ns)) {
    fail ("'%s' is no time like 2026-01-31T23:59:59.123Z", text);
    return false;
  }
  *ms = ns / NS_PER_MS;
  return true;
}

static bool
take_fields (struct webhook_message *message, json_t *json, const char *id)
{
  const char *own_id, *created, *next, *type, *timestamp, *last;
  json_t *data, *last_error;
  json_int_t attempts;
  json_error_t error;

  /* By one format, so that a member that is missing or of another type is named by jansson itself. */
  if (json_unpack_ex (json, &error, 0, "{s:s, s:s, s:I, s:s, s:o, s:{s:s, s:s, s:o}}", "id", &own_id,
                      "created_at", &created, "attempts", &attempts, "next_attempt_at", &next, "last_error",
                      &last_error, "body", "type", &type, "timestamp", &timestamp, "data", &data)
      != 0) {
    fail ("%s", error.text);
    return false;
  }
  /* All that follows goes by the ID in the file, and would miss a file of another name. */
  if (strcmp (own_id, id) != 0 || attempts < 0) {
    fail ("expected the id %s, like its name, and attempts of 0 or more", id);
    return false;
  }
  if (!parse_time (created, &message->created_at) || !parse_time (next, &message->next_attempt_at))
    return false;
  memcpy (message->id, id, WEBHOOK_ID_SIZE);
  message->attempts = (uint64_t) attempts;
  last = json_string_value (last_error);
  message->last_error = last != NULL ? strdup (last) : NULL;
  message->body = json_incref (json_object_get (json, "body"));
  return true;
}

enum webhook_read
webhook_message_parse (struct webhook_message *message, FILE *file, const char *id)
{
  json_error_t error;
  json_t *json = json_loadf (file, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
  bool good;

  if (json == NULL) {
    fail ("line %d: %s", error.line, error.text);
    /* Only what is certainly no message may be set aside; a disk that does not answer may do so later. */
    return ferror (file) || json_error_code (&error) == json_error_out_of_memory ? WEBHOOK_UNREADABLE
                                                                                 : WEBHOOK_DAMAGED;
  }
  good = take_fields (message, json, id);
  json_decref (json);
  return good ? WEBHOOK_READ : WEBHOOK_DAMAGED;
}

json_t *
webhook_body_make (const char *type, uint64_t now_ms, const json_t *data)
{
  json_t *copy = json_deep_copy (data);
  json_t *body = json_pack ("{s:s, s:o, s:o}", "type", type, "timestamp", time_json (now_ms), "data", copy);

  if (body == NULL)
    fail ("no memory for a webhook's message");
  return body;
}
