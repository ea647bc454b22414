/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/memory-sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bytes/cleanup.h"
#include "data/row-json.h"
#include "data/row-merge.h"
#include "data/row.h"
#include "harness/verdict.h"

struct kept_row {
  UT_hash_handle hh;
  size_t table;
  struct dcpipe_row *row;
  size_t id_size;
  uint8_t id[]; /* the table's number as two bytes, then the key */
};

struct undo {
  struct undo *next;
  struct dcpipe_row *row; /* as it was; NULL: it was not there */
  size_t table, id_size;
  uint8_t id[];
};

#define TABLE_BYTES 2

/* The beginning of the ids of all rows whose key begins like that of `row`; to be freed. */
static uint8_t *
make_id (const struct dcpipe_row *row, size_t *size)
{
  size_t key = dcpipe_row_key (row, NULL, 0), number = dcpipe_table_number (row->table);
  uint8_t *id = malloc (TABLE_BYTES + key);

  EXPECT_MEMORY (id);
  id[0] = (uint8_t) (number >> 8);
  id[1] = (uint8_t) number;
  dcpipe_row_key (row, id + TABLE_BYTES, key);
  *size = TABLE_BYTES + key;
  return id;
}

static struct kept_row *
find (const struct memory_store *store, const uint8_t *id, size_t size)
{
  struct kept_row *kept;

  HASH_FIND (hh, store->rows, id, size, kept);
  return kept;
}

/* ---- changes ------------------------------------------------------------------------------------- */

/* Puts `row` (NULL: none) in the place of what has that id, which is returned. */
static struct dcpipe_row *
exchange (struct memory_store *store, const uint8_t *id, size_t size, size_t table, struct dcpipe_row *row)
{
  struct kept_row *kept = find (store, id, size);
  struct dcpipe_row *old = kept != NULL ? kept->row : NULL;

  if (kept != NULL && row != NULL)
    kept->row = row;
  else if (kept != NULL) {
    HASH_DEL (store->rows, kept);
    free (kept);
  } else if (row != NULL) {
    kept = calloc (1, sizeof *kept + size);
    EXPECT_MEMORY (kept);
    kept->table = table;
    kept->row = row;
    kept->id_size = size;
    memcpy (kept->id, id, size);
    HASH_ADD_KEYPTR (hh, store->rows, kept->id, kept->id_size, kept);
  }
  return old;
}

static void
change (struct memory_store *store, const uint8_t *id, size_t size, size_t table, struct dcpipe_row *row)
{
  struct undo *undo = calloc (1, sizeof *undo + size);

  EXPECT_MEMORY (undo);
  undo->table = table;
  undo->id_size = size;
  memcpy (undo->id, id, size);
  undo->next = store->undo;
  store->undo = undo;
  undo->row = exchange (store, id, size, table, row);
}

static uint64_t
delete_rows (struct memory_store *store, const uint8_t *prefix, size_t size)
{
  struct kept_row *kept, *next;
  uint64_t count = 0;

  HASH_ITER (hh, store->rows, kept, next) {
    CLEANUP_FREE uint8_t *id = NULL;

    if (kept->id_size < size || memcmp (kept->id, prefix, size) != 0)
      continue;
    id = malloc (kept->id_size);
    EXPECT_MEMORY (id);
    memcpy (id, kept->id, kept->id_size);
    change (store, id, kept->id_size, kept->table, NULL);
    count++;
  }
  return count;
}

static void
apply_row (struct memory_store *store, struct dcpipe_rows *rows, size_t i)
{
  const struct dcpipe_row *row = dcpipe_rows_at (rows, i);
  size_t size;
  CLEANUP_FREE uint8_t *id = make_id (row, &size);
  const struct kept_row *kept = find (store, id, size);
  struct dcpipe_row *made;

  if (row->operation == DCPIPE_DELETE) {
    dcpipe_row_applied (rows, i, 0, 0, delete_rows (store, id, size));
    return;
  }
  if (row->operation == DCPIPE_INSERT ? kept != NULL : row->operation == DCPIPE_UPDATE && kept == NULL)
    return;
  made = row_merge (kept != NULL ? kept->row : NULL, row);
  EXPECT_MEMORY (made);
  dcpipe_row_applied (rows, i, kept == NULL, kept != NULL, 0);
  change (store, id, size, dcpipe_table_number (row->table), made);
}

/* ---- the life of a handle ------------------------------------------------------------------------ */

static struct memory_store *
store_of (void *handle)
{
  return ((struct memory_handle *) handle)->store;
}

/* True if this call is to lose the transaction: after so many calls, and twice as many each time, so that
 * every transaction comes to its end. */
static bool
loses (struct memory_store *store)
{
  if (store->lose_after == 0 || ++store->calls < store->lose_after << store->lost)
    return false;
  store->lost++;
  store->calls = 0;
  return true;
}

static int
memory_open (void *handle, int mode, const char *scratch)
{
  (void) handle, (void) mode, (void) scratch;
  return DCPIPE_OK;
}

static int
memory_prepare (void *handle, const dcpipe_tables *tables)
{
  struct memory_store *store = store_of (handle);
  struct kept_row *kept, *next;

  store->tables = tables;
  HASH_ITER (hh, store->rows, kept, next)
    kept->row->table = dcpipe_tables_at (tables, kept->table);
  return DCPIPE_OK;
}

