/* SPDX-License-Identifier: Apache-2.0 */
/* What commits, kills, readers, locks and resets do. */
#include "config.h"

#include "contract-tests.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "store.h"

/* Rows of the log from `from` up to, not including, `to`. */
static void
add_events (struct store_handle *store, uint64_t from, uint64_t to)
{
  for (uint64_t i = from; i < to; i++) {
    struct dcpipe_row *row = add (store, EVENTS, DCPIPE_INSERT);

    dcpipe_set_u64 (row, EVENTS_OFFSET, i / 10);
    dcpipe_set_u64 (row, EVENTS_INDEX, i % 10);
    dcpipe_set_string (row, EVENTS_LABEL, "label");
    dcpipe_set_blob (row, EVENTS_VALUE, "0123456789", i % 11);
  }
}

static void
add_plain (struct store_handle *store, uint64_t id, const char *text)
{
  struct dcpipe_row *row = add (store, PLAIN, DCPIPE_UPSERT);

  dcpipe_set_u64 (row, PLAIN_ID, id);
  dcpipe_set_string (row, PLAIN_TEXT, text);
  dcpipe_set_u64 (row, PLAIN_OFFSET, 0);
  dcpipe_set_u64 (row, PLAIN_INDEX, 0);
}

static void
expect_plain (struct store_handle *store, uint64_t id, const char *text)
{
  struct dcpipe_row *row = make_row (store, PLAIN);

  dcpipe_set_u64 (row, PLAIN_ID, id);
  dcpipe_set_string (row, PLAIN_TEXT, text);
  dcpipe_set_u64 (row, PLAIN_OFFSET, 0);
  dcpipe_set_u64 (row, PLAIN_INDEX, 0);
  expect_row (store, row);
}

