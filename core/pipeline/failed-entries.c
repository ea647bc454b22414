/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/failed-entries.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* When memory is short uthash does not add the key, and the flag says so. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) (failed->no_memory = true)
#include <uthash.h>

struct failed_key {
  UT_hash_handle hh;
  size_t size;
  uint8_t bytes[]; /* dcpipe_row_key */
};

/* ---- counting each once -------------------------------------------------------------------------- */

/* Keys are kept as bytes, since the rows of one batch are gone before its last row comes: those that resolve
 * makes. */
bool
failed_keys_add (struct failed_keys *failed, const struct dcpipe_row *row)
{
  size_t size = dcpipe_row_key (row, NULL, 0);
  struct failed_key *key = malloc (sizeof *key + size), *known = NULL;

  assert (!failed->no_memory); /* whoever was told so gives up, and begins with an empty set */
  if (key == NULL) {
    failed->no_memory = true;
    return false;
  }
  key->size = size;
  dcpipe_row_key (row, key->bytes, size);
  HASH_FIND (hh, failed->keys, key->bytes, size, known);
  if (known == NULL)
    HASH_ADD_KEYPTR (hh, failed->keys, key->bytes, size, key);
  if (known != NULL || failed->no_memory) {
    free (key);
    return false;
  }
  failed->count++;
  return true;
}

void
failed_keys_clear (struct failed_keys *failed)
{
  struct failed_key *key, *next;

  HASH_ITER (hh, failed->keys, key, next) {
    HASH_DEL (failed->keys, key);
    free (key);
  }
  *failed = (struct failed_keys){ .keys = NULL };
}

/* ---- for people ---------------------------------------------------------------------------------- */

static void
entry_free (struct failed_entry *entry)
{
  free (entry->label);
  free (entry->decoder);
  free (entry->reason);
}

/* The entry becomes the list's. To move the whole list along is dear, but that happens only to entries that
 * failed, and those who read it need not know of a ring. */
static void
append (struct failed_entries *list, struct failed_entry *entry)
{
  if (list->items == NULL)
    list->items = calloc (FAILED_ENTRIES_KEPT, sizeof *list->items);
  if (list->items == NULL) {
    entry_free (entry);
    return;
  }
  if (list->count == FAILED_ENTRIES_KEPT) {
    entry_free (&list->items[0]);
    memmove (list->items, list->items + 1, --list->count * sizeof *list->items);
  }
  list->items[list->count++] = *entry;
}

/* NULL for null, or when memory is short. */
static char *
copy_text (const struct dcpipe_row *row, size_t column)
{
  struct dcpipe_bytes text = dcpipe_get_bytes (row, column);

  return dcpipe_is_null (row, column) ? NULL : strndup ((const char *) text.data, text.size);
}

void
failed_entries_add (struct failed_entries *list, const struct dcpipe_row *row)
{
  struct failed_entry entry = { .block_offset = dcpipe_get_u64 (row, FAILED_BLOCK_OFFSET),
                                .entry_index = dcpipe_get_u64 (row, FAILED_ENTRY_INDEX),
                                .item = dcpipe_get_u64 (row, FAILED_ITEM),
                                .label = copy_text (row, FAILED_LABEL),
                                .decoder = copy_text (row, FAILED_DECODER),
                                .reason = copy_text (row, FAILED_REASON) };

  append (list, &entry);
}

static char *
copy_string (const char *text)
{
  return text != NULL ? strdup (text) : NULL;
}

void
failed_entries_copy (struct failed_entries *list, const struct failed_entries *from)
{
  for (size_t i = 0; i < from->count; i++) {
    struct failed_entry copy = from->items[i];

    copy.label = copy_string (copy.label);
    copy.decoder = copy_string (copy.decoder);
    copy.reason = copy_string (copy.reason);
    append (list, &copy);
  }
}

void
failed_entries_move (struct failed_entries *list, struct failed_entries *from)
{
  for (size_t i = 0; i < from->count; i++)
    append (list, &from->items[i]);
  from->count = 0;
}

void
failed_entries_clear (struct failed_entries *list)
{
  for (size_t i = 0; i < list->count; i++)
    entry_free (&list->items[i]);
  free (list->items);
  *list = (struct failed_entries){ 0 };
}
