/* SPDX-License-Identifier: Apache-2.0 */
/* The ceiling of storing: copies all rows of all tables of one SQLite database into another with bare
 * prepared inserts, the same tables, pragmas, commit sizes and indexes, and prints the seconds that takes,
 * without those of reading the rows, and the number of rows.
 *
 *    ceiling-sqlite FROM TO ROWS_PER_COMMIT
 *
 * Indexes are made at the end, as the sink does it. */
#include "config.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COLUMNS_MAX 128

struct value {
  int type;
  sqlite3_int64 integer;
  void *bytes;
  int size;
};

struct batch {
  struct value *values;
  int rows, columns, capacity;
};

static sqlite3 *from, *to;
static double spent;
static uint64_t copied;

static double
seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static void
run (sqlite3 *database, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (database, sql, NULL, NULL, &message) == SQLITE_OK)
    return;
  fprintf (stderr, "ceiling-sqlite: %s: %s\n", sql, message ? message : "");
  exit (EXIT_FAILURE);
}

static sqlite3_stmt *
prepare (sqlite3 *database, const char *sql)
{
  sqlite3_stmt *statement;

  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK)
    return statement;
  fprintf (stderr, "ceiling-sqlite: %s: %s\n", sql, sqlite3_errmsg (database));
  exit (EXIT_FAILURE);
}

static void
keep (struct value *value, sqlite3_stmt *statement, int column)
{
  const void *bytes;

  value->type = sqlite3_column_type (statement, column);
  value->integer = value->type == SQLITE_INTEGER ? sqlite3_column_int64 (statement, column) : 0;
  value->bytes = NULL;
  if (value->type != SQLITE_TEXT && value->type != SQLITE_BLOB)
    return;
  bytes = value->type == SQLITE_TEXT ? sqlite3_column_text (statement, column)
                                     : sqlite3_column_blob (statement, column);
  value->size = sqlite3_column_bytes (statement, column);
  value->bytes = malloc ((size_t) value->size + 1);
  if (value->bytes == NULL)
    exit (EXIT_FAILURE);
  if (value->size > 0)
    memcpy (value->bytes, bytes, (size_t) value->size);
}

static void
bind (sqlite3_stmt *statement, int column, const struct value *value)
{
  if (value->type == SQLITE_INTEGER)
    sqlite3_bind_int64 (statement, column, value->integer);
  else if (value->type == SQLITE_TEXT)
    sqlite3_bind_text (statement, column, value->bytes, value->size, SQLITE_STATIC);
  else if (value->type == SQLITE_BLOB)
    sqlite3_bind_blob (statement, column, value->bytes, value->size, SQLITE_STATIC);
  else
    sqlite3_bind_null (statement, column);
}

/* The timed part. */
static void
store (struct batch *batch, sqlite3_stmt *insert)
{
  double begin = seconds ();

  run (to, "BEGIN");
  for (int row = 0; row < batch->rows; row++) {
    for (int column = 0; column < batch->columns; column++)
      bind (insert, column + 1, &batch->values[row * batch->columns + column]);
    if (sqlite3_step (insert) != SQLITE_DONE) {
      fprintf (stderr, "ceiling-sqlite: %s\n", sqlite3_errmsg (to));
      exit (EXIT_FAILURE);
    }
    sqlite3_reset (insert);
  }
  run (to, "COMMIT");
  spent += seconds () - begin;
  copied += (uint64_t) batch->rows;
  for (int i = 0; i < batch->rows * batch->columns; i++)
    free (batch->values[i].bytes);
  batch->rows = 0;
}

static void
copy_table (const char *name, int rows_per_commit)
{
  char *select = sqlite3_mprintf ("SELECT * FROM \"%w\"", name), *sql;
  sqlite3_stmt *rows = prepare (from, select), *insert;
  struct batch batch = { .columns = sqlite3_column_count (rows), .capacity = rows_per_commit };
  char marks[2 * COLUMNS_MAX + 1] = "?";

  for (int i = 1; i < batch.columns && i < COLUMNS_MAX; i++)
    memcpy (marks + 2 * i - 1, ",?", 3);
  sql = sqlite3_mprintf ("INSERT INTO \"%w\" VALUES (%s)", name, marks);
  insert = prepare (to, sql);
  batch.values = calloc ((size_t) batch.capacity * (size_t) batch.columns, sizeof *batch.values);
  if (batch.values == NULL)
    exit (EXIT_FAILURE);
  while (sqlite3_step (rows) == SQLITE_ROW) {
    for (int column = 0; column < batch.columns; column++)
      keep (&batch.values[batch.rows * batch.columns + column], rows, column);
    if (++batch.rows == batch.capacity)
      store (&batch, insert);
  }
  if (batch.rows > 0)
    store (&batch, insert);
  sqlite3_finalize (rows);
  sqlite3_finalize (insert);
  sqlite3_free (select);
  sqlite3_free (sql);
  free (batch.values);
}

/* Calls `what` with the name and the SQL of everything of one type in the schema. */
static void
each (const char *type, void (*what) (const char *name, const char *sql, int number), int number)
{
  sqlite3_stmt *statement = prepare (
      from,
      "SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'");

  sqlite3_bind_text (statement, 1, type, -1, SQLITE_STATIC);
  while (sqlite3_step (statement) == SQLITE_ROW)
    what ((const char *) sqlite3_column_text (statement, 0),
          (const char *) sqlite3_column_text (statement, 1), number);
  sqlite3_finalize (statement);
}

static void
create (const char *name, const char *sql, int number)
{
  double begin = seconds ();

  (void) name;
  (void) number;
  run (to, sql);
  spent += seconds () - begin;
}

static void
copy (const char *name, const char *sql, int rows_per_commit)
{
  (void) sql;
  copy_table (name, rows_per_commit);
}

int
main (int argc, char **argv)
{
  int rows_per_commit = argc == 4 ? (int) strtol (argv[3], NULL, 10) : 0;
  sqlite3_stmt *page_size;
  char *pragma;

  if (rows_per_commit < 1 || sqlite3_open_v2 (argv[1], &from, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK
      || sqlite3_open (argv[2], &to) != SQLITE_OK) {
    fprintf (stderr, "usage: ceiling-sqlite FROM TO ROWS_PER_COMMIT\n");
    return 64;
  }
  page_size = prepare (from, "PRAGMA page_size");
  sqlite3_step (page_size);
  pragma = sqlite3_mprintf ("PRAGMA page_size = %d; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                            "PRAGMA cache_size = -4096",
                            sqlite3_column_int (page_size, 0));
  sqlite3_finalize (page_size);
  run (to, pragma);
  sqlite3_free (pragma);
  each ("table", create, 0);
  each ("table", copy, rows_per_commit);
  each ("index", create, 0);
  printf ("%.4f %" PRIu64 "\n", spent, copied);
  sqlite3_close (from);
  sqlite3_close (to);
  return EXIT_SUCCESS;
}
