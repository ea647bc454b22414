/* SPDX-License-Identifier: Apache-2.0 */
/* The sqlite sink beside its ceiling: rows of the shape of ledger_entries go through the sink, and through a
 * bare loop of bind and step with the same table, pragmas and commits.
 *
 *    write-sqlite [ROWS [ROWS_A_COMMIT]]
 */
#include "config.h"

#include <check.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "support/run.h"
#include "unit/sinks/contract.h"

static uint64_t rows = 1000000, a_commit = 1000;

struct usage {
  double wall, cpu;
};

static struct usage
usage (void)
{
  struct timespec now;
  struct rusage used;

  clock_gettime (CLOCK_MONOTONIC, &now);
  getrusage (RUSAGE_SELF, &used);
  return (struct usage){ (double) now.tv_sec + (double) now.tv_nsec / 1e9,
                         (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec)
                             + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6 };
}

/* Adds the time since `from`. */
static void
add_usage (struct usage *sum, struct usage from)
{
  struct usage to = usage ();

  sum->wall += to.wall - from.wall;
  sum->cpu += to.cpu - from.cpu;
}

static void
report (const char *what, struct usage spent)
{
  struct rusage used;

  getrusage (RUSAGE_SELF, &used);
  printf ("%s: %" PRIu64 " rows, %" PRIu64 " a commit: %.0f rows/s, %.0f ns CPU a row, peak %ld MiB\n", what,
          rows, a_commit, (double) rows / spent.wall, spent.cpu * 1e9 / (double) rows, used.ru_maxrss / 1024);
  fflush (stdout);
}

static const char label[] = "ProvProfile", operation[] = "UPSERT", at[] = "2024-01-31T23:59:59.123Z";
static char key[64], hash[64];
static uint8_t value[200];

static void
through_the_sink (const struct bench *bench)
{
  struct store_handle store;
  struct usage spent = { 0 }, from;
  uint64_t done = 0;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  while (done < rows) {
    for (uint64_t i = done; i < done + a_commit; i++) {
      struct dcpipe_row *row = add (&store, ENTRIES, DCPIPE_INSERT);

      key[0] = (char) ('a' + i % 26);
      dcpipe_set_u64 (row, ENTRIES_ID, i);
      dcpipe_set_text (row, ENTRIES_LABEL, label, strlen (label));
      dcpipe_set_text (row, ENTRIES_KEY, key, sizeof key);
      dcpipe_set_blob (row, ENTRIES_VALUE, value, sizeof value);
      dcpipe_set_u64 (row, ENTRIES_OFFSET, i / 10 * 3000);
      dcpipe_set_text (row, ENTRIES_OPERATION, operation, strlen (operation));
      dcpipe_set_time (row, ENTRIES_IMPORTED, 1706745599123000000);
      dcpipe_set_u64 (row, ENTRIES_TIME, 1706745599123456789);
      dcpipe_set_u64 (row, ENTRIES_INDEX, i % 10);
      dcpipe_set_text (row, ENTRIES_HASH, hash, sizeof hash);
    }
    from = usage ();
    store_apply (&store);
    store_commit (&store, "{}");
    add_usage (&spent, from);
    arena_free (&store.arena);
    done += a_commit;
  }
  report ("sink", spent);
  store_end (&store);
}

static void
run (sqlite3 *db, const char *sql)
{
  ck_assert_msg (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg (db));
}

static void
bind_row (sqlite3_stmt *insert, uint64_t i)
{
  key[0] = (char) ('a' + i % 26);
  sqlite3_bind_int64 (insert, 1, (int64_t) i);
  sqlite3_bind_text (insert, 2, label, sizeof label - 1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 3, key, sizeof key, SQLITE_STATIC);
  sqlite3_bind_blob (insert, 4, value, sizeof value, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 5, (int64_t) (i / 10 * 3000));
  sqlite3_bind_text (insert, 6, operation, sizeof operation - 1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 7, at, sizeof at - 1, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 8, 1706745599123456789);
  sqlite3_bind_int64 (insert, 9, (int64_t) (i % 10));
  sqlite3_bind_text (insert, 10, hash, sizeof hash, SQLITE_STATIC);
}

static void
through_a_bare_loop (const struct bench *bench)
{
  struct usage spent = { 0 }, from;
  sqlite3_stmt *insert;
  sqlite3 *db;
  char path[640];

  snprintf (path, sizeof path, "%s/bare.db", bench->directory);
  ck_assert_int_eq (sqlite3_open (path, &db), SQLITE_OK);
  run (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -4096; PRAGMA "
           "wal_autocheckpoint = 4096;"
           "CREATE TABLE entries (id, label TEXT, key TEXT, value BLOB, block_offset NOT NULL, operation "
           "TEXT, migrated_at, "
           "icp_timestamp, entry_index NOT NULL, block_hash TEXT, PRIMARY KEY (block_offset, entry_index))");
  ck_assert_int_eq (sqlite3_prepare_v2 (db, "INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?)", -1, &insert,
                                        NULL),
                    SQLITE_OK);
  from = usage ();
  for (uint64_t i = 0; i < rows; i++) {
    if (i % a_commit == 0)
      run (db, "BEGIN");
    bind_row (insert, i);
    if (sqlite3_step (insert) != SQLITE_DONE)
      ck_abort_msg ("%s", sqlite3_errmsg (db));
    sqlite3_reset (insert);
    if ((i + 1) % a_commit == 0)
      run (db, "COMMIT");
  }
  add_usage (&spent, from);
  report ("bare", spent);
  sqlite3_finalize (insert);
  sqlite3_close (db);
}

/* Asserts need a test around them. */
START_TEST (write_rows)
{
  struct sink_under_test sink = { .plugin = contract_plugin (), .path = "rows.db" };
  struct bench bench;

  memset (hash, 'b', sizeof hash);
  memset (key, 'a', sizeof key);
  bench_begin (&bench, &sink);
  through_a_bare_loop (&bench);
  through_the_sink (&bench);
  bench_end (&bench);
}
END_TEST

int
main (int argc, char **argv)
{
  const TTest *const tests[] = { write_rows };

  if (argc > 1)
    rows = strtoull (argv[1], NULL, 10);
  if (argc > 2)
    a_commit = strtoull (argv[2], NULL, 10);
  if (a_commit == 0 || rows % a_commit != 0) {
    fprintf (stderr, "usage: write-sqlite [ROWS [ROWS_A_COMMIT]]; whole commits only\n");
    return 64;
  }
  return RUN_TESTS ("write-sqlite", tests);
}
