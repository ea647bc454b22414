/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/sink-kills.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes/cleanup.h"
#include "checks/sink-made.h"
#include "harness/verdict.h"

/* A commit of the child holds so many events. */
#define A_COMMIT 10

static pid_t
start (void (*body) (const struct bench *bench, int out), const struct bench *bench, int *from)
{
  int ends[2];
  pid_t child;

  EXPECT (pipe (ends) == 0, "no pipe for the test: %s", strerror (errno));
  child = fork ();
  EXPECT (child >= 0, "no process for the test: %s", strerror (errno));
  if (child == 0) {
    close (ends[0]);
    body (bench, ends[1]);
    _exit (1);
  }
  close (ends[1]);
  *from = ends[0];
  return child;
}

static void
reap (pid_t child)
{
  int status;

  EXPECT (waitpid (child, &status, 0) == child, "the writer's process is lost");
  EXPECT (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL,
          "the writer's process ended by itself (status %#x) before it was killed: its message is on stderr",
          (unsigned) status);
}

/* ---- without a commit ---------------------------------------------------------------------------- */

static void
apply_and_die (const struct bench *bench, size_t more)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  for (uint64_t from = 100; from < 100 + more; from += 1000) {
    add_events (&store, from, from + 1000);
    add_plain (&store, 1, "killed");
    store_apply (&store);
  }
  kill (getpid (), SIGKILL);
}

static void
few_rows (const struct bench *bench, int out)
{
  (void) out;
  apply_and_die (bench, 1000);
}

static void
many_rows (const struct bench *bench, int out)
{
  (void) out;
  apply_and_die (bench, 60000);
}

static void
a_kill_loses_what_was_not_committed (const struct bench *bench)
{
  struct store_handle store;
  int from;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  add_events (&store, 0, 100);
  add_plain (&store, 1, "committed");
  store_apply (&store);
  store_commit (&store, "{\"at\":100}");
  store_end (&store);
  for (int i = 0; i < 2; i++) {
    reap (start (i == 0 ? few_rows : many_rows, bench, &from));
    close (from);
    store_open_prepared (&store, bench, DCPIPE_READ);
    expect_count (&store, EVENTS, 100);
    store_end (&store);
    store_open_prepared (&store, bench, DCPIPE_WRITE);
    expect_checkpoint (&store, "{\"at\":100}");
    expect_count (&store, EVENTS, 100);
    expect_plain (&store, 1, "committed");
    store_end (&store);
  }
  store_open_prepared (&store, bench, DCPIPE_WRITE);
  add_events (&store, 100, 200);
  store_apply (&store);
  store_commit (&store, "{\"at\":200}");
  expect_count (&store, EVENTS, 200);
  store_end (&store);
}

/* ---- between and in commits ---------------------------------------------------------------------- */

/* The number in the stored checkpoint; 0 if there is none. */
static uint64_t
committed (struct store_handle *store)
{
  CLEANUP_FREE char *text = store_checkpoint (store);

  return text != NULL ? strtoull (text, NULL, 10) : 0;
}

/* Commits A_COMMIT rows at a time, with their number as the checkpoint, and tells of each commit when it has
 * returned; after so many of them it waits to be killed. */
static void
commit_some (const struct bench *bench, int out, unsigned commits)
{
  struct pollfd gone = { .fd = out }; /* ready when nobody is left to read */
  struct store_handle store;
  char text[24];
  uint64_t at;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  at = committed (&store);
  for (unsigned i = 0; i < commits; i++, at += A_COMMIT) {
    uint64_t after = at + A_COMMIT;

    add_events (&store, at, at + A_COMMIT / 2);
    store_apply (&store);
    add_events (&store, at + A_COMMIT / 2, after);
    store_apply (&store);
    snprintf (text, sizeof text, "%" PRIu64, after);
    store_commit (&store, text);
    if (write (out, &after, sizeof after) != sizeof after)
      return;
  }
  poll (&gone, 1, -1);
}

static void
commit_for_ever (const struct bench *bench, int out)
{
  commit_some (bench, out, UINT_MAX);
}

static void
commit_twice (const struct bench *bench, int out)
{
  commit_some (bench, out, 2);
}

/* Lets the writer work until it has told of so many commits and then for so many microseconds more, and kills
 * it. Returns the last commit that it told of. */
static uint64_t
kill_after (pid_t child, int from, unsigned commits, useconds_t pause)
{
  struct pollfd wait = { .fd = from, .events = POLLIN };
  uint64_t last = 0, told;

  for (unsigned i = 0; i < commits; i++) {
    EXPECT (poll (&wait, 1, 60000) == 1, "the writer committed nothing for a minute");
    EXPECT (read (from, &last, sizeof last) == sizeof last,
            "the writer's process ended by itself after %u commits: its message is on stderr", i);
  }
  usleep (pause);
  kill (child, SIGKILL);
  reap (child);
  while (read (from, &told, sizeof told) == sizeof told)
    last = told;
  close (from);
  return last;
}

static void
a_kill_at_any_moment_keeps_whole_commits (const struct bench *bench)
{
  struct store_handle store;
  uint32_t random = 2463534242u;

  for (unsigned round = 0; round < 15; round++) {
    int from;
    bool idle = round % 3 == 2; /* killed when a commit has returned and nothing came since */
    pid_t child = start (idle ? commit_twice : commit_for_ever, bench, &from);
    uint64_t told, stored;

    random ^= random << 13, random ^= random >> 17, random ^= random << 5;
    told = kill_after (child, from, idle ? 2 : 1 + round % 4, random % 40000);
    store_open_prepared (&store, bench, DCPIPE_WRITE);
    stored = committed (&store);
    EXPECT (stored >= told,
            "commit returned for checkpoint %" PRIu64 ", and after a kill the stored one is %" PRIu64, told,
            stored);
    EXPECT (stored % A_COMMIT == 0, "the stored checkpoint %" PRIu64 " is none that was committed", stored);
    expect_count (&store, EVENTS, stored);
    store_end (&store);
  }
}

const struct sink_check sink_kill_checks[] = {
  { "kill -9 before a commit loses what was applied, and no more", a_kill_loses_what_was_not_committed },
  { "kill -9 at any moment keeps whole commits, rows with their checkpoint",
    a_kill_at_any_moment_keeps_whole_commits },
  { NULL, NULL },
};
