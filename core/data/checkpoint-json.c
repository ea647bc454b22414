/* SPDX-License-Identifier: Apache-2.0 */
/* Members that this dcpipe does not know are left alone when a checkpoint is read, so a later one may add
 * some; the format's number changes only when one of today's would be misunderstood. */
#include "config.h"

#include "data/checkpoint-json.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/bytes.h"
#include "bytes/cleanup.h"
#include "bytes/hex.h"

#define CHECKPOINT_FORMAT 1

static void
cleanup_json (json_t **value)
{
  json_decref (*value);
}

#define CLEANUP_JSON CLEANUP (cleanup_json)

/* ---- writing ------------------------------------------------------------------------------------ */

/* Numbers are written as text: JSON readers lose digits of large ones. */
static json_t *
number (uint64_t value)
{
  char text[24];

  snprintf (text, sizeof text, "%" PRIu64, value);
  return json_string (text);
}

/* Sets a member, and makes the object NULL when there is no memory: a checkpoint that lacks something must
 * never be stored. json_pack fails on NULL. */
static void
set_member (json_t **object, const char *member, json_t *value)
{
  if (*object == NULL)
    json_decref (value);
  else if (json_object_set_new (*object, member, value) != 0) {
    json_decref (*object);
    *object = NULL;
  }
}

/* A point that is not known is null, and not one of zeros: position 0 is that of a block. */
static json_t *
format_point (const struct point *point)
{
  char hash[2 * DCPIPE_HASH_MAX + 1];

  if (!point->known)
    return json_null ();
  hash_text (hash, &point->hash);
  return json_pack ("{s:o, s:s, s:o, s:o, s:o, s:s%}", "position", number (point->position), "hash", hash,
                    "time_ns", number (point->time_ns), "blocks", number (point->blocks), "entries",
                    number (point->entries), "cursor", point->cursor, point->cursor_size);
}

static json_t *
format_frontier (const struct frontier *frontier)
{
  json_t *labels = json_object (), *ahead = json_object ();
  char digest[65];

  for (size_t i = 0; i < frontier->labels_count; i++)
    set_member (&labels, frontier->labels[i].label,
                json_pack ("[o, o]", number (frontier->labels[i].entries),
                           number (frontier->labels[i].failed)));
  for (size_t i = 0; i < frontier->ahead_count; i++)
    set_member (&ahead, frontier->ahead[i].label, format_point (&frontier->ahead[i].at));
  digest_text (digest, frontier->digest);
  return json_pack ("{s:s, s:o, s:o, s:o, s:s, s:i, s:o, s:o}", "fingerprint",
                    frontier->fingerprint ? frontier->fingerprint : "", "at", format_point (&frontier->at),
                    "entries", number (frontier->entries), "failed", number (frontier->failed), "digest",
                    digest, "trust", frontier->trust, "labels", labels, "ahead", ahead);
}

/* JSON text in the making. */
struct text {
  char *data;
  size_t size, capacity;
  bool failed;
};

/* jansson does not heed every failure that it is told of, and would leave something out: ours lasts. */
static int
append (const char *bytes, size_t size, void *context)
{
  struct text *text = context;

  if (size >= text->capacity - text->size && !text->failed) {
    size_t capacity = 2 * text->capacity + size + 1024;
    char *data = realloc (text->data, capacity);

    text->failed = data == NULL;
    text->data = data != NULL ? data : text->data;
    text->capacity = data != NULL ? capacity : text->capacity;
  }
  if (text->failed)
    return -1;
  memcpy (text->data + text->size, bytes, size);
  text->size += size;
  text->data[text->size] = '\0';
  return 0;
}

