/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as this sink sees them. */
#include "config.h"

#include "store.h"

#include <stdio.h>
#include <stdlib.h>

/* One line a column: its name, type, and place in the key. */
static char *
make_record (const struct table *table)
{
  static const char *const types[] = { [DCPIPE_BOOL] = "bool", [DCPIPE_I64] = "i64",   [DCPIPE_U64] = "u64",
                                       [DCPIPE_TEXT] = "text", [DCPIPE_BLOB] = "blob", [DCPIPE_TIME] = "time",
                                       [DCPIPE_DECIMAL] = "decimal", [DCPIPE_JSON] = "json" };
  char *record = NULL;
  size_t size;
  FILE *file = open_memstream (&record, &size);

  if (file == NULL)
    return NULL;
  for (size_t i = 0; i < table->columns_count; i++) {
    fprintf (file, "%s %s", table->columns[i].name, types[table->columns[i].type]);
    for (size_t key = 0; key < table->keys_count; key++)
      if (dcpipe_table_key (table->declared, key) == i)
        fprintf (file, " key %zu", key + 1);
    fputc ('\n', file);
  }
  if (fclose (file) == 0)
    return record;
  free (record);
  return NULL;
}

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

/* What a later version of the contract may bring, and this sink does not know. */
static bool
is_known (const struct table *table)
{
  const unsigned flags = DCPIPE_TABLE_LOG | DCPIPE_TABLE_LONG_KEYS;
  const unsigned column_flags = DCPIPE_COLUMN_KEEP_FIRST | DCPIPE_COLUMN_VOLATILE;

  if (dcpipe_table_flags (table->declared) & ~flags) {
    dcpipe_error ("table %s has flags that this version of the sink does not know", table->name);
    return false;
  }
  for (size_t i = 0; i < table->columns_count; i++)
    if (table->columns[i].type < DCPIPE_BOOL || table->columns[i].type > DCPIPE_JSON
        || (dcpipe_column_flags (table->declared, i) & ~column_flags)) {
      dcpipe_error ("column %s of table %s has a type or flags that this version of the sink does not know",
                    table->columns[i].name, table->name);
      return false;
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
  if (!describe_columns (table)) {
    dcpipe_error ("no memory for the tables");
    return false;
  }
  if (!is_known (table))
    return false;
  table->record = make_record (table);
  if (table->record == NULL)
    dcpipe_error ("no memory for the tables");
  return table->record != NULL;
}

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
  for (size_t i = 0; store->tables != NULL && i < store->tables_count; i++) {
    free (store->tables[i].columns);
    free (store->tables[i].record);
  }
  free (store->tables);
  free (store->items);
  store->tables = NULL;
  store->items = NULL;
  store->tables_count = 0;
}
