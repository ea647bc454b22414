/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of a resolving decoder is copied or folded here, once for each sink. A copy is one allocation:
 * the row with its values, then all bytes; and it holds what the engine filled as plain values, since the
 * entry does not outlive its block. */
#include "config.h"

#include "data/row-merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* For verify, which compares what two stores gave back. A column that differs between equal imports says
 * nothing, and of two nulls the values are not looked at. */
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

/* The values of a row to be stored, with the bytes still where they came from: how many they are must be
 * known before there is memory for the row. */
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

/* Unlike a merge this keeps what is not set apart from what is null: in an UPDATE the one leaves a column
 * alone and the other empties it. */
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

/* The result is a whole row and therefore an INSERT, whatever was folded into it: nothing of it is unset. */
struct dcpipe_row *
row_merge (const struct dcpipe_row *old, const struct dcpipe_row *row)
{
  struct gathered gathered;

  if (old == NULL)
    return row_copy (row);
  assert (old->table == row->table && row->operation != DCPIPE_DELETE);
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

/* What was longer leaves a gap behind it, and the room that the row was given first: a later, longer value
 * may not fit though its first one did. */
static inline void
change_bytes (union value *place, struct dcpipe_bytes bytes)
{
  if (bytes.size > 0)
    memcpy ((uint8_t *) (uintptr_t) place->bytes.data, bytes.data, bytes.size);
  place->bytes.size = bytes.size;
}

/* Most changes are of numbers, or of texts no longer than before: then nothing is allocated. Whether all fits
 * is looked at first, for a row changed by half could not be given back. */
bool
row_change (struct dcpipe_row *old, const struct dcpipe_row *row)
{
  assert (old->table == row->table && old->entry == NULL);
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
