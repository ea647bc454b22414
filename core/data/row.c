/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a row are set and got here alone. Decoders are called for every entry of a ledger, so nothing
 * is copied that need not be: bytes of the entry stay in its block, and what the engine fills is computed
 * when somebody asks for it. What a plugin does wrong with a row is only noted, for its callback cannot be
 * left from here; whoever called the callback asks for it afterwards. */
#include "config.h"

#include "data/row.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json-scan.h"
#include "base/log.h"
#include "bytes/hex.h"
#include "bytes/utf8.h"
#include "data/block.h"

/* ---- layout
 * --------------------------------------------------------------------------------------------- */

size_t
row_size (const struct dcpipe_table *table)
{
  return sizeof (struct dcpipe_row) + table->columns_count * (sizeof (union value) + 1);
}

/* One piece of memory: the row, then values, which need its alignment, then states, which need none. */
struct dcpipe_row *
row_lay_out (void *memory, const struct dcpipe_table *table)
{
  struct dcpipe_row *row = memory;

  assert (table->columns_count <= TABLE_COLUMNS_MAX);
  row->table = table;
  row->entry = NULL;
  row->maker = NULL;
  row->operation = DCPIPE_INSERT;
  row->values = (union value *) (void *) (row + 1);
  row->states = (uint8_t *) (row->values + table->columns_count);
  memset (row->states, VALUE_UNSET, table->columns_count);
  return row;
}

/* Thread-local dummy row, returned on ENOMEM so that setters never see NULL. */
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

/* For keys of those who read stores: there is no callback, and so no arena that would take them. */
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

/* The first mistake is kept: those that follow mostly come of it. The text lies in the arena, because the
 * plugin's own strings may be gone when it is told. */
void
rows_mistake (struct dcpipe_rows *rows, const char *format, ...)
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

/* ---- reading values
 * ------------------------------------------------------------------------------------- */

const dcpipe_table *
dcpipe_row_table (const dcpipe_row *row)
{
  return row->table;
}

int
dcpipe_row_operation (const dcpipe_row *row)
{
  return row->operation;
}

/* What a plugin's callback on this thread asked of a row that is not there; empty for nothing. A getter
 * cannot fail, and is called for each value, so this is asked once, when the callback has returned. */
static _Thread_local char misreading[256];

#define TYPE(type_) (1u << (type_))

static void __attribute__ ((cold, noinline)) misread (const struct dcpipe_row *row, size_t column)
{
  if (misreading[0] != '\0')
    return;
  if (column >= row->table->columns_count)
    snprintf (misreading, sizeof misreading, "table %s has no column number %zu", row->table->name, column);
  else
    snprintf (misreading, sizeof misreading, "column %s of table %s was read as a value of another type",
              row->table->columns[column].name, row->table->name);
}

bool
row_misread (void)
{
  if (misreading[0] == '\0')
    return false;
  fail ("%s (a mistake in the plugin)", misreading);
  misreading[0] = '\0';
  return true;
}

static inline bool
has_column (const struct dcpipe_row *row, size_t column)
{
  if (column < row->table->columns_count)
    return true;
  misread (row, column);
  return false;
}

/* The column is of one of these types, and is not null. A set of types, since U64 and TIME are read alike,
 * and so is all that has bytes. */
static inline bool
readable (const struct dcpipe_row *row, size_t column, unsigned types)
{
  if (column >= row->table->columns_count || (TYPE (row->table->columns[column].type) & types) == 0) {
    misread (row, column);
    return false;
  }
  return !row_lacks (row, column);
}

bool
dcpipe_is_set (const dcpipe_row *row, size_t column)
{
  return has_column (row, column) && row_sets (row, column);
}

bool
dcpipe_is_null (const dcpipe_row *row, size_t column)
{
  return !has_column (row, column) || row_lacks (row, column);
}

bool
dcpipe_get_bool (const dcpipe_row *row, size_t column)
{
  return readable (row, column, TYPE (DCPIPE_BOOL)) && row->values[column].b;
}

int64_t
dcpipe_get_i64 (const dcpipe_row *row, size_t column)
{
  return readable (row, column, TYPE (DCPIPE_I64)) ? row->values[column].i : 0;
}

/* What the engine fills is computed here and not when the row is made: the number of a block, and so
 * ordinals, are known only once the sequencer has put the blocks into order, which is after the row was
 * made. */
uint64_t
dcpipe_get_u64 (const dcpipe_row *row, size_t column)
{
  const struct dcpipe_block *block;

  if (!readable (row, column, TYPE (DCPIPE_U64) | TYPE (DCPIPE_TIME)))
    return 0;
  if (!row_fills (row, column))
    return row->values[column].u;
  block = row->entry->block;
  switch (row->table->columns[column].fill) {
  case DCPIPE_FILL_BLOCK_OFFSET:
    return block->frame.position;
  case DCPIPE_FILL_ENTRY_INDEX:
    return row->entry->index;
  case DCPIPE_FILL_ORDINAL:
    return block->first_ordinal + row->entry->index;
  case DCPIPE_FILL_BLOCK_TIME:
    return block->time_ns - block->time_ns % 1000000;
  case DCPIPE_FILL_BLOCK_TIME_NS:
    return block->time_ns;
  default:
    return block->import_time;
  }
}

