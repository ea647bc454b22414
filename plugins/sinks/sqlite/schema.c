/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, their indexes, and whether those found are those expected. */
#include "config.h"

#include "schema.h"

#include <string.h>

#include "catalog.h"
#include "describe.h"
#include "result.h"
#include "statements.h"
#include "views.h"

/* ---- comparing ----------------------------------------------------------------------------------- */

static struct dcpipe_bytes
bytes_of (const char *text)
{
  return (struct dcpipe_bytes){ (const uint8_t *) text, strlen (text) };
}

/* Makes a table that is missing, unless the store is only read; refuses one that differs. Compared as text:
 * the SQL that made the table names all that matters. */
static int
prepare_table (struct store *store, const struct table *table)
{
  char *expected = table_sql (table), *found = NULL;
  int code = expected != NULL ? catalog_find (store, "table", table->name, &found) : SQLITE_NOMEM;
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

/* Views last, since they name tables. A reader makes none. */
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

/* In one transaction: either all tables are there afterwards or none that was not before. */
int
schema_prepare (struct store *store, const dcpipe_tables *tables)
{
  int result = schema_describe (store, tables) ? sqlite_begin (store) : DCPIPE_FAIL;

  if (result == DCPIPE_OK)
    result = prepare_all (store, tables);
  if (result == DCPIPE_OK && store->mode != DCPIPE_READ)
    result = sqlite_run (store, "COMMIT", "make the tables in");
  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  return result;
}

/* Its statements go first: they are of no use without it. */
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

/* Not made again if it is there: a killed run may have made some of them. */
static int
build_index (struct store *store, const struct table *table, size_t number)
{
  const char *name = dcpipe_table_index_name (table->declared, number);
  sqlite3_str *sql;
  char *found;
  int code = catalog_find (store, "index", name, &found);

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
