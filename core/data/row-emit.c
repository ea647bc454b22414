/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are held against the contract when the callback has returned and not one by one: only then the key of
 * a row is whole, and what is wrong with an entry takes all its rows. An entry that cannot be stored becomes
 * one failed entry and never ends the run; a mistake of the plugin always does, since every further row may
 * be wrong. */
#include "config.h"

#include "data/row-emit.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json-scan.h"
#include "base/log.h"
#include "bytes/utf8.h"
#include "data/block.h"
#include "data/row-key.h"

/* ---- emitting
 * ------------------------------------------------------------------------------------------- */

bool
row_list_add (struct arena *arena, struct row_list *list, const struct dcpipe_row *row)
{
  if (list->count == list->capacity) {
    size_t capacity = list->capacity ? 2 * list->capacity : 8;
    const struct dcpipe_row **items =
        arena_resize (arena, list->items, list->capacity * sizeof *items, capacity * sizeof *items);

    if (items == NULL)
      return false;
    list->items = items;
    list->capacity = capacity;
  }
  list->items[list->count++] = row;
  return true;
}

void
rows_begin (struct dcpipe_rows *rows, struct arena *arena, const struct dcpipe_tables *tables, size_t decoder,
            const char *decoder_name, size_t decoder_tables)
{
  *rows = (struct dcpipe_rows){ .arena = arena,
                                .tables = tables,
                                .decoder = decoder,
                                .decoder_name = decoder_name,
                                .decoder_tables = decoder_tables };
}

/* A row that goes nowhere, for a plugin that has made a mistake. */
static struct dcpipe_row *
row_lost (struct dcpipe_rows *rows, const struct dcpipe_table *table)
{
  struct dcpipe_row *row = row_nowhere (table);

  row->maker = rows;
  return row;
}

dcpipe_row *
dcpipe_row_add (dcpipe_rows *rows, size_t table, int operation)
{
  const struct dcpipe_table *def;
  struct dcpipe_row *row;

  if (table >= rows->decoder_tables || operation < DCPIPE_INSERT || operation > DCPIPE_DELETE
      || (rows->numbers != NULL && rows->numbers[table] == SIZE_MAX)) {
    rows_mistake (rows, "row for table number %zu of %zu, operation %d", table, rows->decoder_tables,
                  operation);
    return row_lost (rows, rows->tables->items);
  }
  /* A decoder's tables are consecutive, those of a source need not be: it may fill only some of them. */
  def = rows->tables->items
        + (rows->numbers != NULL ? rows->numbers[table] : rows->tables->first[rows->decoder] + table);
  /* Rows of a source wait in memory until its batch is whole, and no budget is charged before. Those of
   * decoders are bounded by their block. */
  if (rows->limit > 0 && rows->arena->size > rows->limit)
    rows_mistake (rows, "more than %zu bytes of rows in one batch", rows->limit);
  if (rows->mistake != NULL)
    return row_lost (rows, def);
  /* Rows of a log are not replaced or removed, so a run of some labels may insert them ahead of the
   * frontier. */
  if ((def->flags & DCPIPE_TABLE_LOG) && operation != DCPIPE_INSERT && operation != DCPIPE_UPDATE)
    rows_mistake (rows, "table %s is a log, its rows are inserted", def->name);
  row = row_make (rows, def, operation);
  /* From here on the columns that the engine fills may not be set. */
  row->entry = rows->entry;
  if (!rows->no_memory && !row_list_add (rows->arena, rows->list, row))
    rows->no_memory = true;
  return row;
}

size_t
dcpipe_rows_label (const dcpipe_rows *rows)
{
  return rows->label;
}

void *
dcpipe_rows_note (dcpipe_rows *rows, size_t size)
{
  struct row_list *list = rows->list;
  void *data = arena_alloc (rows->arena, size);

  if (rows->entry == NULL)
    rows_mistake (rows, "a note, but there is no entry to leave it for");
  /* Notes are taken from the list that decode made; this one would lie in another, and nobody would look. */
  if (rows->resolves)
    rows_mistake (rows, "a note left by resolve, which nobody reads");
  if (data != NULL && list->notes_count == list->notes_capacity) {
    size_t capacity = list->notes_capacity ? 2 * list->notes_capacity : 4;
    struct note *notes = arena_alloc (rows->arena, capacity * sizeof *notes);

    if (notes != NULL && list->notes_count > 0)
      memcpy (notes, list->notes, list->notes_count * sizeof *notes);
    list->notes = notes;
    list->notes_capacity = notes ? capacity : 0;
    if (notes == NULL)
      data = NULL;
  }
  if (data == NULL) {
    rows->no_memory = true;
    return NULL;
  }
  memset (data, 0, size);
  /* Resolve is called once for an entry; a second note would call it twice. */
  if (list->notes_count > 0 && list->notes[list->notes_count - 1].entry == rows->entry)
    rows_mistake (rows, "two notes for one entry");
  list->notes[list->notes_count++] = (struct note){ rows->entry, data, size, rows->label };
  return data;
}