struct dcpipe_bytes
dcpipe_get_bytes (const dcpipe_row *row, size_t column)
{
  const unsigned types = TYPE (DCPIPE_TEXT) | TYPE (DCPIPE_BLOB) | TYPE (DCPIPE_DECIMAL) | TYPE (DCPIPE_JSON);

  if (!readable (row, column, types))
    return (struct dcpipe_bytes){ NULL, 0 };
  if (row_fills (row, column)) {
    /* The one text that the engine fills. It was made with the block, so that it is the same for all its
     * rows. */
    const struct dcpipe_block *block = row->entry->block;

    return (struct dcpipe_bytes){ (const uint8_t *) block->hash_hex, 2u * block->hash.size };
  }
  return row->values[column].bytes;
}

/* ---- setting values
 * ------------------------------------------------------------------------------------- */

/* The value to set, or NULL if the plugin may not set it (which is noted). */
static union value *
settable (struct dcpipe_row *row, size_t column, int type)
{
  const struct table_column *columns = row->table->columns;

  if (column >= row->table->columns_count)
    rows_mistake (row->maker, "table %s has no column number %zu", row->table->name, column);
  else if (columns[column].type != type)
    rows_mistake (row->maker, "column %s of table %s was set to a value of another type",
                  columns[column].name, row->table->name);
  /* Without an entry it is a key, or a row that a sink gives back: there these columns are values like
   * others. */
  else if (columns[column].fill != DCPIPE_FILL_NOTHING && row->entry != NULL)
    rows_mistake (row->maker, "column %s of table %s is filled in by dcpipe", columns[column].name,
                  row->table->name);
  else {
    row->states[column] = VALUE_SET;
    return &row->values[column];
  }
  return NULL;
}

/* A null in the key would have no place in the order of keys. */
void
dcpipe_set_null (dcpipe_row *row, size_t column)
{
  if (column >= row->table->columns_count)
    rows_mistake (row->maker, "table %s has no column number %zu", row->table->name, column);
  else if (row->table->columns[column].key > 0)
    rows_mistake (row->maker, "key column %s of table %s was set to null", row->table->columns[column].name,
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

/* Cut to the millisecond here, so that all sinks store, and dumps show, the same time. */
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

  /* The plugin's memory ends with its callback, the block's only with the row. After a mistake nothing is
   * copied any more, so that a plugin in a loop does not fill memory before it is told. */
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

/* Text that is none is the entry's fault and not the plugin's: ledgers hold what users wrote. */
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

/* Digits are written where they stay: a decoder would need memory of its own to make them. */
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

/* By hand, for strtod takes more than decimals (0x1p3, inf, spaces) and keeps fewer digits. */
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
    /* Unlike text, which comes from the ledger, this was made by the decoder: so it is the decoder's
     * mistake. */
    rows_mistake (row->maker, "column %s of table %s was set to '%.*s', which is no decimal number",
                  row->table->columns[column].name, row->table->name, (int) (size < 40 ? size : 40), text);
  else
    set_bytes (row, place, text, size);
}

void
dcpipe_set_json (dcpipe_row *row, size_t column, const char *text, size_t size)
{
  set_utf8 (row, column, DCPIPE_JSON, text, size);
  /* Looking through the text costs much more than the rest, and what is wrong already is told first. */
  if (row->maker->mistake == NULL && row->maker->unreadable == NULL && row->maker->no_json == NULL
      && !json_scan_valid (text, size))
    row->maker->no_json = row->table->columns[column].name;
}

static void
set_bytes_of (dcpipe_row *row, size_t column, int type, struct dcpipe_bytes bytes)
{
  const char *text = (const char *) bytes.data;

  if (type == DCPIPE_BLOB)
    dcpipe_set_blob (row, column, text, bytes.size);
  else if (type == DCPIPE_DECIMAL)
    dcpipe_set_decimal (row, column, text, bytes.size);
  else if (type == DCPIPE_JSON)
    dcpipe_set_json (row, column, text, bytes.size);
  else
    dcpipe_set_text (row, column, text, bytes.size);
}

/* By way of the setters, so that the copy's bytes lie in memory of its own row, however long the other one
 * lives. */
void
dcpipe_set_copy (dcpipe_row *row, size_t column, const dcpipe_row *from)
{
  if (!dcpipe_is_set (from, column))
    return;
  if (dcpipe_is_null (from, column)) {
    dcpipe_set_null (row, column);
    return;
  }
  switch (from->table->columns[column].type) {
  case DCPIPE_BOOL:
    dcpipe_set_bool (row, column, dcpipe_get_bool (from, column));
    break;
  case DCPIPE_I64:
    dcpipe_set_i64 (row, column, dcpipe_get_i64 (from, column));
    break;
  case DCPIPE_U64:
    dcpipe_set_u64 (row, column, dcpipe_get_u64 (from, column));
    break;
  case DCPIPE_TIME:
    dcpipe_set_time (row, column, dcpipe_get_u64 (from, column));
    break;
  default:
    set_bytes_of (row, column, from->table->columns[column].type, dcpipe_get_bytes (from, column));
  }
}
