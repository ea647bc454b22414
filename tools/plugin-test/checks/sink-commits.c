/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/sink-commits.h"

#include <string.h>

#include "base/log.h"
#include "checks/sink-made.h"
#include "harness/resources.h"
#include "harness/verdict.h"
#include "setup/tables.h"
#include "sink/sink-calls.h"

/* That rows and checkpoint are one is all there is to exactly once. The checkpoint may move without rows
 * (entries that gave none), and rows without a commit are gone, by rollback and by close. */
static void
keeps_rows_and_checkpoint_together (const struct bench *bench)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
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
  store_open_prepared (&store, bench, DCPIPE_WRITE);
  expect_checkpoint (&store, "{\"at\":\"no rows\"}");
  expect_count (&store, EVENTS, 25);
  expect_plain (&store, 1, "one");
  add_events (&store, 20, 40);
  store_apply (&store);
  for (size_t i = 0; i < 20; i++)
    expect_effect (&store, i, i >= 5, 0, 0);
  store_end (&store);
}

/* More in one transaction than a store may have room for at first: it may ask for all of it once more, as
 * often as it must grow. */
static void
a_large_transaction_fits (const struct bench *bench)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  for (uint64_t i = 0; i < 20; i++) {
    add_events (&store, 2000 * i, 2000 * (i + 1));
    add_plain (&store, i, "large");
    store_apply (&store);
  }
  expect_count (&store, EVENTS, 40000);
  store_commit (&store, "{\"at\":40000}");
  store_end (&store);
  store_open_prepared (&store, bench, DCPIPE_READ);
  expect_checkpoint (&store, "{\"at\":40000}");
  expect_count (&store, EVENTS, 40000);
  store_end (&store);
}

/* Handles are opened and closed all day long. */
static void
nothing_is_left_open (const struct bench *bench)
{
  struct store_handle store;
  int before = 0;

  for (int round = 0; round < 6; round++) {
    store_open_prepared (&store, bench, round % 2 ? DCPIPE_READ : DCPIPE_WRITE);
    if (round % 2 == 0) {
      add_plain (&store, (uint64_t) round, "round");
      store_apply (&store);
      store_commit (&store, "1");
    }
    expect_count (&store, PLAIN, (size_t) round / 2 + 1);
    store_end (&store);
    if (round == 1)
      before = resources_descriptors ();
  }
  EXPECT (resources_descriptors () == before, "after close %d descriptors are open that were not before",
          resources_descriptors () - before);
}

/* ---- tables -------------------------------------------------------------------------------------- */

/* Before anything is written: another release of a decoder would spoil what the one before stored. */
static void
a_table_with_other_columns_is_refused (const struct bench *bench)
{
  struct store_handle store;
  struct dcpipe_tables *others = bench_tables (true);

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  add_plain (&store, 1, "kept");
  store_apply (&store);
  store_commit (&store, "1");
  store_end (&store);
  EXPECT (try_open (&store, bench, DCPIPE_WRITE) == DCPIPE_OK, "open: %s", failure ());
  failure_clear ();
  EXPECT (sink_call_prepare (store.sink, others) == DCPIPE_FAIL,
          "prepare takes a table whose columns differ from the stored one's");
  EXPECT (strstr (failure (), "plain") && strstr (failure (), "surprise"),
          "'%s' does not name the table plain and its column surprise", failure ());
  store_end (&store);
  store_open_prepared (&store, bench, DCPIPE_WRITE);
  expect_plain (&store, 1, "kept");
  store_end (&store);
  tables_free (others);
}

/* Somebody removed a table by hand. */
static void
a_table_that_is_gone_is_missed (const struct bench *bench)
{
  struct dcpipe_table *plain = &bench->tables->items[PLAIN];
  struct store_handle store;

  plain->remedy = strdup ("fill it");
  EXPECT_MEMORY (plain->remedy);
  EXPECT (try_open (&store, bench, DCPIPE_WRITE) == DCPIPE_OK, "open: %s", failure ());
  EXPECT (sink_call_prepare (store.sink, bench->tables) == DCPIPE_FAIL,
          "earlier runs filled a table that is gone, and prepare makes it again: it is to call "
          "dcpipe_table_missing first");
  store_end (&store);
}

/* Of the two rounds the first is rolled back. A table that is not there is none to complain about: a reset
 * may be repeated after a crash. */
static void
reset_removes_a_table (const struct bench *bench)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  add_events (&store, 0, 10);
  add_plain (&store, 1, "kept");
  store_apply (&store);
  store_commit (&store, "1");
  store_end (&store);
  for (int round = 0; round < 2; round++) {
    EXPECT (try_open (&store, bench, DCPIPE_WRITE) == DCPIPE_OK, "open: %s", failure ());
    expect_checkpoint (&store, "1");
    EXPECT (sink_call_reset (store.sink, "events") == DCPIPE_OK, "%s", failure ());
    EXPECT (sink_call_reset (store.sink, "no_such_table") == DCPIPE_OK,
            "reset of a table that is not there: %s", failure ());
    if (round == 0)
      store_rollback (&store);
    else
      store_commit (&store, "2");
    EXPECT (sink_call_prepare (store.sink, bench->tables) == DCPIPE_OK, "%s", failure ());
    expect_count (&store, EVENTS, round == 0 ? 10 : 0);
    expect_plain (&store, 1, "kept");
    store_end (&store);
  }
  store_open_prepared (&store, bench, DCPIPE_WRITE);
  expect_checkpoint (&store, "2");
  expect_count (&store, EVENTS, 0);
  store_end (&store);
}

/* A follower comes to the tip with every few blocks. */
static void
the_tip_may_be_reached_often (const struct bench *bench)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  for (uint64_t i = 0; i < 3; i++) {
    add_events (&store, 10 * i, 10 * i + 10);
    store_apply (&store);
    store_commit (&store, "1");
    EXPECT (sink_call_tip_reached (store.sink) == DCPIPE_OK, "%s", failure ());
  }
  expect_count (&store, EVENTS, 30);
  store_end (&store);
}

/* The whole life of a handle, over the same few rows. */
static void
live (void *context)
{
  const struct bench *bench = context;
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  for (int round = 0; round < 2; round++) {
    add_events (&store, 0, 5);
    add_plain (&store, 1, "again");
    store_apply (&store);
    expect_plain (&store, 1, "again");
    expect_count (&store, EVENTS, 5);
    if (round == 0)
      store_rollback (&store);
    else
      store_commit (&store, "1");
  }
  EXPECT (sink_call_tip_reached (store.sink) == DCPIPE_OK, "%s", failure ());
  store_end (&store);
}

static void
no_memory_is_kept (const struct bench *bench)
{

  resources_expect_no_leak ("the sink", live, (void *) (uintptr_t) bench);
}

const struct sink_check sink_commit_checks[] = {
  { "commit stores rows and checkpoint, rollback and close forget", keeps_rows_and_checkpoint_together },
  { "a large transaction fits, after DCPIPE_AGAIN if need be", a_large_transaction_fits },
  { "close leaves no descriptor open", nothing_is_left_open },
  { "close gives back all memory", no_memory_is_kept },
  { "prepare refuses a table whose columns differ, and names it", a_table_with_other_columns_is_refused },
  { "prepare misses a table that earlier runs filled", a_table_that_is_gone_is_missed },
  { "reset removes one table, within the transaction", reset_removes_a_table },
  { "tip_reached may be called after any commit", the_tip_may_be_reached_often },
  { NULL, NULL },
};
