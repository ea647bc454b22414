/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/row.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json-scan.h"
#include "base/log.h"
#include "bytes/hex.h"
#include "bytes/utf8.h"
#include "data/block.h"

/* ---- making rows -------------------------------------------------------------------------------- */

size_t
row_size (const struct dcpipe_table *table)
{
  return sizeof (struct dcpipe_row) + table->columns_count * (sizeof (union value) + 1);
}

struct dcpipe_row *
row_lay_out (void *memory, const struct dcpipe_table *table)
{
  struct dcpipe_row *row = memory;

  row->table = table;
  row->entry = NULL;
  row->maker = NULL;
  row->operation = DCPIPE_INSERT;
  row->values = (union value *) (void *) (row + 1);
  row->states = (uint8_t *) (row->values + table->columns_count);
  memset (row->states, VALUE_UNSET, table->columns_count);
  return row;
}

struct dcpipe_row *
row_nowhere (const struct dcpipe_table *table)
{
  static _Thread_local union {
    max_align_t align;
    char bytes[sizeof (struct dcpipe_row) + TABLE_COLUMNS_MAX * (sizeof (union value) + 1)];
  } memory;

  return row_lay_out (&memory, table);
}

struct dcpipe_row *
row_make (struct dcpipe_rows *maker, const struct dcpipe_table *table, int operation)
{
  void *memory = arena_alloc (maker->arena, row_size (table));
  struct dcpipe_row *row = memory ? row_lay_out (memory, table) : row_nowhere (table);

  if (memory == NULL)
    maker->no_memory = true;
  row->maker = maker;
  row->operation = (uint8_t) operation;
  return row;
}

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

static void __attribute__ ((format (printf, 2, 3)))
mistake (struct dcpipe_rows *rows, const char *format, ...)
{
  char text[256];
  char *copy;
  va_list arguments;
  int size;

  if (rows->mistake != NULL)
    return;
  va_start (arguments, format);
  size = vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  if (size >= (int) sizeof text)
    size = sizeof text - 1;
  copy = arena_bytes (rows->arena, (size_t) size + 1);
  if (copy != NULL)
    memcpy (copy, text, (size_t) size + 1);
  rows->mistake = copy != NULL ? copy : "a mistake of the plugin";
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
    mistake (rows, "row for table number %zu of %zu, operation %d", table, rows->decoder_tables, operation);
    return row_lost (rows, rows->tables->items);
  }
  def = rows->tables->items
        + (rows->numbers != NULL ? rows->numbers[table] : rows->tables->first[rows->decoder] + table);
  if (rows->limit > 0 && rows->arena->size > rows->limit)
    mistake (rows, "more than %zu bytes of rows in one batch", rows->limit);
  if (rows->mistake != NULL)
    return row_lost (rows, def);
  if ((def->flags & DCPIPE_TABLE_LOG) && operation != DCPIPE_INSERT && operation != DCPIPE_UPDATE)
    mistake (rows, "table %s is a log, its rows are inserted", def->name);
  row = row_make (rows, def, operation);
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
    mistake (rows, "a note, but there is no entry to leave it for");
  if (rows->resolves)
    mistake (rows, "a note left by resolve, which nobody reads");
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
  if (list->notes_count > 0 && list->notes[list->notes_count - 1].entry == rows->entry)
    mistake (rows, "two notes for one entry");
  list->notes[list->notes_count++] = (struct note){ rows->entry, data, size, rows->label };
  return data;
}

struct dcpipe_row *
row_scratch_key (struct row_scratch *scratch, const struct dcpipe_table *table)
{
  scratch->maker = (struct dcpipe_rows){ .arena = &scratch->arena };
  return row_make (&scratch->maker, table, DCPIPE_INSERT);
}

void
row_scratch_free (struct row_scratch *scratch)
{
  arena_free (&scratch->arena);
}

/* ---- setting values ----------------------------------------------------------------------------- */

/* The value to set, or NULL if the plugin may not set it (which is noted). */
static union value *
settable (struct dcpipe_row *row, size_t column, int type)
{
  const struct table_column *columns = row->table->columns;

  if (column >= row->table->columns_count)
    mistake (row->maker, "table %s has no column number %zu", row->table->name, column);
  else if (columns[column].type != type)
    mistake (row->maker, "column %s of table %s was set to a value of another type", columns[column].name,
             row->table->name);
  else if (columns[column].fill != DCPIPE_FILL_NOTHING && row->entry != NULL)
    mistake (row->maker, "column %s of table %s is filled in by dcpipe", columns[column].name,
             row->table->name);
  else {
    row->states[column] = VALUE_SET;
    return &row->values[column];
  }
  return NULL;
}

void
dcpipe_set_null (dcpipe_row *row, size_t column)
{
  if (column >= row->table->columns_count)
    mistake (row->maker, "table %s has no column number %zu", row->table->name, column);
  else if (row->table->columns[column].key > 0)
    mistake (row->maker, "key column %s of table %s was set to null", row->table->columns[column].name,
             row->table->name);
  else
    row->states[column] = VALUE_NULL;
}

void
dcpipe_set_bool (dcpipe_row *row, size_t column, bool value)
{
  union value *place = settable (row, column, DCPIPE_BOOL);

  if (place != NULL)
    place->b = value;
}

void
dcpipe_set_i64 (dcpipe_row *row, size_t column, int64_t value)
{
  union value *place = settable (row, column, DCPIPE_I64);

  if (place != NULL)
    place->i = value;
}

void
dcpipe_set_u64 (dcpipe_row *row, size_t column, uint64_t value)
{
  union value *place = settable (row, column, DCPIPE_U64);

  if (place != NULL)
    place->u = value;
}