/* ---- failed entries ----------------------------------------------------------------------------- */

void
rows_fail_entry (struct dcpipe_rows *rows, uint64_t item, const char *reason)
{
  const struct dcpipe_entry *entry = rows->entry;
  struct dcpipe_row *row = row_make (rows, &rows->tables->items[CORE_FAILED_ENTRIES], DCPIPE_INSERT);
  /* The row of a failed entry may hold a label that is no text, which would fail the entry once more. */
  const char *unreadable = rows->unreadable;

  row->entry = entry;
  dcpipe_set_string (row, FAILED_DECODER, rows->decoder_name);
  dcpipe_set_u64 (row, FAILED_ITEM, item);
  dcpipe_set_text (row, FAILED_LABEL, entry->label.data, entry->label.size);
  dcpipe_set_hex (row, FAILED_KEY, entry->key.data, entry->key.size);
  dcpipe_set_string (row, FAILED_REASON, reason);
  rows->unreadable = unreadable;
  if (!rows->no_memory && !row_list_add (rows->arena, rows->list, row))
    rows->no_memory = true;
}

void
dcpipe_fail_entry (dcpipe_rows *rows, uint64_t item, const char *format, ...)
{
  char reason[1024];
  va_list arguments;
  int size;

  if (rows->entry == NULL) {
    rows_mistake (rows, "a failed entry, but there is no entry");
    return;
  }
  va_start (arguments, format);
  size = vsnprintf (reason, sizeof reason, format, arguments);
  va_end (arguments);
  /* A reason often quotes the entry, cut at the size of the buffer, so it may end within a character. */
  if (size < 0 || !utf8_valid (reason, strlen (reason)))
    rows_fail_entry (rows, item, "the entry cannot be read, and the reason given is no text");
  else
    rows_fail_entry (rows, item, reason);
}

/* ---- when the callback has returned
 * --------------------------------------------------------------------- */

/* The key of an emitted row is whole, or nobody would find it again; but for a delete, which may take all
 * rows with some beginning, and so has leading key columns alone. */
static bool
check_key (struct dcpipe_rows *rows, const struct dcpipe_row *row)
{
  bool ended = false;

  for (size_t i = 0; i < row->table->keys_count; i++) {
    size_t column = row->table->keys[i];
    bool set = dcpipe_is_set (row, column) && !dcpipe_is_null (row, column);

    if (set ? ended : row->operation != DCPIPE_DELETE) {
      rows_mistake (rows, "key column %s of table %s is not set", row->table->columns[column].name,
                    row->table->name);
      return false;
    }
    ended = !set;
  }
  return true;
}

/* True if the row has a key that its table does not allow. Most tables cannot have one, or have keys that
 * are short even if every byte were doubled. */
static bool
key_is_long (const struct dcpipe_row *row)
{
  size_t size = 0;

  if (row->table->flags & DCPIPE_TABLE_LONG_KEYS)
    return false;
  for (size_t i = 0; i < row->table->keys_count; i++) {
    size_t column = row->table->keys[i];

    if (!dcpipe_is_set (row, column))
      break;
    size += 8;
    if (type_has_bytes (row->table->columns[column].type))
      size += 2 * dcpipe_get_bytes (row, column).size;
  }
  /* The bound is what the key can take at most, so the exact size is computed for few rows. */
  return size > DCPIPE_KEY_MAX && dcpipe_row_key (row, NULL, 0) > DCPIPE_KEY_MAX;
}

/* In this order: a mistake ends the run, whatever else there is; then comes what makes a failed entry, in
 * place of all that the entry emitted; memory last, because the row that tells of the failure needs some,
 * too. A note goes with the rows, or resolve would build on an entry that is not there. */
