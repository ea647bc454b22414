/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/core/memory-store.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* ---- cells --------------------------------------------------------------------------------------- */

static void
cell_free (struct cell *cell)
{
  free (cell->data);
  *cell = (struct cell){ .null = true };
}

static void
cell_set_bytes (struct cell *cell, const void *data, size_t size)
{
  cell->data = malloc (size + 1);
  ck_assert_ptr_nonnull (cell->data);
  if (size > 0)
    memcpy (cell->data, data, size);
  cell->size = size;
}

static void
cell_read (struct cell *cell, const struct dcpipe_row *row, size_t column)
{
  struct dcpipe_bytes bytes;

  cell_free (cell);
  cell->null = dcpipe_is_null (row, column);
  if (cell->null)
    return;
  switch (dcpipe_column_type (row->table, column)) {
  case DCPIPE_BOOL:
    cell->number = dcpipe_get_bool (row, column);
    break;
  case DCPIPE_I64:
    cell->number = (uint64_t) dcpipe_get_i64 (row, column);
    break;
  case DCPIPE_U64:
  case DCPIPE_TIME:
    cell->number = dcpipe_get_u64 (row, column);
    break;
  default:
    bytes = dcpipe_get_bytes (row, column);
    cell_set_bytes (cell, bytes.data, bytes.size);
  }
}

static bool
cells_equal (const struct cell *a, const struct cell *b)
{
  return a->null == b->null
         && (a->null
             || (a->number == b->number && a->size == b->size
                 && (a->size == 0 || memcmp (a->data, b->data, a->size) == 0)));
}

static void
cell_write (struct dcpipe_row *row, size_t column, const struct cell *cell)
{
  if (cell->null) {
    dcpipe_set_null (row, column);
    return;
  }
  switch (dcpipe_column_type (row->table, column)) {
  case DCPIPE_BOOL:
    dcpipe_set_bool (row, column, cell->number != 0);
    break;
  case DCPIPE_I64:
    dcpipe_set_i64 (row, column, (int64_t) cell->number);
    break;
  case DCPIPE_U64:
    dcpipe_set_u64 (row, column, cell->number);
    break;
  case DCPIPE_TIME:
    dcpipe_set_time (row, column, cell->number);
    break;
  case DCPIPE_BLOB:
    dcpipe_set_blob (row, column, cell->data, cell->size);
    break;
  case DCPIPE_TEXT:
    dcpipe_set_text (row, column, cell->data, cell->size);
    break;
  default:
    ck_abort_msg ("no test stores columns of this type");
  }
}

/* ---- rows ---------------------------------------------------------------------------------------- */

struct prefix {
  const struct dcpipe_table *table;
  uint8_t key[2048];
  size_t size;
};

static void
make_prefix (struct prefix *prefix, const struct dcpipe_row *row)
{
  prefix->table = row->table;
  prefix->size = dcpipe_row_key (row, prefix->key, sizeof prefix->key);
  ck_assert_uint_le (prefix->size, sizeof prefix->key);
}

static bool
begins_with (const struct stored_row *row, const struct prefix *prefix)
{
  return row->table->number == prefix->table->number && row->key_size >= prefix->size
         && memcmp (row->key, prefix->key, prefix->size) == 0;
}

/* Where the row with that key is, or would go. */
static size_t
place (const struct memory_store *store, const struct prefix *key)
{
  size_t i = 0;

  for (; i < store->count; i++) {
    const struct stored_row *row = &store->rows[i];
    size_t size = row->key_size < key->size ? row->key_size : key->size;
    int order = row->table->number < key->table->number ? -1 : row->table->number > key->table->number;

    if (order == 0)
      order = memcmp (row->key, key->key, size);
    if (order > 0 || (order == 0 && row->key_size >= key->size))
      break;
  }
  return i;
}

static bool
is_at (const struct memory_store *store, size_t i, const struct prefix *key)
{
  return i < store->count && begins_with (&store->rows[i], key) && store->rows[i].key_size == key->size;
}

static void
row_free (struct stored_row *row)
{
  free (row->key);
  for (size_t i = 0; i < STORE_COLUMNS; i++)
    free (row->cells[i].data);
}

static struct stored_row *
insert_at (struct memory_store *store, size_t at, const struct prefix *key)
{
  struct stored_row row = { .table = key->table, .key = malloc (key->size + 1), .key_size = key->size };

  memcpy (row.key, key->key, key->size);
  for (size_t i = 0; i < STORE_COLUMNS; i++)
    row.cells[i].null = true;
  if (store->count == store->capacity) {
    store->capacity = store->capacity ? 2 * store->capacity : 16;
    store->rows = realloc (store->rows, store->capacity * sizeof *store->rows);
    ck_assert_ptr_nonnull (store->rows);
  }
  memmove (store->rows + at + 1, store->rows + at, (store->count - at) * sizeof *store->rows);
  store->rows[at] = row;
  store->count++;
  return &store->rows[at];
}