static int
memory_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  const struct memory_store *store = store_of (handle);

  if (store->checkpoint != NULL)
    dcpipe_checkpoint_set (checkpoint, store->checkpoint, strlen (store->checkpoint));
  return DCPIPE_OK;
}

static int
memory_apply (void *handle, dcpipe_rows *rows)
{
  struct memory_store *store = store_of (handle);

  for (size_t i = 0; i < dcpipe_rows_count (rows); i++)
    apply_row (store, rows, i);
  return loses (store) ? DCPIPE_AGAIN : DCPIPE_OK;
}

static int
memory_rollback (void *handle)
{
  struct memory_store *store = store_of (handle);

  while (store->undo != NULL) {
    struct undo *undo = store->undo;

    free (exchange (store, undo->id, undo->id_size, undo->table, undo->row));
    store->undo = undo->next;
    free (undo);
  }
  return DCPIPE_OK;
}

static int
memory_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  struct memory_store *store = store_of (handle);
  struct dcpipe_bytes text = dcpipe_checkpoint_text (checkpoint);

  if (loses (store))
    return DCPIPE_AGAIN;
  store->lost = 0;
  while (store->undo != NULL) {
    struct undo *next = store->undo->next;

    free (store->undo->row);
    free (store->undo);
    store->undo = next;
  }
  free (store->checkpoint);
  store->checkpoint = strndup ((const char *) text.data, text.size);
  EXPECT_MEMORY (store->checkpoint);
  return DCPIPE_OK;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static void
fill (dcpipe_row *to, const struct dcpipe_row *from)
{
  for (size_t i = 0; i < dcpipe_table_columns (from->table); i++) {
    to->states[i] = from->states[i] == VALUE_UNSET ? VALUE_NULL : from->states[i];
    to->values[i] = from->values[i];
  }
}

static int
memory_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  size_t size;
  CLEANUP_FREE uint8_t *id = make_id (key, &size);
  const struct kept_row *kept = find (store_of (handle), id, size);

  if (kept == NULL)
    return DCPIPE_NONE;
  fill (row, kept->row);
  return DCPIPE_OK;
}

static int
compare (const void *a, const void *b)
{
  const struct kept_row *x = *(const struct kept_row *const *) a, *y = *(const struct kept_row *const *) b;
  size_t common = x->id_size < y->id_size ? x->id_size : y->id_size;
  int order = memcmp (x->id, y->id, common);

  return order != 0 ? order : (x->id_size > y->id_size) - (x->id_size < y->id_size);
}

/* The rows whose id begins so, in order; to be freed. */
static const struct kept_row **
select_rows (struct memory_store *store, const uint8_t *prefix, size_t size, size_t *count)
{
  const struct kept_row **rows = calloc (HASH_COUNT (store->rows) + 1, sizeof (struct kept_row *));
  struct kept_row *kept, *next;

  EXPECT_MEMORY (rows);
  *count = 0;
  HASH_ITER (hh, store->rows, kept, next) {
    if (kept->id_size >= size && (size == 0 || memcmp (kept->id, prefix, size) == 0))
      rows[(*count)++] = kept;
  }
  if (*count > 1)
    qsort (rows, *count, sizeof (struct kept_row *), compare);
  return rows;
}

static int
memory_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  size_t size, count;
  CLEANUP_FREE uint8_t *id = make_id (prefix, &size);
  CLEANUP_FREE const struct kept_row **rows = select_rows (store_of (handle), id, size, &count);

  for (size_t i = 0; i < count; i++) {
    fill (dcpipe_scan_row (scan), rows[i]->row);
    if (!dcpipe_scan_emit (scan))
      break;
  }
  return DCPIPE_OK;
}

static int
memory_reset (void *handle, const char *table)
{
  (void) handle, (void) table;
  return DCPIPE_OK;
}

static void
memory_close (void *handle)
{
  struct memory_store *store = store_of (handle);
  CLEANUP_FREE const struct kept_row **rows = NULL;
  size_t count, size;
  FILE *stream;

  memory_rollback (handle);
  rows = select_rows (store, NULL, 0, &count);
  free (store->dump);
  stream = open_memstream (&store->dump, &size);
  EXPECT_MEMORY (stream);
  for (size_t i = 0; i < count; i++) {
    fprintf (stream, "%s ", dcpipe_table_name (rows[i]->row->table));
    dump_row (stream, rows[i]->row, false);
  }
  fclose (stream);
}

const struct dcpipe_sink memory_sink = {
  .name = "memory",
  .handle_size = sizeof (struct memory_handle),
  .open = memory_open,
  .prepare = memory_prepare,
  .checkpoint_load = memory_load,
  .apply = memory_apply,
  .commit = memory_commit,
  .rollback = memory_rollback,
  .get = memory_get,
  .scan = memory_scan,
  .reset = memory_reset,
  .close = memory_close,
};

void
memory_store_free (struct memory_store *store)
{
  struct kept_row *kept, *next;

  HASH_ITER (hh, store->rows, kept, next) {
    HASH_DEL (store->rows, kept);
    free (kept->row);
    free (kept);
  }
  free (store->checkpoint);
  free (store->dump);
  *store = (struct memory_store){ 0 };
}
