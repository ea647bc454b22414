/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "contract.h"
#include "drivers/store.h"
#include "host.h"
#include "sink/sink-calls.h"

/* ---- the file as others see it ------------------------------------------------------------------- */

static sqlite3 *
open_beside (const struct bench *bench)
{
  char path[640];
  sqlite3 *db;

  snprintf (path, sizeof path, "%s/rows.db", bench->directory);
  ck_assert_int_eq (sqlite3_open (path, &db), SQLITE_OK);
  return db;
}

static void
run_sql (sqlite3 *db, const char *sql)
{
  char *message = NULL;

  ck_assert_msg (sqlite3_exec (db, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
}

/* Fails unless the first column of the query's first row is that text. */
static void
expect_sql (sqlite3 *db, const char *sql, const char *expected)
{
  sqlite3_stmt *statement;

  ck_assert_msg (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg (db));
  ck_assert_msg (sqlite3_step (statement) == SQLITE_ROW, "%s gives no row", sql);
  ck_assert_msg (strcmp ((const char *) sqlite3_column_text (statement, 0), expected) == 0,
                 "%s gives %s, not %s", sql, (const char *) sqlite3_column_text (statement, 0), expected);
  sqlite3_finalize (statement);
}

static void
add_event (struct store_handle *store, uint64_t offset, const char *label)
{
  struct dcpipe_row *row = add (store, EVENTS, DCPIPE_INSERT);

  dcpipe_set_u64 (row, EVENTS_OFFSET, offset);
  dcpipe_set_u64 (row, EVENTS_INDEX, 0);
  dcpipe_set_string (row, EVENTS_LABEL, label);
}

START_TEST (stores_values_as_documented)
{
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row;
  sqlite3 *db;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  row = add (&store, PEOPLE, DCPIPE_INSERT);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  dcpipe_set_u64 (row, PEOPLE_PART, UINT64_MAX);
  dcpipe_set_bool (row, PEOPLE_BOOL, true);
  dcpipe_set_u64 (row, PEOPLE_U64, INT64_MAX);
  dcpipe_set_time (row, PEOPLE_TIME, 1706745599123456789);
  dcpipe_set_decimal (row, PEOPLE_DECIMAL, "-9223372036854775808", 20);
  store_apply (&store);
  store_commit (&store, "{}");
  db = open_beside (&bench);
  expect_sql (db, "SELECT typeof(part) || part FROM people", "text18446744073709551615");
  expect_sql (db, "SELECT typeof(flag) || flag FROM people", "integer1");
  expect_sql (db, "SELECT typeof(number) || number FROM people", "integer9223372036854775807");
  expect_sql (db, "SELECT typeof(at) || at FROM people", "text2024-01-31T23:59:59.123Z");
  expect_sql (db, "SELECT typeof(amount) || amount FROM people", "integer-9223372036854775808");
  expect_sql (db, "SELECT typeof(words) FROM people", "null");
  expect_sql (db, "PRAGMA journal_mode", "wal");
  expect_sql (db, "PRAGMA integrity_check", "ok");
  sqlite3_close (db);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

START_TEST (builds_indexes_at_the_tip)
{
  static const char query[] =
      "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'events_label'";
  struct bench bench;
  struct store_handle store;
  sqlite3 *db;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_event (&store, 0, "a");
  store_apply (&store);
  store_commit (&store, "{}");
  db = open_beside (&bench);
  expect_sql (db, query, "0");
  store_end (&store);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  ck_assert_int_eq (sink_call_tip_reached (store.sink), DCPIPE_OK);
  expect_sql (db, query, "1");
  ck_assert_int_eq (sink_call_tip_reached (store.sink), DCPIPE_OK);
  sqlite3_close (db);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

START_TEST (makes_views_whose_tables_are_there)
{
  struct bench bench;
  struct store_handle store;
  sqlite3 *db;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_event (&store, 0, "a");
  add_event (&store, 1, "a");
  store_apply (&store);
  store_commit (&store, "{}");
  store_end (&store);
  db = open_beside (&bench);
  expect_sql (db, "SELECT label || entries FROM labels", "a2");
  expect_sql (db, "SELECT count(*) FROM sqlite_schema WHERE name = 'elsewhere'", "0");
  run_sql (db, "DROP VIEW labels; CREATE VIEW labels AS SELECT 1; CREATE TABLE table_of_another_decoder (x); "
               "INSERT INTO table_of_another_decoder VALUES (7)");
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  expect_sql (db, "SELECT label || entries FROM labels", "a2");
  expect_sql (db, "SELECT x FROM elsewhere", "7");
  sqlite3_close (db);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* ---- what is not ours ---------------------------------------------------------------------------- */

static void
expect_refusal (const struct bench *bench, int mode, const char *words)
{
  struct store_handle store;

  ck_assert_int_eq (try_open (&store, bench, mode), DCPIPE_FAIL);
  ck_assert_msg (strstr (host_error (), words) != NULL, "'%s' does not say '%s'", host_error (), words);
  ck_assert_ptr_nonnull (strstr (host_error (), bench->directory));
  store_end (&store);
}

START_TEST (leaves_databases_of_others_alone)
{
  struct bench bench;
  sqlite3 *db;

  bench_begin (&bench, contract_sink ());
  db = open_beside (&bench);
  run_sql (db, "CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
  expect_refusal (&bench, DCPIPE_WRITE, "another program");
  expect_refusal (&bench, DCPIPE_READ, "another program");
  expect_sql (db, "SELECT group_concat(name) FROM sqlite_schema", "mine");
  expect_sql (db, "PRAGMA journal_mode", "delete");
  run_sql (db, "PRAGMA application_id = 0x64637031; PRAGMA user_version = 9");
  expect_refusal (&bench, DCPIPE_WRITE, "format 9");
  sqlite3_close (db);
  bench_end (&bench);
}
END_TEST

START_TEST (refuses_what_is_no_database)
{
  struct bench bench;
  char path[640];
  FILE *file;

  bench_begin (&bench, contract_sink ());
  snprintf (path, sizeof path, "%s/rows.db", bench.directory);
  file = fopen (path, "w");
  ck_assert_ptr_nonnull (file);
  for (int i = 0; i < 1000; i++)
    fputs ("this is a letter, ", file);
  fclose (file);
  expect_refusal (&bench, DCPIPE_WRITE, "not a SQLite database");
  expect_refusal (&bench, DCPIPE_READ, "not a SQLite database");
  bench_end (&bench);
}
END_TEST

START_TEST (asks_to_try_again_when_another_holds_the_lock)
{
  static const char *const settings[] = { "busy_timeout", "10ms", NULL };
  struct sink_under_test sink = *contract_sink ();
  struct bench bench;
  struct store_handle store;
  sqlite3 *db;

  sink.settings = settings;
  bench_begin (&bench, &sink);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  db = open_beside (&bench);
  run_sql (db, "BEGIN IMMEDIATE");
  add_event (&store, 0, "a");
  ck_assert_int_eq (try_apply (&store), DCPIPE_RETRY);
  ck_assert_ptr_nonnull (strstr (host_error (), "another program holds its lock"));
  store_rollback (&store);
  run_sql (db, "COMMIT");
  add_event (&store, 0, "a");
  store_apply (&store);
  store_commit (&store, "{}");
  sqlite3_close (db);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

START_TEST (names_values_that_something_else_stored)
{
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row, *got;
  sqlite3 *db;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  db = open_beside (&bench);
  run_sql (db, "INSERT INTO events VALUES (1, 0, 'a', 'text in place of a blob', NULL)");
  sqlite3_close (db);
  row = make_row (&store, EVENTS);
  dcpipe_set_u64 (row, EVENTS_OFFSET, 1);
  dcpipe_set_u64 (row, EVENTS_INDEX, 0);
  ck_assert_int_eq (sink_get (store.sink, row, &got), DCPIPE_FAIL);
  ck_assert_ptr_nonnull (strstr (host_error (), "column value of table events"));
  store_end (&store);
  bench_end (&bench);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { stores_values_as_documented,
                                 builds_indexes_at_the_tip,
                                 makes_views_whose_tables_are_there,
                                 leaves_databases_of_others_alone,
                                 refuses_what_is_no_database,
                                 asks_to_try_again_when_another_holds_the_lock,
                                 names_values_that_something_else_stored };
  struct sink_under_test sink = { .plugin = contract_plugin (), .path = "rows.db" };

  return contract_run ("sqlite", &sink, tests, sizeof tests / sizeof *tests);
}
