/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, their indexes, and whether those found are those expected. */
#include "config.h"

#include "sqlite.h"

#include <stdlib.h>
#include <string.h>

int
schema_find (struct store *store, const char *type, const char *name, char **sql)
{
  sqlite3_stmt *statement;
  int code = sqlite3_prepare_v2 (store->db, "SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2", -1,
                                 &statement, NULL);

  *sql = NULL;
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_text (statement, 1, type, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, name, -1, SQLITE_STATIC);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW) {
    const unsigned char *text = sqlite3_column_text (statement, 0);

    *sql = sqlite3_mprintf ("%s", text != NULL ? (const char *) text : "");
    if (*sql == NULL)
      code = SQLITE_NOMEM;
  }
  sqlite3_finalize (statement);
  return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- tables as this sink sees them --------------------------------------------------------------- */

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

static bool
describe (struct store *store, const dcpipe_tables *tables)
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

/* ---- comparing ----------------------------------------------------------------------------------- */

static struct dcpipe_bytes
bytes_of (const char *text)
{
  return (struct dcpipe_bytes){ (const uint8_t *) text, strlen (text) };
}

/* Makes a table that is missing, unless the store is only read; refuses one that differs. */
static int
prepare_table (struct store *store, const struct table *table)
{
  char *expected = table_sql (table), *found = NULL;
  int code = expected != NULL ? schema_find (store, "table", table->name, &found) : SQLITE_NOMEM;
  int result = DCPIPE_OK;

  if (code != SQLITE_OK)
    result = sqlite_failed (store, code, "read the tables of");
  else if (found != NULL)
    result = dcpipe_table_compare (table->declared, bytes_of (found), bytes_of (expected));
  else if (store->mode != DCPIPE_READ) {
    result = dcpipe_table_missing (table->declared);
    if (result == DCPIPE_OK)
      result = sqlite_run (store, expected, "make a table in");
  }
  sqlite3_free (expected);
  sqlite3_free (found);
  return result;
}

static int
prepare_all (struct store *store, const dcpipe_tables *tables)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < store->tables_count && result == DCPIPE_OK; i++)
    result = prepare_table (store, &store->tables[i]);
  for (size_t i = 0; i < dcpipe_tables_views (tables) && result == DCPIPE_OK && store->mode != DCPIPE_READ;
       i++)
    result = view_make (store, tables, i);
  return result;
}

int
schema_prepare (struct store *store, const dcpipe_tables *tables)
{
  int result = describe (store, tables) ? sqlite_begin (store) : DCPIPE_FAIL;

  if (result == DCPIPE_OK)
    result = prepare_all (store, tables);
  if (result == DCPIPE_OK && store->mode != DCPIPE_READ)
    result = sqlite_run (store, "COMMIT", "make the tables in");
  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  return result;
}

int
schema_reset (struct store *store, const char *table)
{
  int result = sqlite_begin (store);

  for (size_t i = 0; i < store->tables_count; i++)
    if (strcmp (store->tables[i].name, table) == 0)
      statements_free (&store->tables[i]);
  store->indexes_built = false;
  if (result == DCPIPE_OK)
    result =
        sqlite_run_made (store, sqlite3_mprintf ("DROP TABLE IF EXISTS \"%w\"", table), "remove a table of");
  return result;
}

/* ---- indexes ------------------------------------------------------------------------------------- */

static int
build_index (struct store *store, const struct table *table, size_t number)
{
  const char *name = dcpipe_table_index_name (table->declared, number);
  sqlite3_str *sql;
  char *found;
  int code = schema_find (store, "index", name, &found);

  if (code != SQLITE_OK)
    return sqlite_failed (store, code, "read the indexes of");
  if (found != NULL) {
    sqlite3_free (found);
    return DCPIPE_OK;
  }
  dcpipe_debug ("%s: building the index %s", store->path, name);
  sql = sqlite3_str_new (NULL);
  sqlite3_str_appendf (sql, "CREATE INDEX \"%w\" ON \"%w\" (", name, table->name);
  for (size_t i = 0; i < dcpipe_table_index_columns (table->declared, number); i++) {
    size_t column = dcpipe_table_index_column (table->declared, number, i);

    sqlite3_str_appendall (sql, i > 0 ? ", " : "");
    append_columns (sql, table, &column, 1);
  }
  sqlite3_str_appendall (sql, ")");
  return sqlite_run_made (store, sqlite3_str_finish (sql), "build an index in");
}

int
schema_build_indexes (struct store *store)
{
  int result = DCPIPE_OK;

  if (store->indexes_built)
    return DCPIPE_OK;
  for (size_t i = 0; i < store->tables_count; i++)
    for (size_t index = 0; index < dcpipe_table_indexes (store->tables[i].declared) && result == DCPIPE_OK;
         index++)
      result = build_index (store, &store->tables[i], index);
  store->indexes_built = result == DCPIPE_OK;
  return result;
}
