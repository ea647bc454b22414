/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/table.h"

#include <string.h>

#include "base/log.h"

/* Core's own tables are declared as a decoder declares its own, and go the same way: sinks know nothing of
 * them. */
static const struct dcpipe_column sync_status_columns[] = {
  [STATUS_TABLE_NAME] = { "table_name", DCPIPE_TEXT, 1, 0, 0, "the scope: all, or a label" },
  [STATUS_LAST_SYNCED_BLOCK_OFFSET] = { "last_synced_block_offset", DCPIPE_U64, 0, 0, 0,
                                        "position of the last block applied" },
  [STATUS_LAST_SYNCED_AT] = { "last_synced_at", DCPIPE_TIME, 0, 0, DCPIPE_COLUMN_VOLATILE,
                              "when, by this machine's clock" },
  [STATUS_TOTAL_RECORDS_SYNCED] = { "total_records_synced", DCPIPE_U64, 0, 0, 0, "entries applied" },
  [STATUS_SYNC_ERRORS] = { "sync_errors", DCPIPE_U64, 0, 0, 0, "runs that failed" },
  [STATUS_LAST_ERROR] = { "last_error", DCPIPE_TEXT, 0, 0, 0, "why the last one failed" },
  [STATUS_TRUST] = { "trust", DCPIPE_TEXT, 0, 0, 0, "how far the origin was checked" },
  [STATUS_DIGEST] = { "digest", DCPIPE_TEXT, 0, 0, 0, "sum of the decoded rows' hashes" },
};

static const struct dcpipe_column failed_entries_columns[] = {
  [FAILED_BLOCK_OFFSET] = { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0,
                            "the block's position" },
  [FAILED_ENTRY_INDEX] = { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0,
                           "the entry in the block" },
  [FAILED_DECODER] = { "decoder", DCPIPE_TEXT, 3, 0, 0, "who could not read it" },
  [FAILED_ITEM] = { "item", DCPIPE_U64, 4, 0, 0, "part of the entry, 0 for the whole" },
  [FAILED_LABEL] = { "label", DCPIPE_TEXT, 0, 0, 0, "the entry's label" },
  [FAILED_KEY] = { "key", DCPIPE_TEXT, 0, 0, 0, "the entry's key, hexadecimal" },
  [FAILED_REASON] = { "reason", DCPIPE_TEXT, 0, 0, 0, "what is wrong with it" },
};

const struct dcpipe_table_def core_tables[CORE_TABLES] = {
  [CORE_SYNC_STATUS] = { .name = "sync_status",
                         .columns = DCPIPE_ARRAY (sync_status_columns),
                         .help = "the checkpoint, by scope" },
  [CORE_FAILED_ENTRIES] = { .name = "failed_entries",
                            .columns = DCPIPE_ARRAY (failed_entries_columns),
                            .flags = DCPIPE_TABLE_LOG | DCPIPE_TABLE_LONG_KEYS,
                            .help = "entries that a decoder could not read" },
};

const struct dcpipe_table *
tables_find (const struct dcpipe_tables *tables, const char *name)
{
  for (size_t i = 0; i < tables->count; i++)
    if (strcmp (tables->items[i].name, name) == 0)
      return &tables->items[i];
  return NULL;
}

/* A sink that finds nothing where earlier runs stored rows must not begin with an empty table: the frontier
 * would say that all is there. So the user is told how to have it filled anew. */
int
dcpipe_table_missing (const dcpipe_table *table)
{
  if (table->remedy == NULL)
    return DCPIPE_OK;
  fail ("the table %s is gone, though earlier runs filled it. Fill it anew: %s", table->name, table->remedy);
  return DCPIPE_FAIL;
}

/* ---- what sinks may ask ------------------------------------------------------------------------- */

/* Numbers are not checked: a sink has them from these functions, and asks for each value of each row. */
size_t
dcpipe_tables_count (const dcpipe_tables *tables)
{
  return tables->count;
}

const dcpipe_table *
dcpipe_tables_at (const dcpipe_tables *tables, size_t number)
{
  return &tables->items[number];
}

size_t
dcpipe_tables_views (const dcpipe_tables *tables)
{
  return tables->views_count;
}

const char *
dcpipe_tables_view_name (const dcpipe_tables *tables, size_t number)
{
  return tables->views[number].name;
}

const char *
dcpipe_tables_view_sql (const dcpipe_tables *tables, size_t number)
{
  return tables->views[number].sql;
}

size_t
dcpipe_table_number (const dcpipe_table *table)
{
  return table->number;
}

const char *
dcpipe_table_name (const dcpipe_table *table)
{
  return table->name;
}

unsigned
dcpipe_table_flags (const dcpipe_table *table)
{
  return table->flags;
}

size_t
dcpipe_table_columns (const dcpipe_table *table)
{
  return table->columns_count;
}

const char *
dcpipe_column_name (const dcpipe_table *table, size_t column)
{
  return table->columns[column].name;
}

int
dcpipe_column_type (const dcpipe_table *table, size_t column)
{
  return table->columns[column].type;
}

unsigned
dcpipe_column_flags (const dcpipe_table *table, size_t column)
{
  return table->columns[column].flags;
}

size_t
dcpipe_table_keys (const dcpipe_table *table)
{
  return table->keys_count;
}

size_t
dcpipe_table_key (const dcpipe_table *table, size_t number)
{
  return table->keys[number];
}

size_t
dcpipe_table_indexes (const dcpipe_table *table)
{
  return table->indexes_count;
}

const char *
dcpipe_table_index_name (const dcpipe_table *table, size_t number)
{
  return table->indexes[number].name;
}

size_t
dcpipe_table_index_columns (const dcpipe_table *table, size_t number)
{
  return table->indexes[number].columns_count;
}

size_t
dcpipe_table_index_column (const dcpipe_table *table, size_t number, size_t i)
{
  return table->indexes[number].columns[i];
}
