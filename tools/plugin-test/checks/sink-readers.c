/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/sink-readers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "checks/sink-made.h"
#include "harness/verdict.h"
#include "plugin/callback.h"
#include "sink/sink-calls.h"

static void
nothing_to_read_is_no_failure (const struct bench *bench)
{
  struct store_handle store;
  int result;

  result = try_open (&store, bench, DCPIPE_READ);
  EXPECT (result == DCPIPE_NONE,
          "open for reading of a store that does not exist gives %s instead of DCPIPE_NONE",
          RESULT_NAME (result));
  store_end (&store);
  store_open_prepared (&store, bench, DCPIPE_WRITE);
  store_end (&store);
}

/* verify, dump and the status page read beside a writer: what they see must be one commit, until they ask for
 * another with rollback. It outlives the writer, too. */
static void
a_reader_keeps_its_snapshot (const struct bench *bench)
{
  struct store_handle writer, reader;

  store_open_prepared (&writer, bench, DCPIPE_WRITE);
  add_events (&writer, 0, 10);
  add_plain (&writer, 1, "first");
  store_apply (&writer);
  store_commit (&writer, "1");
  add_events (&writer, 10, 20);
  add_plain (&writer, 1, "second");
  store_apply (&writer);
  store_open_prepared (&reader, bench, DCPIPE_READ);
  expect_checkpoint (&reader, "1");
  expect_count (&reader, EVENTS, 10);
  store_commit (&writer, "2");
  add_events (&writer, 20, 5000);
  store_apply (&writer);
  store_commit (&writer, "3");
  expect_count (&reader, EVENTS, 10);
  expect_plain (&reader, 1, "first");
  store_rollback (&reader);
  expect_count (&reader, EVENTS, 5000);
  expect_plain (&reader, 1, "second");
  store_rollback (&reader);
  expect_checkpoint (&reader, "3");
  store_end (&writer);
  expect_count (&reader, EVENTS, 5000);
  store_end (&reader);
}

/* Two writers would each go on from a checkpoint that the other one moves. */
static void
a_second_writer_is_refused (const struct bench *bench)
{
  struct store_handle first, second;

  store_open_prepared (&first, bench, DCPIPE_WRITE);
  EXPECT (try_open (&second, bench, DCPIPE_WRITE) == DCPIPE_FAIL, "a second writer may open the store");
  store_end (&second);
  add_events (&first, 0, 1);
  store_apply (&first);
  store_commit (&first, "1");
  store_end (&first);
  store_open_prepared (&second, bench, DCPIPE_WRITE);
  store_end (&second);
}

/* ---- a thread of readers ------------------------------------------------------------------------- */

/* What the threads tell each other. Relaxed, so that it puts nothing in order that the sink must: else
 * ThreadSanitizer would miss what it does wrong. */
struct beside {
  const struct bench *bench;
  atomic_bool done;
  atomic_size_t commits, snapshots;
};

static size_t
get_relaxed (const atomic_size_t *number)
{
  return atomic_load_explicit (number, memory_order_relaxed);
}

static void
count_relaxed (atomic_size_t *number)
{
  atomic_fetch_add_explicit (number, 1, memory_order_relaxed);
}

/* Until the writer has committed once more, or a second has gone by. */
static void
await_commit (struct beside *beside, size_t seen)
{
  for (int i = 0; i < 1000 && !atomic_load (&beside->done) && get_relaxed (&beside->commits) == seen; i++)
    usleep (1000);
}

/* Reads one snapshot after the other, while commits go on. Each must be one commit: ten events for every row
 * of PLAIN. */
static void *
read_beside (void *argument)
{
  struct beside *beside = argument;
  struct store_handle reader;

  store_open_prepared (&reader, beside->bench, DCPIPE_READ);
  while (!atomic_load (&beside->done) || get_relaxed (&beside->snapshots) == 0) {
    size_t seen = get_relaxed (&beside->commits);
    size_t commits = count_table (&reader, PLAIN);
    size_t events;

    await_commit (beside, seen);
    events = count_table (&reader, EVENTS);
    EXPECT (events == 10 * commits,
            "a reader sees %zu rows of one table and %zu of another, which no commit has left like that",
            events, commits);
    store_rollback (&reader);
    count_relaxed (&beside->snapshots);
  }
  store_end (&reader);
  return NULL;
}

static void
readers_on_other_threads_see_whole_commits (const struct bench *bench)
{
  struct store_handle writer;
  struct beside beside = { .bench = bench };
  pthread_t thread;

  if (!bench_can_read (bench))
    verdict_skip ("the sink has no get and scan, so rows cannot be read back");
  store_open_prepared (&writer, bench, DCPIPE_WRITE);
  store_commit (&writer, "0");
  EXPECT (pthread_create (&thread, NULL, read_beside, &beside) == 0, "no thread for the test");
  for (uint64_t i = 0; i < 60 || (i < 6000 && get_relaxed (&beside.snapshots) < 5); i++) {
    add_events (&writer, 10 * i, 10 * i + 10);
    store_apply (&writer);
    add_plain (&writer, i, "commit");
    store_apply (&writer);
    store_commit (&writer, "1");
    count_relaxed (&beside.commits);
  }
  atomic_store (&beside.done, true);
  pthread_join (thread, NULL);
  store_end (&writer);
}

/* ---- scratch stores ------------------------------------------------------------------------------ */

/* False if the sink has no scratch mode, which is allowed. */
static bool
open_scratch (struct store_handle *scratch, const struct bench *bench)
{
  int result = try_open (scratch, bench, DCPIPE_SCRATCH);

  EXPECT (result == DCPIPE_OK || result == DCPIPE_FAIL, "open of a scratch store gives %s: %s",
          RESULT_NAME (result), failure ());
  if (result == DCPIPE_FAIL)
    return false;
  EXPECT (sink_call_prepare (scratch->sink, bench->tables) == DCPIPE_OK, "prepare: %s", failure ());
  return true;
}

static void
a_scratch_store_lies_apart (const struct bench *bench)
{
  struct store_handle store, scratch;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  add_events (&store, 0, 10);
  store_apply (&store);
  store_commit (&store, "1");
  store_end (&store);
  if (!open_scratch (&scratch, bench))
    verdict_skip ("the sink has no scratch mode: %s", failure ());
  expect_checkpoint (&scratch, NULL);
  expect_count (&scratch, EVENTS, 0);
  store_open_prepared (&store, bench, DCPIPE_WRITE); /* at the same time */
  add_events (&scratch, 0, 300);
  store_apply (&scratch);
  store_commit (&scratch, "scratch");
  add_events (&scratch, 300, 400);
  store_apply (&scratch);
  store_rollback (&scratch);
  expect_count (&scratch, EVENTS, 300);
  expect_checkpoint (&scratch, "scratch");
  store_end (&scratch);
  expect_checkpoint (&store, "1");
  expect_count (&store, EVENTS, 10);
  store_end (&store);
}

const struct sink_check sink_reader_checks[] = {
  { "open for reading of a store that does not exist gives DCPIPE_NONE", nothing_to_read_is_no_failure },
  { "a reader keeps its snapshot until rollback", a_reader_keeps_its_snapshot },
  { "readers on other threads see whole commits", readers_on_other_threads_see_whole_commits, true },
  { "a second writer is refused, and free to come when the first has gone", a_second_writer_is_refused },
  { "a scratch store lies apart", a_scratch_store_lies_apart },
  { NULL, NULL },
};