bool
checkpoint_format (struct dcpipe_checkpoint *checkpoint)
{
  char ledger[2 * DCPIPE_HASH_MAX + 1];
  json_t *decoders = json_object (), *errors = json_object ();
  CLEANUP_JSON json_t *whole = NULL;
  struct text text = { .data = NULL };

  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    set_member (&decoders, checkpoint->frontiers[i].decoder, format_frontier (&checkpoint->frontiers[i]));
  for (size_t i = 0; i < checkpoint->errors_count; i++)
    set_member (&errors, checkpoint->errors[i].scope,
                json_pack ("[o, s?]", number (checkpoint->errors[i].count), checkpoint->errors[i].last));
  hash_text (ledger, &checkpoint->ledger);
  whole = json_pack ("{s:i, s:o, s:s, s:s, s:o, s:o, s:o}", "format", CHECKPOINT_FORMAT, "commits",
                     number (++checkpoint->commits), "ledger", ledger, "source",
                     checkpoint->source ? checkpoint->source : "", "unconfirmed",
                     number (checkpoint->unconfirmed), "decoders", decoders, "errors", errors);
  if (whole == NULL || json_dump_callback (whole, append, &text, JSON_COMPACT) != 0 || text.failed) {
    free (text.data);
    fail ("no memory for the checkpoint, or a cursor of the source that is not UTF-8");
    return false;
  }
  free (checkpoint->text);
  checkpoint->text = text.data;
  checkpoint->text_size = text.size;
  return true;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static bool
digest_parse (const char *text, uint64_t digest[4])
{
  uint8_t bytes[32];

  if (text == NULL || strlen (text) != 2 * sizeof bytes || !hex_decode (bytes, text, sizeof bytes))
    return false;
  for (int i = 0; i < 4; i++)
    digest[i] = load_be64 (bytes + 24 - 8 * i);
  return true;
}

/* Only in the form in which it was written: two texts for one hash would compare as two. */
static bool
hash_parse (const char *text, struct hash *hash)
{
  size_t size = text ? strlen (text) : 0;

  if (text == NULL || size % 2 != 0 || size / 2 > DCPIPE_HASH_MAX)
    return false;
  hash->size = (uint8_t) (size / 2);
  return hex_decode (hash->data, text, hash->size);
}

static bool
number_value (const json_t *value, uint64_t *number)
{
  const char *text = json_string_value (value);

  if (text == NULL || text[0] == '\0' || text[strspn (text, "0123456789")] != '\0')
    return false;
  errno = 0;
  *number = strtoull (text, NULL, 10);
  return errno == 0;
}

static bool
parse_number (const json_t *object, const char *member, uint64_t *value)
{
  return number_value (json_object_get (object, member), value);
}

static bool
parse_point (const json_t *object, struct point *point)
{
  const json_t *cursor = json_object_get (object, "cursor");

  *point = (struct point){ .known = false };
  if (json_is_null (object))
    return true;
  if (!parse_number (object, "position", &point->position)
      || !parse_number (object, "time_ns", &point->time_ns)
      || !parse_number (object, "blocks", &point->blocks)
      || !parse_number (object, "entries", &point->entries)
      || !hash_parse (json_string_value (json_object_get (object, "hash")), &point->hash)
      || !json_is_string (cursor) || json_string_length (cursor) > DCPIPE_CURSOR_MAX)
    return false;
  point->known = true;
  point->cursor_size = json_string_length (cursor);
  memcpy (point->cursor, json_string_value (cursor), point->cursor_size);
  return true;
}

static bool
parse_labels (json_t *labels, struct frontier *frontier)
{
  const char *label;
  json_t *counts;

  if (!json_is_object (labels))
    return false;
  json_object_foreach (labels, label, counts) {
    struct label_count *count =
        frontier_label (frontier, (struct dcpipe_bytes){ (const uint8_t *) label, strlen (label) });

    if (count == NULL || !number_value (json_array_get (counts, 0), &count->entries)
        || !number_value (json_array_get (counts, 1), &count->failed))
      return false;
  }
  return true;
}

/* Whatever is missing or of another type fails the whole: to begin anew for one decoder, unasked, would apply
 * its entries twice. */
static bool
parse_frontier (const json_t *object, struct frontier *frontier)
{
  const char *fingerprint = json_string_value (json_object_get (object, "fingerprint"));
  const char *label;
  json_t *point;

  if (fingerprint == NULL || !parse_point (json_object_get (object, "at"), &frontier->at)
      || !parse_number (object, "entries", &frontier->entries)
      || !parse_number (object, "failed", &frontier->failed)
      || !digest_parse (json_string_value (json_object_get (object, "digest")), frontier->digest)
      || !parse_labels (json_object_get (object, "labels"), frontier))
    return false;
  frontier->fingerprint = strdup (fingerprint);
  frontier->trust = (int) json_integer_value (json_object_get (object, "trust"));
  if (!json_is_object (json_object_get (object, "ahead"))
      || !json_is_integer (json_object_get (object, "trust")))
    return false;
  json_object_foreach (json_object_get (object, "ahead"), label, point) {
    struct ahead *ahead = frontier_ahead_add (frontier, label);

    if (ahead == NULL || !parse_point (point, &ahead->at))
      return false;
  }
  return frontier->fingerprint != NULL;
}

static bool
parse_errors (json_t *errors, struct dcpipe_checkpoint *checkpoint)
{
  const char *scope;
  json_t *error;

  if (!json_is_object (errors))
    return false;
  json_object_foreach (errors, scope, error) {
    struct scope_error *added = checkpoint_add_error (checkpoint, scope);
    const char *last = json_string_value (json_array_get (error, 1));

    if (added == NULL || !number_value (json_array_get (error, 0), &added->count))
      return false;
    if (last != NULL && (added->last = strdup (last)) == NULL)
      return false;
  }
  return true;
}

static bool
parse_whole (const json_t *whole, struct dcpipe_checkpoint *checkpoint)
{
  const char *source = json_string_value (json_object_get (whole, "source"));
  const json_t *commits = json_object_get (whole, "commits");
  const char *decoder;
  json_t *object;

  if (commits != NULL && !number_value (commits, &checkpoint->commits))
    return false;
  if (source == NULL || !json_is_object (json_object_get (whole, "decoders"))
      || !hash_parse (json_string_value (json_object_get (whole, "ledger")), &checkpoint->ledger)
      || !parse_number (whole, "unconfirmed", &checkpoint->unconfirmed)
      || !parse_errors (json_object_get (whole, "errors"), checkpoint))
    return false;
  checkpoint->source = strdup (source);
  json_object_foreach (json_object_get (whole, "decoders"), decoder, object) {
    struct frontier *frontier = checkpoint_add (checkpoint, decoder);

    if (frontier == NULL || !parse_frontier (object, frontier))
      return false;
  }
  return checkpoint->source != NULL;
}

bool
checkpoint_parse (struct dcpipe_checkpoint *checkpoint)
{
  json_error_t error;
  CLEANUP_JSON json_t *whole = json_loadb (checkpoint->text, checkpoint->text_size, JSON_ALLOW_NUL, &error);
  json_int_t format = json_integer_value (json_object_get (whole, "format"));

  /* Each message asks for something else: the store was damaged, or is to be read by the dcpipe that wrote
   * it. */
  if (whole == NULL) {
    fail ("the stored checkpoint is not JSON: %s", error.text);
    return false;
  }
  if (format > CHECKPOINT_FORMAT) {
    fail ("the stored checkpoint has format %d, made by a later dcpipe; this one knows format %d",
          (int) format, CHECKPOINT_FORMAT);
    return false;
  }
  if (format < CHECKPOINT_FORMAT || !parse_whole (whole, checkpoint)) {
    fail ("the stored checkpoint is damaged: %.200s", checkpoint->text);
    return false;
  }
  return true;
}