START_TEST (keeps_rows_and_checkpoint_together)
{
  struct bench bench;
  struct store_handle store;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  expect_checkpoint (&store, NULL);
  add_events (&store, 0, 25);
  add_plain (&store, 1, "one");
  store_apply (&store);
  store_commit (&store, "{\"at\":25}");
  expect_checkpoint (&store, "{\"at\":25}");
  store_commit (&store, "{\"at\":\"no rows\"}");
  expect_checkpoint (&store, "{\"at\":\"no rows\"}");
  add_events (&store, 25, 30);
  add_plain (&store, 1, "two");
  store_apply (&store);
  store_rollback (&store);
  expect_checkpoint (&store, "{\"at\":\"no rows\"}");
  expect_plain (&store, 1, "one");
  add_events (&store, 25, 27);
  store_apply (&store);
  store_end (&store);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  expect_checkpoint (&store, "{\"at\":\"no rows\"}");
  ck_assert_uint_eq (count_table (&store, EVENTS), 25);
  expect_plain (&store, 1, "one");
  add_events (&store, 20, 40);
  store_apply (&store);
  for (size_t i = 0; i < 20; i++)
    expect_effect (&store, i, i >= 5, 0, 0);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* ---- kills --------------------------------------------------------------------------------------- */

/* In a process of its own: commits the first rows, applies more and is killed. */
static void
die_with_rows_applied (const struct bench *bench, size_t more)
{
  pid_t child = fork ();
  int status;

  ck_assert_int_ge (child, 0);
  if (child == 0) {
    struct store_handle store;

    store_open_prepared (&store, bench, DCPIPE_WRITE);
    for (uint64_t from = 100; from < 100 + more; from += 1000) {
      add_events (&store, from, from + 1000);
      add_plain (&store, 1, "killed");
      if (try_apply (&store) != DCPIPE_OK)
        _exit (1);
    }
    kill (getpid (), SIGKILL);
    _exit (2);
  }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
}

START_TEST (a_kill_loses_what_was_not_committed)
{
  static const size_t sizes[] = { 1000, 60000 };
  struct bench bench;
  struct store_handle store;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_events (&store, 0, 100);
  add_plain (&store, 1, "committed");
  store_apply (&store);
  store_commit (&store, "{\"at\":100}");
  store_end (&store);
  for (size_t i = 0; i < 2; i++) {
    die_with_rows_applied (&bench, sizes[i]);
    store_open_prepared (&store, &bench, DCPIPE_READ);
    ck_assert_uint_eq (count_table (&store, EVENTS), 100);
    store_end (&store);
    store_open_prepared (&store, &bench, DCPIPE_WRITE);
    expect_checkpoint (&store, "{\"at\":100}");
    ck_assert_uint_eq (count_table (&store, EVENTS), 100);
    expect_plain (&store, 1, "committed");
    store_end (&store);
  }
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_events (&store, 100, 200);
  store_apply (&store);
  store_commit (&store, "{\"at\":200}");
  ck_assert_uint_eq (count_table (&store, EVENTS), 200);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* In a process of its own: commits 10 rows at a time, with their number as the checkpoint, for ever. */
static pid_t
start_committing (const struct bench *bench)
{
  pid_t child = fork ();

  ck_assert_int_ge (child, 0);
  if (child == 0) {
    struct store_handle store;
    struct dcpipe_row *prefix;
    char text[24];
    uint64_t at;

    store_open_prepared (&store, bench, DCPIPE_WRITE);
    prefix = make_row (&store, EVENTS);
    for (at = count_rows (&store, prefix); at < 1000000; at += 10) {
      add_events (&store, at, at + 10);
      snprintf (text, sizeof text, "%llu", (unsigned long long) at + 10);
      if (try_apply (&store) != DCPIPE_OK || try_commit (&store, text) != DCPIPE_OK)
        _exit (1);
    }
    _exit (2);
  }
  return child;
}

START_TEST (a_kill_at_any_moment_keeps_whole_commits)
{
  struct bench bench;
  struct store_handle store;
  size_t before = 0;

  bench_begin (&bench, contract_sink ());
  for (unsigned round = 0; round < 12; round++) {
    pid_t child = start_committing (&bench);
    char text[24];
    size_t rows;
    int status;

    usleep (20000 + round * 7001);
    kill (child, SIGKILL);
    ck_assert_int_eq (waitpid (child, &status, 0), child);
    ck_assert (WIFSIGNALED (status));
    store_open_prepared (&store, &bench, DCPIPE_WRITE);
    rows = count_table (&store, EVENTS);
    ck_assert_uint_eq (rows % 10, 0);
    ck_assert_uint_ge (rows, before);
    snprintf (text, sizeof text, "%zu", rows);
    expect_checkpoint (&store, rows > 0 ? text : NULL);
    before = rows;
    store_end (&store);
  }
  ck_assert_uint_gt (before, 0);
  bench_end (&bench);
}
END_TEST

/* ---- readers and locks --------------------------------------------------------------------------- */

START_TEST (nothing_to_read_is_no_failure)
{
  struct bench bench;
  struct store_handle store;

  bench_begin (&bench, contract_sink ());
  ck_assert_int_eq (try_open (&store, &bench, DCPIPE_READ), DCPIPE_NONE);
  store_end (&store);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

START_TEST (a_reader_keeps_its_snapshot)
{
  struct bench bench;
  struct store_handle writer, reader;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&writer, &bench, DCPIPE_WRITE);
  add_events (&writer, 0, 10);
  add_plain (&writer, 1, "first");
  store_apply (&writer);
  store_commit (&writer, "1");
  add_events (&writer, 10, 20);
  add_plain (&writer, 1, "second");
  store_apply (&writer);
  store_open_prepared (&reader, &bench, DCPIPE_READ);
  expect_checkpoint (&reader, "1");
  ck_assert_uint_eq (count_table (&reader, EVENTS), 10);
  store_commit (&writer, "2");
  add_events (&writer, 20, 5000);
  store_apply (&writer);
  store_commit (&writer, "3");
  ck_assert_uint_eq (count_table (&reader, EVENTS), 10);
  expect_plain (&reader, 1, "first");
  store_rollback (&reader);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 5000);
  expect_plain (&reader, 1, "second");
  store_rollback (&reader);
  expect_checkpoint (&reader, "3");
  store_end (&writer);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 5000);
  store_end (&reader);
  bench_end (&bench);
}
END_TEST

START_TEST (a_second_writer_is_refused)
{
  struct bench bench;
  struct store_handle first, second;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&first, &bench, DCPIPE_WRITE);
  ck_assert_int_eq (try_open (&second, &bench, DCPIPE_WRITE), DCPIPE_FAIL);
  store_end (&second);
  add_events (&first, 0, 1);
  store_apply (&first);
  store_commit (&first, "1");
  store_end (&first);
  store_open_prepared (&second, &bench, DCPIPE_WRITE);
  store_end (&second);
  bench_end (&bench);
}
END_TEST