void
dcpipe_set_time (dcpipe_row *row, size_t column, uint64_t ns)
{
  union value *place = settable (row, column, DCPIPE_TIME);

  if (place != NULL)
    place->u = ns - ns % 1000000;
}

/* Refers to bytes of the entry's block, and copies others. */
static void
set_bytes (struct dcpipe_row *row, union value *place, const void *data, size_t size)
{
  void *copy;

  place->bytes = (struct dcpipe_bytes){ data, size };
  if (size == 0 || (row->entry != NULL && block_holds (row->entry->block, data, size)))
    return;
  copy = row->maker->mistake == NULL ? arena_bytes (row->maker->arena, size) : NULL;
  if (copy == NULL) {
    row->maker->no_memory = true;
    place->bytes.size = 0;
    return;
  }
  memcpy (copy, data, size);
  place->bytes.data = copy;
}

static void
set_utf8 (struct dcpipe_row *row, size_t column, int type, const void *text, size_t size)
{
  union value *place = settable (row, column, type);

  if (place == NULL)
    return;
  if (row->maker->unreadable == NULL && !utf8_valid (text, size))
    row->maker->unreadable = row->table->columns[column].name;
  set_bytes (row, place, text, size);
}

void
dcpipe_set_text (dcpipe_row *row, size_t column, const void *text, size_t size)
{
  set_utf8 (row, column, DCPIPE_TEXT, text, size);
}

void
dcpipe_set_string (dcpipe_row *row, size_t column, const char *text)
{
  if (text == NULL)
    dcpipe_set_null (row, column);
  else
    dcpipe_set_text (row, column, text, strlen (text));
}

void
dcpipe_set_hex (dcpipe_row *row, size_t column, const void *data, size_t size)
{
  union value *place = settable (row, column, DCPIPE_TEXT);
  char *text;

  if (place == NULL)
    return;
  place->bytes = (struct dcpipe_bytes){ NULL, 0 };
  if (size == 0)
    return;
  text = size <= SIZE_MAX / 2 ? arena_bytes (row->maker->arena, 2 * size) : NULL;
  if (text == NULL) {
    row->maker->no_memory = true;
    return;
  }
  hex_put (text, data, size);
  place->bytes = (struct dcpipe_bytes){ (const uint8_t *) text, 2 * size };
}

void
dcpipe_set_blob (dcpipe_row *row, size_t column, const void *data, size_t size)
{
  union value *place = settable (row, column, DCPIPE_BLOB);

  if (place != NULL)
    set_bytes (row, place, data, size);
}

static bool
is_decimal (const char *text, size_t size)
{
  size_t i = size > 0 && text[0] == '-', start = i;

  while (i < size && text[i] >= '0' && text[i] <= '9')
    i++;
  if (i == start)
    return false;
  if (i == size)
    return true;
  if (text[i] != '.' || i + 1 == size)
    return false;
  for (i++; i < size; i++)
    if (text[i] < '0' || text[i] > '9')
      return false;
  return true;
}

void
dcpipe_set_decimal (dcpipe_row *row, size_t column, const char *text, size_t size)
{
  union value *place = settable (row, column, DCPIPE_DECIMAL);

  if (place == NULL)
    return;
  if (!is_decimal (text, size))
    mistake (row->maker, "column %s of table %s was set to '%.*s', which is no decimal number",
             row->table->columns[column].name, row->table->name, (int) (size < 40 ? size : 40), text);
  else
    set_bytes (row, place, text, size);
}

void
dcpipe_set_json (dcpipe_row *row, size_t column, const char *text, size_t size)
{
  set_utf8 (row, column, DCPIPE_JSON, text, size);
  if (row->maker->mistake == NULL && row->maker->unreadable == NULL && row->maker->no_json == NULL
      && !json_scan_valid (text, size))
    row->maker->no_json = row->table->columns[column].name;
}

/* ---- failed entries ----------------------------------------------------------------------------- */

void
rows_fail_entry (struct dcpipe_rows *rows, uint64_t item, const char *reason)
{
  const struct dcpipe_entry *entry = rows->entry;
  struct dcpipe_row *row = row_make (rows, &rows->tables->items[CORE_FAILED_ENTRIES], DCPIPE_INSERT);
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
    mistake (rows, "a failed entry, but there is no entry");
    return;
  }
  va_start (arguments, format);
  size = vsnprintf (reason, sizeof reason, format, arguments);
  va_end (arguments);
  if (size < 0 || !utf8_valid (reason, strlen (reason)))
    rows_fail_entry (rows, item, "the entry cannot be read, and the reason given is no text");
  else
    rows_fail_entry (rows, item, reason);
}

/* The key of an emitted row is whole, but for a delete, whose key columns are the leading ones. */
static bool
check_key (struct dcpipe_rows *rows, const struct dcpipe_row *row)
{
  bool ended = false;

  for (size_t i = 0; i < row->table->keys_count; i++) {
    size_t column = row->table->keys[i];
    bool set = dcpipe_is_set (row, column) && !dcpipe_is_null (row, column);

    if (set ? ended : row->operation != DCPIPE_DELETE) {
      mistake (rows, "key column %s of table %s is not set", row->table->columns[column].name,
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
  return size > DCPIPE_KEY_MAX && dcpipe_row_key (row, NULL, 0) > DCPIPE_KEY_MAX;
}

bool
rows_finish (struct dcpipe_rows *rows, size_t from)
{
  const char *long_key = NULL;

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

/* What is wrong with a value of text, or NULL. */
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