bool
rows_finish (struct dcpipe_rows *rows, size_t from)
{
  const char *long_key = NULL;

  assert (from <= rows->list->count);
  for (size_t i = from; i < rows->list->count && rows->mistake == NULL; i++)
    if (check_key (rows, rows->list->items[i]) && key_is_long (rows->list->items[i]))
      long_key = rows->list->items[i]->table->name;
  if (row_misread ())
    return false;
  if (rows->mistake != NULL) {
    fail ("%s (a mistake in the plugin)", rows->mistake);
    return false;
  }
  if (rows->unreadable != NULL || rows->no_json != NULL || long_key != NULL) {
    char reason[160];

    if (rows->unreadable != NULL)
      snprintf (reason, sizeof reason, "%s is not valid UTF-8", rows->unreadable);
    else if (rows->no_json != NULL)
      snprintf (reason, sizeof reason, "%s is not JSON in one line", rows->no_json);
    else
      snprintf (reason, sizeof reason, "its key in the table %s is longer than %d bytes", long_key,
                DCPIPE_KEY_MAX);
    rows->list->count = from;
    if (rows->list->notes_count > 0 && rows->list->notes[rows->list->notes_count - 1].entry == rows->entry)
      rows->list->notes_count--;
    rows->unreadable = rows->no_json = NULL;
    rows_fail_entry (rows, 0, reason);
  }
  if (rows->no_memory)
    fail ("no memory for the rows of an entry");
  return !rows->no_memory;
}

/* What is wrong with a value of text, or NULL. The setter has noted that something is wrong, but not in which
 * row: for an entry all rows go, here only the one. */
static const char *
text_fault (const struct dcpipe_row *row, size_t column)
{
  int type = row->table->columns[column].type;
  struct dcpipe_bytes text;

  if ((type != DCPIPE_TEXT && type != DCPIPE_JSON) || dcpipe_is_null (row, column))
    return NULL;
  text = dcpipe_get_bytes (row, column);
  if (!utf8_valid (text.data, text.size))
    return "valid UTF-8";
  return type == DCPIPE_JSON && !json_scan_valid (text.data, text.size) ? "JSON in one line" : NULL;
}

static bool
can_be_kept (const struct dcpipe_row *row)
{
  const char *fault = NULL;
  size_t column = 0;

  for (; column < row->table->columns_count && fault == NULL; column++)
    fault = text_fault (row, column);
  if (fault != NULL)
    log_warning ("a row of table %s is left out: %s is not %s", row->table->name,
                 row->table->columns[column - 1].name, fault);
  else if (key_is_long (row))
    log_warning ("a row of table %s is left out: its key is longer than %d bytes", row->table->name,
                 DCPIPE_KEY_MAX);
  else
    return true;
  return false;
}

/* No entry stands behind these rows that could fail in their place, and the source does not emit them again:
 * to leave one out, and say so, is all that can be done short of ending the run. */
bool
rows_settle (struct dcpipe_rows *rows)
{
  struct row_list *list = rows->list;
  size_t kept = 0;

  for (size_t i = 0; i < list->count && rows->mistake == NULL; i++)
    if (check_key (rows, list->items[i]) && can_be_kept (list->items[i]))
      list->items[kept++] = list->items[i];
  list->count = kept;
  if (row_misread ())
    return false;
  if (rows->mistake != NULL)
    fail ("%s (a mistake in the plugin)", rows->mistake);
  else if (rows->no_memory)
    fail ("no memory for rows");
  return rows->mistake == NULL && !rows->no_memory;
}

/* ---- rows in a sink's hands --------------------------------------------------------------------- */

size_t
dcpipe_rows_count (const dcpipe_rows *rows)
{
  return rows->list->count;
}

const dcpipe_row *
dcpipe_rows_at (const dcpipe_rows *rows, size_t i)
{
  return rows->list->items[i];
}

void
dcpipe_row_applied (dcpipe_rows *rows, size_t i, uint64_t added, uint64_t changed, uint64_t removed)
{
  rows->effects[i].added = added;
  rows->effects[i].changed = changed;
  rows->effects[i].removed = removed;
}

void
dcpipe_row_refused (dcpipe_rows *rows, size_t i, const char *format, ...)
{
  va_list arguments;
  char *reason;

  va_start (arguments, format);
  if (vasprintf (&reason, format, arguments) < 0)
    reason = NULL;
  va_end (arguments);
  if (reason == NULL)
    rows->no_memory = true;
  /* The last reason counts, as with dcpipe_error. */
  free (rows->effects[i].refused);
  rows->effects[i].refused = reason;
}
