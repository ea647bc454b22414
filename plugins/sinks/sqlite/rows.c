/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in and out: apply, get, scan. */
#include "config.h"

#include "rows.h"

#include "catalog.h"
#include "describe.h"
#include "result.h"
#include "statements.h"
#include "values.h"

/* How many leading columns of the key the row sets. */
static size_t
keys_set (const struct table *table, const dcpipe_row *row)
{
  size_t count = 0;

  while (count < table->keys_count && dcpipe_is_set (row, table->keys[count]))
    count++;
  return count;
}

/* Statements number their parameters by columns, so keys need no order of their own. */
static int
bind_keys (sqlite3_stmt *statement, struct table *table, const dcpipe_row *row, size_t count)
{
  int code = SQLITE_OK;

  for (size_t i = 0; i < count && code == SQLITE_OK; i++)
    code = value_bind (statement, table, row, table->keys[i]);
  return code;
}

static int
bind_all (sqlite3_stmt *statement, struct table *table, const dcpipe_row *row)
{
  int code = SQLITE_OK;

  for (size_t i = 0; i < table->columns_count && code == SQLITE_OK; i++)
    code = value_bind (statement, table, row, i);
  return code;
}

/* ---- apply --------------------------------------------------------------------------------------- */

/* Runs a statement without results; tells how many rows it touched. A result of SQLite. Reset at once: an
 * open statement would keep its locks. */
static int
run (struct store *store, sqlite3_stmt *statement, uint64_t *touched)
{
  int code = sqlite3_step (statement);

  if (code != SQLITE_DONE) {
    code = sqlite3_extended_errcode (store->db);
    sqlite3_reset (statement);
    return code;
  }
  *touched = (uint64_t) sqlite3_changes64 (store->db);
  sqlite3_reset (statement);
  return SQLITE_OK;
}

/* Runs the statement of that kind with all columns of the row. */
static int
run_whole (struct store *store, struct table *table, const dcpipe_row *row, int kind, uint64_t *touched)
{
  int code = SQLITE_OK;
  sqlite3_stmt *statement = statement_fixed (store, table, kind, &code);

  if (statement == NULL)
    return code;
  code = bind_all (statement, table, row);
  return code == SQLITE_OK ? run (store, statement, touched) : code;
}

struct effect {
  uint64_t added, changed, removed;
};

static int
upsert (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  uint64_t ignored;
  int code;

  if (!table->replaces) {
    code = run_whole (store, table, row, STATEMENT_INSERT, &effect->added);
    effect->changed = code == SQLITE_OK && effect->added == 0;
    return code;
  }
  store->replaced = false;
  code = run_whole (store, table, row, STATEMENT_UPSERT, &ignored);
  effect->added = code == SQLITE_OK && !store->replaced;
  effect->changed = code == SQLITE_OK && store->replaced;
  return code;
}

/* One statement for each set of columns that is ever set together: there are few, however many rows. */
static int
update (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  sqlite3_stmt *statement;
  bool any = false;
  int code = SQLITE_OK;

  for (size_t i = 0; i < table->columns_count; i++) {
    table->shape[i] = !table->columns[i].key && dcpipe_is_set (row, i);
    any |= table->shape[i] != 0;
  }
  if (!any)
    return SQLITE_OK;
  statement = statement_shaped (store, table, STATEMENT_UPDATE, table->shape, table->columns_count, &code);
  if (statement == NULL)
    return code;
  for (size_t i = 0; i < table->columns_count && code == SQLITE_OK; i++)
    if (table->shape[i] || table->columns[i].key)
      code = value_bind (statement, table, row, i);
  return code == SQLITE_OK ? run (store, statement, &effect->changed) : code;
}

static int delete (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  uint8_t given = (uint8_t) keys_set (table, row);
  int code = SQLITE_OK;
  sqlite3_stmt *statement = statement_shaped (store, table, STATEMENT_DELETE, &given, 1, &code);

  if (statement == NULL)
    return code;
  code = bind_keys (statement, table, row, given);
  return code == SQLITE_OK ? run (store, statement, &effect->removed) : code;
}

static int
apply_row (struct store *store, const dcpipe_row *row, struct effect *effect)
{
  struct table *table = table_of (store, row);

  switch (dcpipe_row_operation (row)) {
  case DCPIPE_INSERT:
    return run_whole (store, table, row, STATEMENT_INSERT, &effect->added);
  case DCPIPE_UPSERT:
    return upsert (store, table, row, effect);
  case DCPIPE_UPDATE:
    return update (store, table, row, effect);
  default:
    return delete (store, table, row, effect);
  }
}

/* A row that SQLite refuses is the row's own fault, and the batch goes on without it; all else ends the
 * batch. */
