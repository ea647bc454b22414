/* SPDX-License-Identifier: Apache-2.0 */
/* SQL texts, and the prepared statements made of them. */
#include "config.h"

#include "statements.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one table may set many different sets of columns; statements for so many of them are kept. */
#define SHAPED_MAX 32

/* ---- texts --------------------------------------------------------------------------------------- */

/* A name from our side stands beside types that SQLite does not tell apart, so that a table shows what
 * it holds, and a column whose type changed is noticed. */
static const char *
declared_type (int type)
{
  switch (type) {
  case DCPIPE_BOOL:
    return "INTEGER /* bool */";
  case DCPIPE_I64:
    return "INTEGER";
  case DCPIPE_U64:
    return "/* u64 */";
  case DCPIPE_TEXT:
    return "TEXT";
  case DCPIPE_BLOB:
    return "BLOB";
  case DCPIPE_TIME:
    return "/* time */";
  case DCPIPE_DECIMAL:
    return "/* decimal */";
  default:
    return "TEXT /* json */";
  }
}

/* Names go through %w, which doubles quotes: they are checked, but this is where it would matter. */
void
append_columns (sqlite3_str *sql, const struct table *table, const size_t *numbers, size_t count)
{
  for (size_t i = 0; i < count; i++)
    sqlite3_str_appendf (sql, "%s\"%w\"", i > 0 ? ", " : "", table->columns[numbers[i]].name);
}

char *
table_sql (const struct table *table)
{
  sqlite3_str *sql = sqlite3_str_new (NULL);

  sqlite3_str_appendf (sql, "CREATE TABLE \"%w\" (\n", table->name);
  for (size_t i = 0; i < table->columns_count; i++)
    sqlite3_str_appendf (sql, "  \"%w\" %s%s,\n", table->columns[i].name,
                         declared_type (table->columns[i].type), table->columns[i].key ? " NOT NULL" : "");
  sqlite3_str_appendall (sql, "  PRIMARY KEY (");
  append_columns (sql, table, table->keys, table->keys_count);
  sqlite3_str_appendall (sql, table->in_key_order ? ")\n) WITHOUT ROWID" : ")\n)");
  return sqlite3_str_finish (sql);
}

/* WHERE the first `count` columns of the key are the parameters'. */
static void
append_where (sqlite3_str *sql, const struct table *table, size_t count)
{
  for (size_t i = 0; i < count; i++)
    sqlite3_str_appendf (sql, " %s \"%w\" = ?%d", i > 0 ? "AND" : "WHERE",
                         table->columns[table->keys[i]].name, (int) table->keys[i] + 1);
}

/* Parameters are numbered, so that statements which use some of them bind alike. */
static void
append_insert (sqlite3_str *sql, const struct table *table)
{
  sqlite3_str_appendf (sql, "INSERT INTO \"%w\" VALUES (", table->name);
  for (size_t i = 0; i < table->columns_count; i++)
    sqlite3_str_appendf (sql, "%s?%d", i > 0 ? ", " : "", (int) i + 1);
  sqlite3_str_appendall (sql, ") ON CONFLICT ");
}

/* True if an UPSERT replaces the column. */
static bool
is_replaced (const struct column *column)
{
  return !column->key && !column->keep_first;
}

/* The condition is evaluated for rows that are there, and for no others: so one statement both writes the row
 * and tells which of the two it did. */
static void
append_upsert (sqlite3_str *sql, const struct table *table)
{
  const char *comma = "";

  append_insert (sql, table);
  sqlite3_str_appendall (sql, "(");
  append_columns (sql, table, table->keys, table->keys_count);
  sqlite3_str_appendall (sql, ") DO UPDATE SET ");
  for (size_t i = 0; i < table->columns_count; i++)
    if (is_replaced (&table->columns[i])) {
      sqlite3_str_appendf (sql, "%s\"%w\" = excluded.\"%w\"", comma, table->columns[i].name,
                           table->columns[i].name);
      comma = ", ";
    }
  sqlite3_str_appendall (sql, " WHERE " REPLACES_FUNCTION " ()");
}

/* Sets the columns that `shape` marks. */
static void
append_update (sqlite3_str *sql, const struct table *table, const uint8_t *shape)
{
  const char *comma = "";

  sqlite3_str_appendf (sql, "UPDATE \"%w\" SET ", table->name);
  for (size_t i = 0; i < table->columns_count; i++)
    if (shape[i] != 0) {
      sqlite3_str_appendf (sql, "%s\"%w\" = ?%d", comma, table->columns[i].name, (int) i + 1);
      comma = ", ";
    }
  append_where (sql, table, table->keys_count);
}

static void
append_select (sqlite3_str *sql, const struct table *table)
{
  sqlite3_str_appendall (sql, "SELECT ");
  for (size_t i = 0; i < table->columns_count; i++)
    sqlite3_str_appendf (sql, "%s\"%w\"", i > 0 ? ", " : "", table->columns[i].name);
  sqlite3_str_appendf (sql, " FROM \"%w\"", table->name);
}

/* In the order of dcpipe_row_key. Within one of its ranges the first free column of the key is sorted as
 * SQLite sorts it, so the key's own tree gives the rows in order; further U64 columns are sorted by their
 * number of digits first, among the few rows that are equal before them. */