static void delete (struct memory_store *store, const struct prefix *prefix)
{
  size_t kept = 0;

  for (size_t i = 0; i < store->count; i++)
    if (begins_with (&store->rows[i], prefix))
      row_free (&store->rows[i]);
    else
      store->rows[kept++] = store->rows[i];
  store->count = kept;
}

void
store_apply (struct memory_store *store, const struct dcpipe_row *row)
{
  struct prefix key;
  size_t at;
  bool there;

  store->applied++;
  make_prefix (&key, row);
  if (row->operation == DCPIPE_DELETE) {
    delete (store, &key);
    return;
  }
  at = place (store, &key);
  there = is_at (store, at, &key);
  if (row->operation == DCPIPE_INSERT ? there : row->operation == DCPIPE_UPDATE && !there)
    return;
  if (!there)
    insert_at (store, at, &key);
  for (size_t i = 0; i < row->table->columns_count; i++)
    if (row->operation == DCPIPE_UPDATE
            ? dcpipe_is_set (row, i)
            : !there || !(row->table->columns[i].flags & DCPIPE_COLUMN_KEEP_FIRST))
      cell_read (&store->rows[at].cells[i], row, i);
}

void
store_clear (struct memory_store *store)
{
  for (size_t i = 0; i < store->count; i++)
    row_free (&store->rows[i]);
  free (store->rows);
  *store = (struct memory_store){ 0 };
}

void
store_copy (struct memory_store *to, const struct memory_store *from)
{
  store_clear (to);
  for (size_t i = 0; i < from->count; i++) {
    const struct stored_row *row = &from->rows[i];
    struct prefix key = { .table = row->table, .size = row->key_size };
    struct stored_row *copy;

    memcpy (key.key, row->key, row->key_size);
    copy = insert_at (to, i, &key);
    for (size_t column = 0; column < STORE_COLUMNS; column++) {
      copy->cells[column] = row->cells[column];
      if (row->cells[column].data != NULL)
        cell_set_bytes (&copy->cells[column], row->cells[column].data, row->cells[column].size);
    }
  }
}

const struct stored_row *
store_find (const struct memory_store *store, const struct dcpipe_row *row)
{
  struct prefix key;
  size_t at;

  make_prefix (&key, row);
  at = place (store, &key);
  return is_at (store, at, &key) ? &store->rows[at] : NULL;
}

bool
stored_equal (const struct stored_row *stored, const struct dcpipe_row *row)
{
  bool equal = true;

  if (stored == NULL || row == NULL)
    return stored == NULL && row == NULL;
  for (size_t i = 0; i < row->table->columns_count && equal; i++) {
    struct cell cell = { .null = true };

    cell_read (&cell, row, i);
    equal = cells_equal (&stored->cells[i], &cell);
    cell_free (&cell);
  }
  return equal;
}

void
expect_same_stores (const struct memory_store *a, const struct memory_store *b)
{
  ck_assert_uint_eq (a->count, b->count);
  for (size_t i = 0; i < a->count; i++) {
    const struct stored_row *x = &a->rows[i], *y = &b->rows[i];

    ck_assert_uint_eq (x->table->number, y->table->number);
    ck_assert_uint_eq (x->key_size, y->key_size);
    ck_assert_mem_eq (x->key, y->key, x->key_size);
    for (size_t column = 0; column < x->table->columns_count; column++)
      ck_assert_msg (cells_equal (&x->cells[column], &y->cells[column]),
                     "row %zu of table %s differs in column %s", i, x->table->name,
                     x->table->columns[column].name);
  }
}

/* ---- the sink ------------------------------------------------------------------------------------ */

static void
fill (struct dcpipe_row *row, const struct stored_row *stored)
{
  for (size_t i = 0; i < row->table->columns_count; i++)
    if (!(stored->cells[i].null && row->table->columns[i].key > 0))
      cell_write (row, i, &stored->cells[i]);
}

static int
memory_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  const struct stored_row *stored = store_find (handle, key);

  if (stored == NULL)
    return DCPIPE_NONE;
  fill (row, stored);
  return DCPIPE_OK;
}

static int
memory_scan (void *handle, const dcpipe_row *row, dcpipe_scan *scan)
{
  const struct memory_store *store = handle;
  struct prefix prefix;

  make_prefix (&prefix, row);
  for (size_t i = 0; i < store->count; i++) {
    if (!begins_with (&store->rows[i], &prefix))
      continue;
    fill (dcpipe_scan_row (scan), &store->rows[i]);
    if (!dcpipe_scan_emit (scan))
      break;
  }
  return DCPIPE_OK;
}

static int
memory_open (void *handle, int mode, const char *scratch)
{
  (void) handle, (void) mode, (void) scratch;
  return DCPIPE_OK;
}

const struct dcpipe_sink memory_sink = {
  .name = "memory", .open = memory_open, .get = memory_get, .scan = memory_scan
};