int
rows_apply (struct store *store, dcpipe_rows *rows)
{
  size_t count = dcpipe_rows_count (rows);
  int result = sqlite_begin (store);

  for (size_t i = 0; i < count && result == DCPIPE_OK; i++) {
    const dcpipe_row *row = dcpipe_rows_at (rows, i);
    struct effect effect = { 0 };
    int code = apply_row (store, row, &effect);

    if (code == SQLITE_OK)
      dcpipe_row_applied (rows, i, effect.added, effect.changed, effect.removed);
    else if (sqlite_refuses_row (code))
      dcpipe_row_refused (rows, i, "SQLite cannot store it in the table %s: %s", table_of (store, row)->name,
                          sqlite3_errmsg (store->db));
    else
      result = sqlite_failed (store, code, "write to");
  }
  return result;
}

/* ---- get and scan -------------------------------------------------------------------------------- */

/* True if a reader finds no table where the writer will make one: it may come before, and then it is empty.
 */
static bool
is_absent (struct store *store, const struct table *table, int code)
{
  char *sql;
  bool absent;

  if (store->mode != DCPIPE_READ || (code & 0xff) != SQLITE_ERROR)
    return false;
  absent = catalog_find (store, "table", table->name, &sql) == SQLITE_OK && sql == NULL;
  sqlite3_free (sql);
  return absent;
}

static int
read_failed (struct store *store, const struct table *table, int code)
{
  return is_absent (store, table, code) ? DCPIPE_NONE : sqlite_failed (store, code, "read");
}

/* The statement is reset before the result goes up: otherwise it would hold a snapshot, and keep the log
 * from being moved. */
int
rows_get (struct store *store, const dcpipe_row *key, dcpipe_row *row)
{
  struct table *table = table_of (store, key);
  int code = SQLITE_OK, result = store->mode == DCPIPE_READ ? sqlite_begin (store) : DCPIPE_OK;
  sqlite3_stmt *statement;

  if (result != DCPIPE_OK)
    return result;
  statement = statement_fixed (store, table, STATEMENT_GET, &code);
  if (statement != NULL)
    code = bind_keys (statement, table, key, table->keys_count);
  if (code != SQLITE_OK)
    return read_failed (store, table, code);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    result = values_read (store, statement, table, row) ? DCPIPE_OK : DCPIPE_FAIL;
  else
    result = code == SQLITE_DONE ? DCPIPE_NONE : read_failed (store, table, code);
  sqlite3_reset (statement);
  return result;
}

/* Hands on the rows of a statement. DCPIPE_NONE when there may be more to come, DCPIPE_OK when no more are
 * wanted. */
static int
emit_rows (struct store *store, const struct table *table, sqlite3_stmt *statement, dcpipe_scan *scan)
{
  int code;

  while ((code = sqlite3_step (statement)) == SQLITE_ROW) {
    if (!values_read (store, statement, table, dcpipe_scan_row (scan)))
      return DCPIPE_FAIL;
    if (!dcpipe_scan_emit (scan))
      return DCPIPE_OK;
  }
  return code == SQLITE_DONE ? DCPIPE_NONE : read_failed (store, table, code);
}

static int
scan_range (struct store *store, struct table *table, const dcpipe_row *prefix, size_t given, int range,
            dcpipe_scan *scan)
{
  uint8_t shape[2] = { (uint8_t) given, (uint8_t) range };
  int code = SQLITE_OK, result;
  sqlite3_stmt *statement = statement_shaped (store, table, STATEMENT_SCAN, shape, sizeof shape, &code);

  if (statement != NULL)
    code = bind_keys (statement, table, prefix, given);
  if (code != SQLITE_OK)
    return read_failed (store, table, code);
  result = emit_rows (store, table, statement, scan);
  sqlite3_reset (statement);
  return result;
}

/* Ranges one after another, so that numbers stored as integers and as text come in one order. */
int
rows_scan (struct store *store, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  struct table *table = table_of (store, prefix);
  size_t given = keys_set (table, prefix);
  bool ranges = given < table->keys_count && table->columns[table->keys[given]].type == DCPIPE_U64;
  int result = store->mode == DCPIPE_READ ? sqlite_begin (store) : DCPIPE_OK;

  if (result != DCPIPE_OK)
    return result;
  result = DCPIPE_NONE;
  for (int range = ranges ? SCAN_INTEGER : SCAN_WHOLE;
       range <= (ranges ? SCAN_20 : SCAN_WHOLE) && result == DCPIPE_NONE; range++)
    result = scan_range (store, table, prefix, given, range, scan);
  return result == DCPIPE_NONE ? DCPIPE_OK : result;
}
