/* SPDX-License-Identifier: Apache-2.0 */
/* Reading rows, comparing and copying them, and what sinks say of them. */
#include "config.h"

#include "data/row.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/block.h"

/* ---- reading values ----------------------------------------------------------------------------- */

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

/* What a plugin's callback on this thread asked of a row that is not there; empty for nothing. */
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

/* The column is of one of these types, and is not null. */
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
    const struct dcpipe_block *block = row->entry->block;

    return (struct dcpipe_bytes){ (const uint8_t *) block->hash_hex, 2u * block->hash.size };
  }
  return row->values[column].bytes;
}

bool
row_equal (const struct dcpipe_row *a, const struct dcpipe_row *b, size_t *column)
{
  for (*column = 0; *column < a->table->columns_count; ++*column) {
    const struct table_column *declared = &a->table->columns[*column];
    bool null = dcpipe_is_null (a, *column);

    if (declared->flags & DCPIPE_COLUMN_VOLATILE)
      continue;
    if (null != dcpipe_is_null (b, *column))
      return false;
    if (null)
      continue;
    if (type_has_bytes (declared->type)) {
      struct dcpipe_bytes x = dcpipe_get_bytes (a, *column), y = dcpipe_get_bytes (b, *column);

      if (x.size != y.size || (x.size > 0 && memcmp (x.data, y.data, x.size) != 0))
        return false;
    } else if (declared->type == DCPIPE_BOOL) {
      if (dcpipe_get_bool (a, *column) != dcpipe_get_bool (b, *column))
        return false;
    } else if (declared->type == DCPIPE_I64) {
      if (dcpipe_get_i64 (a, *column) != dcpipe_get_i64 (b, *column))
        return false;
    } else if (dcpipe_get_u64 (a, *column) != dcpipe_get_u64 (b, *column))
      return false;
  }
  return true;
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

/* ---- copies ------------------------------------------------------------------------------------- */

size_t
row_copy_size (const struct dcpipe_row *row)
{
  size_t size = row_size (row->table);

  for (size_t i = 0; i < row->table->columns_count; i++)
    if (type_has_bytes (row->table->columns[i].type) && !row_lacks (row, i))
      size += dcpipe_get_bytes (row, i).size;
  return size;
}

/* The value as a row that is stored holds it; it is not null. */
static inline union value
value_of (const struct dcpipe_row *row, size_t column)
{
  union value value;

  if (!row_fills (row, column))
    return row->values[column];
  if (type_has_bytes (row->table->columns[column].type))
    value.bytes = dcpipe_get_bytes (row, column);
  else
    value.u = dcpipe_get_u64 (row, column);
  return value;
}

/* The values of a row to be stored, with the bytes still where they came from. */
struct gathered {
  union value values[TABLE_COLUMNS_MAX];
  uint8_t states[TABLE_COLUMNS_MAX];
  size_t bytes; /* of all values */
};

static inline void
gather (struct gathered *gathered, const struct dcpipe_row *row, size_t column)
{
  if (row_lacks (row, column)) {
    gathered->states[column] = VALUE_NULL;
    return;
  }
  gathered->states[column] = VALUE_SET;
  gathered->values[column] = value_of (row, column);
  if (type_has_bytes (row->table->columns[column].type))
    gathered->bytes += gathered->values[column].bytes.size;
}

/* Makes a row of them, in one allocation. NULL when there is no memory. */
static struct dcpipe_row *
store (const struct gathered *gathered, const struct dcpipe_table *table, uint8_t operation)
{
  void *memory = malloc (row_size (table) + gathered->bytes);
  struct dcpipe_row *copy;
  uint8_t *bytes;

  if (memory == NULL)
    return NULL;
  copy = row_lay_out (memory, table);
  copy->operation = operation;
  memcpy (copy->states, gathered->states, table->columns_count);
  bytes = copy->states + table->columns_count;
  for (size_t i = 0; i < table->columns_count; i++) {
    if (copy->states[i] != VALUE_SET)
      continue;
    copy->values[i] = gathered->values[i];
    if (!type_has_bytes (table->columns[i].type))
      continue;
    if (copy->values[i].bytes.size > 0)
      memcpy (bytes, copy->values[i].bytes.data, copy->values[i].bytes.size);
    copy->values[i].bytes.data = bytes;
    bytes += copy->values[i].bytes.size;
  }
  return copy;
}

struct dcpipe_row *
row_copy (const struct dcpipe_row *row)
{
  struct gathered gathered;

  gathered.bytes = 0;
  for (size_t i = 0; i < row->table->columns_count; i++)
    if (row_sets (row, i))
      gather (&gathered, row, i);
    else
      gathered.states[i] = VALUE_UNSET;
  return store (&gathered, row->table, row->operation);
}

/* Whether `row` leaves the column of a row that is there as it is. */
static inline bool
leaves (const struct dcpipe_row *row, size_t column)
{
  if (row->operation == DCPIPE_UPDATE)
    return !row_sets (row, column);
  return (row->table->columns[column].flags & DCPIPE_COLUMN_KEEP_FIRST) != 0;
}

struct dcpipe_row *
row_merge (const struct dcpipe_row *old, const struct dcpipe_row *row)
{
  struct gathered gathered;

  if (old == NULL)
    return row_copy (row);
  gathered.bytes = 0;
  for (size_t i = 0; i < row->table->columns_count; i++)
    gather (&gathered, leaves (row, i) ? old : row, i);
  return store (&gathered, row->table, DCPIPE_INSERT);
}

/* Whether all bytes that `row` brings find room where those that they replace are. */
static bool
fits (const struct dcpipe_row *old, const struct dcpipe_row *row)
{
  for (size_t i = 0; i < row->table->columns_count; i++)
    if (type_has_bytes (row->table->columns[i].type) && !leaves (row, i) && !row_lacks (row, i)
        && (old->states[i] != VALUE_SET || dcpipe_get_bytes (row, i).size > old->values[i].bytes.size))
      return false;
  return true;
}

static inline void
change_bytes (union value *place, struct dcpipe_bytes bytes)
{
  if (bytes.size > 0)
    memcpy ((uint8_t *) (uintptr_t) place->bytes.data, bytes.data, bytes.size);
  place->bytes.size = bytes.size;
}

bool
row_change (struct dcpipe_row *old, const struct dcpipe_row *row)
{
  if (!fits (old, row))
    return false;
  for (size_t i = 0; i < row->table->columns_count; i++) {
    bool null = row_lacks (row, i);

    if (leaves (row, i))
      continue;
    old->states[i] = null ? VALUE_NULL : VALUE_SET;
    if (!null && type_has_bytes (row->table->columns[i].type))
      change_bytes (&old->values[i], dcpipe_get_bytes (row, i));
    else if (!null)
      old->values[i] = value_of (row, i);
  }
  return true;
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
  free (rows->effects[i].refused);
  rows->effects[i].refused = reason;
}
