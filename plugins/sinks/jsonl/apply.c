/* SPDX-License-Identifier: Apache-2.0 */
/* A table's log is only ever appended to. Whether a row has to be written at all depends on what is there,
 * for which an index is made; but as long as rows are inserted in the order of their keys, as a first
 * import does, none is needed. */
#include "config.h"

#include "apply.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "fold.h"

/* True if the key is higher than all in a file of INSERTs in ascending order. */
static bool
continues (const struct extent *extent, const struct key *key)
{
  size_t common = key->size < extent->last_size ? key->size : extent->last_size;
  int order;

  if (!extent->ascending || extent->length == 0)
    return extent->ascending;
  order = common > 0 ? memcmp (key->data, extent->last, common) : 0;
  return order > 0 || (order == 0 && key->size > extent->last_size);
}

/* A key too long to remember ends the order: then the next row is looked up in an index, as in any other
 * file. */
static void
remember_last (struct extent *extent, const struct key *key)
{
  extent->ascending = key->size <= LAST_KEY_MAX;
  extent->last_size = extent->ascending ? key->size : 0;
  if (extent->last_size > 0)
    memcpy (extent->last, key->data, key->size);
}

/* A row is written as it came, even where it replaces others: the file tells what happened, for those who
 * follow it. But one that would do nothing is not written, so that a repeated import adds no lines. */
static int
apply_to (struct files *files, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  int operation = dcpipe_row_operation (row), result;
  /* Bulk imports insert in the order of their keys, and need no index at all. */
  bool higher = operation == DCPIPE_INSERT && continues (&table->now, &files->key);
  struct mask columns = schema_columns (&table->schema, row);
  struct dcpipe_bytes json;
  uint64_t offset;

  if (operation == DCPIPE_UPDATE && mask_is_empty (&columns))
    return DCPIPE_OK;
  /* What the row does depends on rows that are there, but for an INSERT beyond all of them. */
  if (!higher || table->index != NULL) {
    if (table->indexed < table->now.length && !table_flush (table))
      return files_failed (files, table->file, "write");
    result = fold_index (files, table);
    if (result != DCPIPE_OK)
      return result;
    if (!index_concerns (table->index, operation, files->key.data, files->key.size))
      return DCPIPE_OK;
  }
  offset = table->now.length;
  json = dcpipe_row_json (row);
  if (json.data == NULL)
    return DCPIPE_FAIL;
  table_put (table, json.data, json.size);
  table_put (table, "\n", 1);
  if (table->error != 0) {
    errno = table->error;
    return files_failed (files, table->file, "write");
  }
  if (higher)
    remember_last (&table->now, &files->key);
  else
    table->now.ascending = false;
  *effect = (struct effect){ 1, 0, 0 };
  if (table->index == NULL)
    return DCPIPE_OK;
  table->indexed = table->now.length;
  return index_apply (table->index, &table->schema, operation, files->key.data, files->key.size, &columns,
                      offset, effect)
             ? DCPIPE_OK
             : files_no_memory (files);
}

/* A reset takes the table's file at the next commit, and what is appended to it until then would go with
 * it. */
int
apply_row (struct files *files, dcpipe_rows *rows, size_t i)
{
  const dcpipe_row *row = dcpipe_rows_at (rows, i);
  const dcpipe_table *declared = dcpipe_row_table (row);
  struct table *table = files->by_number[dcpipe_table_number (declared)];
  struct effect effect = { 0, 0, 0 };
  int result;

  assert (files->mode != DCPIPE_READ);
  if (table == NULL || table->removed) {
    dcpipe_error ("table %s was reset, and can be filled after the sink was opened again",
                  dcpipe_table_name (declared));
    return DCPIPE_FAIL;
  }
  if (!fold_key (files, row))
    return files_no_memory (files);
  result = apply_to (files, table, row, &effect);
  if (result == DCPIPE_OK)
    dcpipe_row_applied (rows, i, effect.added, effect.changed, effect.removed);
  return result;
}
