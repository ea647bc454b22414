/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/failed-entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* When memory is short the key is not added, and the flag says so. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) (failures->no_memory = true)
#include <uthash.h>

struct failure_key {
  UT_hash_handle hh;
  size_t size;
  uint8_t bytes[]; /* dcpipe_row_key */
};

bool
failed_entries_add (struct failed_entries *failures, const struct dcpipe_row *row)
{
  size_t size = dcpipe_row_key (row, NULL, 0);
  struct failure_key *key = malloc (sizeof *key + size), *known = NULL;

  if (key == NULL) {
    failures->no_memory = true;
    return false;
  }
  key->size = size;
  dcpipe_row_key (row, key->bytes, size);
  HASH_FIND (hh, failures->keys, key->bytes, size, known);
  if (known == NULL)
    HASH_ADD_KEYPTR (hh, failures->keys, key->bytes, size, key);
  if (known != NULL || failures->no_memory) {
    free (key);
    return false;
  }
  failures->count++;
  return true;
}

void
failed_entries_clear (struct failed_entries *failures)
{
  struct failure_key *key, *next;

  HASH_ITER (hh, failures->keys, key, next) {
    HASH_DEL (failures->keys, key);
    free (key);
  }
  *failures = (struct failed_entries){ .keys = NULL };
}

/* ---- the list ------------------------------------------------------------------------------------ */

static void
note_free (struct failure_note *note)
{
  free (note->label);
  free (note->decoder);
  free (note->reason);
}

/* The note becomes the list's. */
static void
append (struct failure_notes *notes, struct failure_note *note)
{
  if (notes->items == NULL)
    notes->items = calloc (FAILURE_NOTES_MAX, sizeof *notes->items);
  if (notes->items == NULL) {
    note_free (note);
    return;
  }
  if (notes->count == FAILURE_NOTES_MAX) {
    note_free (&notes->items[0]);
    memmove (notes->items, notes->items + 1, --notes->count * sizeof *notes->items);
  }
  notes->items[notes->count++] = *note;
}

/* NULL for null, or when memory is short. */
static char *
copy_text (const struct dcpipe_row *row, size_t column)
{
  struct dcpipe_bytes text = dcpipe_get_bytes (row, column);

  return dcpipe_is_null (row, column) ? NULL : strndup ((const char *) text.data, text.size);
}

void
failure_notes_add (struct failure_notes *notes, const struct dcpipe_row *row)
{
  struct failure_note note = { .block_offset = dcpipe_get_u64 (row, FAILED_BLOCK_OFFSET),
                               .entry_index = dcpipe_get_u64 (row, FAILED_ENTRY_INDEX),
                               .item = dcpipe_get_u64 (row, FAILED_ITEM),
                               .label = copy_text (row, FAILED_LABEL),
                               .decoder = copy_text (row, FAILED_DECODER),
                               .reason = copy_text (row, FAILED_REASON) };

  append (notes, &note);
}

static char *
copy_string (const char *text)
{
  return text != NULL ? strdup (text) : NULL;
}

void
failure_notes_copy (struct failure_notes *notes, const struct failure_notes *from)
{
  for (size_t i = 0; i < from->count; i++) {
    struct failure_note copy = from->items[i];

    copy.label = copy_string (copy.label);
    copy.decoder = copy_string (copy.decoder);
    copy.reason = copy_string (copy.reason);
    append (notes, &copy);
  }
}

void
failure_notes_move (struct failure_notes *notes, struct failure_notes *from)
{
  for (size_t i = 0; i < from->count; i++)
    append (notes, &from->items[i]);
  from->count = 0;
}

void
failure_notes_clear (struct failure_notes *notes)
{
  for (size_t i = 0; i < notes->count; i++)
    note_free (&notes->items[i]);
  free (notes->items);
  *notes = (struct failure_notes){ 0 };
}
