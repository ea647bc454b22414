/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as this sink sees them. */
#include "config.h"

#include "describe.h"

#include <assert.h>
#include <stdlib.h>

/* Asked for again and again by every row, so they are copied out of the engine once. */
static bool
describe_columns (struct table *table)
{
  const dcpipe_table *declared = table->declared;

  table->columns = calloc (table->columns_count, sizeof *table->columns);
  if (table->columns == NULL)
    return false;
  for (size_t i = 0; i < table->columns_count; i++) {
    table->columns[i].name = dcpipe_column_name (declared, i);
    table->columns[i].type = dcpipe_column_type (declared, i);
    table->columns[i].keep_first = (dcpipe_column_flags (declared, i) & DCPIPE_COLUMN_KEEP_FIRST) != 0;
  }
  for (size_t i = 0; i < table->keys_count; i++)
    table->columns[dcpipe_table_key (declared, i)].key = true;
  for (size_t i = 0; i < table->columns_count; i++) {
    table->keeps |= !table->columns[i].key && table->columns[i].keep_first;
    table->replaces |= !table->columns[i].key && !table->columns[i].keep_first;
  }
  return true;
}

static bool
describe_table (struct table *table, const dcpipe_table *declared)
{
  table->declared = declared;
  table->name = dcpipe_table_name (declared);
  table->columns_count = dcpipe_table_columns (declared);
  table->keys_count = dcpipe_table_keys (declared);
  table->log = (dcpipe_table_flags (declared) & DCPIPE_TABLE_LOG) != 0;
  if (describe_columns (table))
    return true;
  dcpipe_error ("no memory for the tables");
  return false;
}

/* `items` is made once for the widest table, so that splitting a value takes no memory. */
bool
schema_describe (struct store *store, const dcpipe_tables *tables)
{
  size_t widest = 1;

  store->tables_count = dcpipe_tables_count (tables);
  store->tables = calloc (store->tables_count ? store->tables_count : 1, sizeof *store->tables);
  for (size_t i = 0; i < store->tables_count; i++)
    if (dcpipe_table_columns (dcpipe_tables_at (tables, i)) > widest)
      widest = dcpipe_table_columns (dcpipe_tables_at (tables, i));
  store->items = calloc (widest, sizeof *store->items);
  if (store->tables == NULL || store->items == NULL) {
    dcpipe_error ("no memory for the tables");
    return false;
  }
  for (size_t i = 0; i < store->tables_count; i++)
    if (!describe_table (&store->tables[i], dcpipe_tables_at (tables, i)))
      return false;
  return true;
}

void
schema_free (struct store *store)
{
  for (size_t i = 0; store->tables != NULL && i < store->tables_count; i++)
    free (store->tables[i].columns);
  free (store->tables);
  free (store->items);
  store->tables = NULL;
  store->items = NULL;
  store->tables_count = 0;
}

struct table *
table_of (struct store *store, const dcpipe_row *row)
{
  size_t number = dcpipe_table_number (dcpipe_row_table (row));

  assert (number < store->tables_count);
  return &store->tables[number];
}