static void
append_scan (sqlite3_str *sql, const struct table *table, size_t given, int range)
{
  static const char *const ranges[] = {
    [SCAN_INTEGER] = "\"%w\" < ''", [SCAN_19] = "\"%w\" >= '9'", [SCAN_20] = "\"%w\" >= '' AND \"%w\" < '9'"
  };

  append_select (sql, table);
  append_where (sql, table, given);
  if (range != SCAN_WHOLE) {
    const char *name = table->columns[table->keys[given]].name;

    sqlite3_str_appendall (sql, given > 0 ? " AND " : " WHERE ");
    sqlite3_str_appendf (sql, ranges[range], name, name);
  }
  for (size_t i = given; i < table->keys_count; i++) {
    const struct column *column = &table->columns[table->keys[i]];

    sqlite3_str_appendall (sql, i > given ? ", " : " ORDER BY ");
    if (i > given && column->type == DCPIPE_U64)
      sqlite3_str_appendf (sql, "length(\"%w\"), ", column->name);
    sqlite3_str_appendf (sql, "\"%w\"", column->name);
  }
}

/* The text names columns and tables only: values are always bound. */
static char *
fixed_sql (const struct table *table, int kind)
{
  sqlite3_str *sql = sqlite3_str_new (NULL);

  switch (kind) {
  case STATEMENT_INSERT:
    append_insert (sql, table);
    sqlite3_str_appendall (sql, "DO NOTHING");
    break;
  case STATEMENT_UPSERT:
    append_upsert (sql, table);
    break;
  default:
    append_select (sql, table);
    append_where (sql, table, table->keys_count);
  }
  return sqlite3_str_finish (sql);
}

/* What the shape means is the kind's business: which columns are set, or how much of the key is given. */
static char *
shaped_sql (const struct table *table, int kind, const uint8_t *shape)
{
  sqlite3_str *sql = sqlite3_str_new (NULL);

  switch (kind) {
  case STATEMENT_UPDATE:
    append_update (sql, table, shape);
    break;
  case STATEMENT_DELETE:
    sqlite3_str_appendf (sql, "DELETE FROM \"%w\"", table->name);
    append_where (sql, table, shape[0]);
    break;
  default:
    append_scan (sql, table, shape[0], shape[1]);
  }
  return sqlite3_str_finish (sql);
}

/* ---- statements ---------------------------------------------------------------------------------- */

/* Takes the text, NULL when memory is short, and frees it. */
static sqlite3_stmt *
make (struct store *store, char *sql, int *code)
{
  sqlite3_stmt *statement = NULL;

  *code = SQLITE_NOMEM;
  if (sql != NULL)
    *code = sqlite3_prepare_v3 (store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  sqlite3_free (sql);
  return statement;
}

sqlite3_stmt *
statement_fixed (struct store *store, struct table *table, int kind, int *code)
{
  assert (kind < STATEMENT_KINDS_FIXED);
  if (table->statements[kind] == NULL)
    table->statements[kind] = make (store, fixed_sql (table, kind), code);
  return table->statements[kind];
}

static void
free_shaped (struct shaped_statement *shaped)
{
  sqlite3_finalize (shaped->statement);
  free (shaped);
}

/* Takes the statement out of the list, or without one of that shape the last when there are too many. A
 * list and no table: shapes are few, and the one wanted is nearly always first. */
static struct shaped_statement *
take (struct table *table, int kind, const uint8_t *shape, size_t size)
{
  struct shaped_statement **at = &table->shaped, *found;

  for (; (found = *at) != NULL; at = &found->next) {
    bool same = found->kind == kind && found->size == size && memcmp (found->shape, shape, size) == 0;

    if (same || (found->next == NULL && table->shaped_count == SHAPED_MAX)) {
      *at = found->next;
      table->shaped_count--;
      if (same)
        return found;
      free_shaped (found);
      return NULL;
    }
  }
  return NULL;
}

sqlite3_stmt *
statement_shaped (struct store *store, struct table *table, int kind, const uint8_t *shape, size_t size,
                  int *code)
{
  struct shaped_statement *shaped = take (table, kind, shape, size);

  if (shaped == NULL) {
    sqlite3_stmt *statement = make (store, shaped_sql (table, kind, shape), code);

    if (statement == NULL)
      return NULL;
    shaped = malloc (sizeof *shaped + size);
    if (shaped == NULL) {
      sqlite3_finalize (statement);
      *code = SQLITE_NOMEM;
      return NULL;
    }
    *shaped = (struct shaped_statement){ .statement = statement, .kind = kind, .size = size };
    memcpy (shaped->shape, shape, size);
  }
  assert (table->shaped_count < SHAPED_MAX);
  shaped->next = table->shaped;
  table->shaped = shaped;
  table->shaped_count++;
  return shaped->statement;
}

void
statements_free (struct table *table)
{
  for (int kind = 0; kind < STATEMENT_KINDS_FIXED; kind++) {
    sqlite3_finalize (table->statements[kind]);
    table->statements[kind] = NULL;
  }
  while (table->shaped != NULL) {
    struct shaped_statement *next = table->shaped->next;

    free_shaped (table->shaped);
    table->shaped = next;
  }
  table->shaped_count = 0;
}