START_TEST (a_scratch_store_lies_apart)
{
  struct bench bench;
  struct store_handle store, scratch;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_events (&store, 0, 10);
  store_apply (&store);
  store_commit (&store, "1");
  store_open_prepared (&scratch, &bench, DCPIPE_SCRATCH);
  expect_checkpoint (&scratch, NULL);
  ck_assert_uint_eq (count_table (&scratch, EVENTS), 0);
  add_events (&scratch, 0, 300);
  store_apply (&scratch);
  store_commit (&scratch, "scratch");
  add_events (&scratch, 300, 400);
  store_apply (&scratch);
  store_rollback (&scratch);
  ck_assert_uint_eq (count_table (&scratch, EVENTS), 300);
  expect_checkpoint (&scratch, "scratch");
  store_end (&scratch);
  expect_checkpoint (&store, "1");
  ck_assert_uint_eq (count_table (&store, EVENTS), 10);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* ---- tables -------------------------------------------------------------------------------------- */

START_TEST (a_table_with_other_columns_is_refused)
{
  struct bench bench;
  struct store_handle store;
  struct dcpipe_tables *others = bench_tables (true);

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_plain (&store, 1, "kept");
  store_apply (&store);
  store_commit (&store, "1");
  store_end (&store);
  ck_assert_int_eq (try_open (&store, &bench, DCPIPE_WRITE), DCPIPE_OK);
  host_clear ();
  ck_assert_int_eq (bench.sink->plugin->prepare (store.handle, others), DCPIPE_FAIL);
  ck_assert_msg (strstr (host_error (), "plain") && strstr (host_error (), "surprise"),
                 "'%s' names neither table nor column", host_error ());
  store_end (&store);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  expect_plain (&store, 1, "kept");
  store_end (&store);
  tables_free (others);
  bench_end (&bench);
}
END_TEST

START_TEST (reset_removes_a_table)
{
  struct bench bench;
  struct store_handle store;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_events (&store, 0, 10);
  add_plain (&store, 1, "kept");
  store_apply (&store);
  store_commit (&store, "1");
  store_end (&store);
  for (int round = 0; round < 2; round++) {
    ck_assert_int_eq (try_open (&store, &bench, DCPIPE_WRITE), DCPIPE_OK);
    expect_checkpoint (&store, "1");
    ck_assert_msg (bench.sink->plugin->reset (store.handle, "events") == DCPIPE_OK, "%s", host_error ());
    ck_assert_int_eq (bench.sink->plugin->reset (store.handle, "no_such_table"), DCPIPE_OK);
    if (round == 0)
      store_rollback (&store);
    else
      store_commit (&store, "2");
    ck_assert_msg (bench.sink->plugin->prepare (store.handle, bench.tables) == DCPIPE_OK, "%s",
                   host_error ());
    ck_assert_uint_eq (count_table (&store, EVENTS), round == 0 ? 10 : 0);
    expect_plain (&store, 1, "kept");
    store_end (&store);
  }
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  expect_checkpoint (&store, "2");
  ck_assert_uint_eq (count_table (&store, EVENTS), 0);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

START_TEST (the_tip_may_be_reached_often)
{
  struct bench bench;
  struct store_handle store;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  for (uint64_t i = 0; i < 3; i++) {
    add_events (&store, 10 * i, 10 * i + 10);
    store_apply (&store);
    store_commit (&store, "1");
    if (bench.sink->plugin->tip_reached != NULL)
      ck_assert_msg (bench.sink->plugin->tip_reached (store.handle) == DCPIPE_OK, "%s", host_error ());
  }
  ck_assert_uint_eq (count_table (&store, EVENTS), 30);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

size_t
contract_commit_tests (const TTest **tests)
{
  const TTest *const all[] = { keeps_rows_and_checkpoint_together,
                               a_kill_loses_what_was_not_committed,
                               a_kill_at_any_moment_keeps_whole_commits,
                               nothing_to_read_is_no_failure,
                               a_reader_keeps_its_snapshot,
                               a_second_writer_is_refused,
                               a_scratch_store_lies_apart,
                               a_table_with_other_columns_is_refused,
                               reset_removes_a_table,
                               the_tip_may_be_reached_often };

  memcpy (tests, all, sizeof all);
  return sizeof all / sizeof *all;
}
