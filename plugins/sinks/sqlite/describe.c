/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "describe.h"

#include <assert.h>
#include <stdlib.h>

#include "statements.h"

/* What rows ask for again and again is copied here once. Long rows do not go into the key's own tree: see
 * the head of sqlite.c. */
static bool
describe_columns (struct table *table)
{
  const dcpipe_table *declared = table->declared;

  table->columns = calloc (table->columns_count, sizeof *table->columns);
  table->keys = calloc (table->keys_count, sizeof *table->keys);
  table->shape = calloc (table->columns_count, 1);
  if (table->columns == NULL || table->keys == NULL || table->shape == NULL)
    return false;
  for (size_t i = 0; i < table->columns_count; i++) {
    table->columns[i].name = dcpipe_column_name (declared, i);
    table->columns[i].type = dcpipe_column_type (declared, i);
    table->columns[i].keep_first = (dcpipe_column_flags (declared, i) & DCPIPE_COLUMN_KEEP_FIRST) != 0;
  }
  for (size_t i = 0; i < table->keys_count; i++) {
    table->keys[i] = dcpipe_table_key (declared, i);
    table->columns[table->keys[i]].key = true;
  }
  table->in_key_order = (dcpipe_table_flags (declared) & DCPIPE_TABLE_LOG) == 0;
  for (size_t i = 0; i < table->columns_count; i++) {
    table->replaces |= !table->columns[i].key && !table->columns[i].keep_first;
    table->in_key_order &= table->columns[i].type != DCPIPE_BLOB && table->columns[i].type != DCPIPE_JSON;
  }
  return true;
}

/* Tables keep pointers into what the engine declared, which lives as long as the run. */
bool
schema_describe (struct store *store, const dcpipe_tables *tables)
{
  store->tables_count = dcpipe_tables_count (tables);
  store->tables = calloc (store->tables_count ? store->tables_count : 1, sizeof *store->tables);
  for (size_t i = 0; store->tables != NULL && i < store->tables_count; i++) {
    struct table *table = &store->tables[i];

    table->declared = dcpipe_tables_at (tables, i);
    table->name = dcpipe_table_name (table->declared);
    table->columns_count = dcpipe_table_columns (table->declared);
    table->keys_count = dcpipe_table_keys (table->declared);
    if (!describe_columns (table)) {
      dcpipe_error ("no memory for the tables");
      return false;
    }
  }
  if (store->tables == NULL)
    dcpipe_error ("no memory for the tables");
  return store->tables != NULL;
}

void
schema_free (struct store *store)
{
  for (size_t i = 0; store->tables != NULL && i < store->tables_count; i++) {
    statements_free (&store->tables[i]);
    free (store->tables[i].columns);
    free (store->tables[i].keys);
    free (store->tables[i].shape);
  }
  free (store->tables);
  store->tables = NULL;
  store->tables_count = 0;
}

struct table *
table_of (struct store *store, const dcpipe_row *row)
{
  size_t number = dcpipe_table_number (dcpipe_row_table (row));

  assert (number < store->tables_count);
  return &store->tables[number];
}
