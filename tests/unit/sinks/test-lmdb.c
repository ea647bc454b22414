/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract.h"
#include "drivers/store.h"
#include "host.h"
#include "setup/setup.h"
#include "sink/sink-calls.h"

/* ---- the store as others see it ------------------------------------------------------------------ */

/* Only while no handle of this process has it open. */
static MDB_env *
open_beside (const struct bench *bench, unsigned flags)
{
  char path[640];
  MDB_env *env;

  snprintf (path, sizeof path, "%s/rows.lmdb", bench->directory);
  ck_assert (mkdir (path, 0777) == 0 || (flags & MDB_CREATE) == 0);
  ck_assert_int_eq (mdb_env_create (&env), 0);
  ck_assert_int_eq (mdb_env_set_maxdbs (env, 16), 0);
  ck_assert_int_eq (mdb_env_open (env, path, flags & ~(unsigned) MDB_CREATE, 0666), 0);
  return env;
}

static void
put_beside (MDB_env *env, const char *database, MDB_val key, MDB_val value)
{
  MDB_txn *txn;
  MDB_dbi dbi;

  ck_assert_int_eq (mdb_txn_begin (env, NULL, 0, &txn), 0);
  ck_assert_int_eq (mdb_dbi_open (txn, database, MDB_CREATE, &dbi), 0);
  ck_assert_int_eq (mdb_put (txn, dbi, &key, &value, 0), 0);
  ck_assert_int_eq (mdb_txn_commit (txn), 0);
}

static MDB_val
text (const char *words)
{
  return (MDB_val){ strlen (words), (void *) (uintptr_t) words };
}

/* Fails unless the database has exactly that value under the key. */
static void
expect_stored (MDB_env *env, const char *database, MDB_val key, const void *expected, size_t size)
{
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_val value;

  ck_assert_int_eq (mdb_txn_begin (env, NULL, MDB_RDONLY, &txn), 0);
  ck_assert_int_eq (mdb_dbi_open (txn, database, 0, &dbi), 0);
  ck_assert_int_eq (mdb_get (txn, dbi, &key, &value), 0);
  ck_assert_uint_eq (value.mv_size, size);
  ck_assert_mem_eq (value.mv_data, expected, size);
  mdb_txn_abort (txn);
}

START_TEST (stores_values_as_documented)
{
  static const char key[] = "a\0\xff\0\0\0\0\0\0\0\0\0\x18";
  static const uint8_t value[] = { 0x8d, 0x62, 'a',  0x00, 0x18, 0x18, 0xf5, 0x38, 0x63, 0x1b, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x60, 0x41, 0x00, 0x1a, 0x00, 0x1e,
                                   0x84, 0x80, 0x63, '-',  '0',  '7',  0x62, '{',  '}',  0xf6, 0x07, 0x08 };
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row;
  MDB_env *env;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  row = add (&store, PEOPLE, DCPIPE_INSERT);
  dcpipe_set_text (row, PEOPLE_NAME, "a", 2);
  dcpipe_set_u64 (row, PEOPLE_PART, 24);
  dcpipe_set_bool (row, PEOPLE_BOOL, true);
  dcpipe_set_i64 (row, PEOPLE_I64, -100);
  dcpipe_set_u64 (row, PEOPLE_U64, UINT64_MAX);
  dcpipe_set_text (row, PEOPLE_TEXT, "", 0);
  dcpipe_set_blob (row, PEOPLE_BLOB, "", 1);
  dcpipe_set_time (row, PEOPLE_TIME, 2000001);
  dcpipe_set_decimal (row, PEOPLE_DECIMAL, "-07", 3);
  dcpipe_set_json (row, PEOPLE_JSON, "{}", 2);
  dcpipe_set_u64 (row, PEOPLE_OFFSET, 7);
  dcpipe_set_u64 (row, PEOPLE_INDEX, 8);
  store_apply (&store);
  store_commit (&store, "{\"at\":1}");
  store_end (&store);
  env = open_beside (&bench, MDB_RDONLY);
  expect_stored (env, "people", (MDB_val){ sizeof key - 1, (void *) (uintptr_t) key }, value, sizeof value);
  expect_stored (env, "dcpipe.meta", text ("checkpoint"), "{\"at\":1}", 8);
  expect_stored (env, "dcpipe.meta", text ("format"), "dcpipe lmdb 1", 13);
  expect_stored (env, "dcpipe.meta", text ("table plain"),
                 "id u64 key 1\nwords text\nblock_offset u64\nentry_index u64\n", 57);
  mdb_env_close (env);
  bench_end (&bench);
}
END_TEST

/* ---- long keys ----------------------------------------------------------------------------------- */

#define NAME_MAX_SIZE 700

static void
set_name (struct dcpipe_row *row, size_t same, const char *end, uint64_t part)
{
  char name[NAME_MAX_SIZE];

  memset (name, 'x', same);
  memcpy (name + same, end, strlen (end));
  dcpipe_set_text (row, PEOPLE_NAME, name, same + strlen (end));
  dcpipe_set_u64 (row, PEOPLE_PART, part);
  dcpipe_set_u64 (row, PEOPLE_OFFSET, 0);
  dcpipe_set_u64 (row, PEOPLE_INDEX, 0);
}

static const size_t same[] = { 0,   466, 467, 468, 469, 470, 476, 477, 478,
                               479, 480, 481, 509, 510, 511, 512, 600 };
static const char *const ends[] = { "", "a", "b", "aa", "ab" };

#define SAME (sizeof same / sizeof *same)
#define ENDS (sizeof ends / sizeof *ends)
#define PARTS 3

static size_t
count_of (struct store_handle *store, size_t length, const char *end)
{
  struct dcpipe_row *prefix = make_row (store, PEOPLE);
  struct dcpipe_row *whole = make_row (store, PEOPLE);

  set_name (whole, length, end, 0);
  dcpipe_set_text (prefix, PEOPLE_NAME, dcpipe_get_bytes (whole, PEOPLE_NAME).data,
                   dcpipe_get_bytes (whole, PEOPLE_NAME).size);
  return count_rows (store, prefix);
}

/* Keys around every length that matters, of which many share the bytes that are stored. */
static void
add_names (struct store_handle *store, int operation)
{
  for (size_t i = 0; i < SAME * ENDS * PARTS; i++) {
    size_t at = i * 37 % (SAME * ENDS * PARTS);
    struct dcpipe_row *row = add (store, PEOPLE, operation);

    set_name (row, same[at % SAME], ends[at / SAME % ENDS], at / SAME / ENDS);
    dcpipe_set_u64 (row, PEOPLE_U64, i);
  }
  store_apply (store);
}

START_TEST (keeps_long_keys_whole)
{
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_names (&store, DCPIPE_INSERT);
  for (size_t i = 0; i < store.applied; i++)
    expect_effect (&store, i, 1, 0, 0);
  add_names (&store, DCPIPE_INSERT);
  for (size_t i = 0; i < store.applied; i++)
    expect_effect (&store, i, 0, 0, 0);
  ck_assert_uint_eq (count_table (&store, PEOPLE), SAME * ENDS * PARTS);
  for (size_t i = 0; i < SAME; i++)
    for (size_t j = 0; j < ENDS; j++)
      ck_assert_uint_eq (count_of (&store, same[i], ends[j]), PARTS);
  ck_assert_uint_eq (count_of (&store, 600, "c"), 0);
  ck_assert_uint_eq (count_of (&store, 601, ""), 0);
  store_commit (&store, "1");
  row = add (&store, PEOPLE, DCPIPE_UPDATE);
  set_name (row, 600, "ab", 1);
  dcpipe_set_string (row, PEOPLE_TEXT, "changed");
  row = add (&store, PEOPLE, DCPIPE_UPDATE);
  set_name (row, 600, "ac", 1);
  dcpipe_set_string (row, PEOPLE_TEXT, "absent");
  store_apply (&store);
  expect_effect (&store, 0, 0, 1, 0);
  expect_effect (&store, 1, 0, 0, 0);
  row = make_row (&store, PEOPLE);
  set_name (row, 600, "ab", 1);
  dcpipe_set_string (row, PEOPLE_TEXT, "changed");
  for (size_t i = 0; i < SAME * ENDS * PARTS; i++) {
    size_t at = i * 37 % (SAME * ENDS * PARTS);

    if (same[at % SAME] == 600 && at / SAME % ENDS == 4 && at / SAME / ENDS == 1)
      dcpipe_set_u64 (row, PEOPLE_U64, i);
  }
  expect_row (&store, row);
  set_name (row, 600, "ac", 1);
  expect_absent (&store, row);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

START_TEST (deletes_by_prefixes_of_long_keys)
{
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row, *whole;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_names (&store, DCPIPE_UPSERT);
  whole = make_row (&store, PEOPLE);
  set_name (whole, 600, "a", 0);
  row = add (&store, PEOPLE, DCPIPE_DELETE);
  dcpipe_set_text (row, PEOPLE_NAME, dcpipe_get_bytes (whole, PEOPLE_NAME).data, 601);
  row = add (&store, PEOPLE, DCPIPE_DELETE);
  set_name (row, 600, "b", 2);
  row = add (&store, PEOPLE, DCPIPE_DELETE);
  set_name (row, 600, "b", 7);
  store_apply (&store);
  expect_effect (&store, 0, 0, 0, PARTS);
  expect_effect (&store, 1, 0, 0, 1);
  expect_effect (&store, 2, 0, 0, 0);
  ck_assert_uint_eq (count_of (&store, 600, "a"), 0);
  ck_assert_uint_eq (count_of (&store, 600, "b"), PARTS - 1);
  ck_assert_uint_eq (count_of (&store, 600, "aa"), PARTS);
  ck_assert_uint_eq (count_table (&store, PEOPLE), SAME * ENDS * PARTS - PARTS - 1);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* ---- the map ------------------------------------------------------------------------------------- */

static const char *const small_map[] = { "map_size", "128k", NULL };

static void
add_large (struct store_handle *store, uint64_t from, uint64_t to, size_t size)
{
  static const char bytes[8192];

  for (uint64_t i = from; i < to; i++) {
    struct dcpipe_row *row = add (store, EVENTS, DCPIPE_INSERT);

    dcpipe_set_u64 (row, EVENTS_OFFSET, i);
    dcpipe_set_u64 (row, EVENTS_INDEX, 0);
    dcpipe_set_blob (row, EVENTS_VALUE, bytes, size);
  }
}

/* Applies and commits, as the engine does it when the map grows; how often it began anew. */
static unsigned
store_until_it_fits (struct store_handle *store, uint64_t from, uint64_t to)
{
  for (unsigned again = 0;; again++) {
    int result;

    add_large (store, from, to, 1000);
    result = try_apply (store);
    if (result == DCPIPE_OK)
      result = try_commit (store, "large");
    if (result == DCPIPE_OK)
      return again;
    ck_assert_msg (result == DCPIPE_AGAIN, "%d: %s", result, host_error ());
    ck_assert_uint_lt (again, 20);
    store_rollback (store);
  }
}

struct growing {
  struct store_handle *writer;
  size_t rows;
};

/* In the middle of a scan the writer fills the map several times over. */
static bool
grow_meanwhile (void *context, const struct dcpipe_row *row)
{
  struct growing *growing = context;

  ck_assert_uint_eq (dcpipe_get_u64 (row, EVENTS_OFFSET), growing->rows);
  if (growing->rows % 30 == 10)
    ck_assert_uint_gt (store_until_it_fits (growing->writer, 1000 * (growing->rows + 1),
                                            1000 * (growing->rows + 1) + 1500),
                       0);
  growing->rows++;
  return true;
}

START_TEST (the_map_grows_under_readers)
{
  struct sink_under_test sink = *contract_sink ();
  struct bench bench;
  struct store_handle writer, reader, late;
  struct growing growing = { .writer = &writer };

  sink.settings = small_map;
  bench_begin (&bench, &sink);
  store_open_prepared (&writer, &bench, DCPIPE_WRITE);
  store_until_it_fits (&writer, 0, 50);
  store_open_prepared (&reader, &bench, DCPIPE_READ);
  store_open_prepared (&late, &bench, DCPIPE_READ);
  ck_assert_int_eq (sink_scan (reader.sink, make_row (&reader, EVENTS), grow_meanwhile, &growing), DCPIPE_OK);
  ck_assert_uint_eq (growing.rows, 50);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 50);
  ck_assert_uint_eq (count_table (&late, EVENTS), 50 + 2 * 1500);
  store_end (&late);
  store_rollback (&reader);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 50 + 2 * 1500);
  store_end (&writer);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 50 + 2 * 1500);
  store_end (&reader);
  bench_end (&bench);
}
END_TEST

struct beside {
  const struct bench *bench;
  atomic_bool done;
  size_t snapshots;
};

/* Every snapshot shows whole commits, which are of 200 rows, and never fewer than the one before. */
static void *
read_beside (void *context)
{
  struct beside *beside = context;
  struct store_handle reader;
  size_t before = 0;

  while (!atomic_load (&beside->done)) {
    store_open_prepared (&reader, beside->bench, DCPIPE_READ);
    for (int i = 0; i < 5; i++) {
      size_t rows = count_table (&reader, EVENTS);

      ck_assert_uint_eq (rows % 200, 0);
      ck_assert_uint_ge (rows, before);
      before = rows;
      beside->snapshots++;
      store_rollback (&reader);
    }
    store_end (&reader);
  }
  return NULL;
}

START_TEST (readers_work_beside_the_writer)
{
  struct sink_under_test sink = *contract_sink ();
  struct bench bench;
  struct beside beside = { .bench = &bench };
  struct store_handle writer;
  pthread_t thread;

  sink.settings = small_map;
  bench_begin (&bench, &sink);
  store_open_prepared (&writer, &bench, DCPIPE_WRITE);
  ck_assert_int_eq (pthread_create (&thread, NULL, read_beside, &beside), 0);
  for (uint64_t i = 0; i < 50; i++)
    store_until_it_fits (&writer, 200 * i, 200 * i + 200);
  atomic_store (&beside.done, true);
  ck_assert_int_eq (pthread_join (thread, NULL), 0);
  ck_assert_uint_gt (beside.snapshots, 0);
  ck_assert_uint_eq (count_table (&writer, EVENTS), 50 * 200);
  store_end (&writer);
  bench_end (&bench);
}
END_TEST

/* Runs `body` in a process of its own; the wait status. */
static int
run_apart (void (*body) (const struct bench *), const struct bench *bench)
{
  pid_t child = fork ();
  int status;

  ck_assert_int_ge (child, 0);
  if (child == 0) {
    body (bench);
    _exit (0);
  }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  return status;
}

static void
write_much (const struct bench *bench)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  store_until_it_fits (&store, 1000, 4000);
  store_end (&store);
}

START_TEST (a_reader_follows_a_map_that_another_process_grew)
{
  struct sink_under_test sink = *contract_sink ();
  struct bench bench;
  struct store_handle store, reader;

  sink.settings = small_map;
  bench_begin (&bench, &sink);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  store_until_it_fits (&store, 0, 20);
  store_end (&store);
  store_open_prepared (&reader, &bench, DCPIPE_READ);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 20);
  ck_assert_int_eq (run_apart (write_much, &bench), 0);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 20);
  store_rollback (&reader);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 3020);
  store_end (&reader);
  bench_end (&bench);
}
END_TEST

static void
die_reading (const struct bench *bench)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_READ);
  count_table (&store, EVENTS);
  kill (getpid (), SIGKILL);
}

/* What a reader that died was looking at is used again, so that a store rewritten many times stays small. */
START_TEST (dead_readers_do_not_hold_pages)
{
  struct sink_under_test sink = *contract_sink ();
  struct bench bench;
  struct store_handle writer;
  struct stat status;
  char path[640];

  sink.settings = small_map;
  bench_begin (&bench, &sink);
  store_open_prepared (&writer, &bench, DCPIPE_WRITE);
  store_until_it_fits (&writer, 0, 100);
  ck_assert (WIFSIGNALED (run_apart (die_reading, &bench)));
  for (unsigned round = 0; round < 100; round++) {
    add (&writer, EVENTS, DCPIPE_DELETE);
    store_apply (&writer);
    store_until_it_fits (&writer, 0, 100);
  }
  snprintf (path, sizeof path, "%s/rows.lmdb/data.mdb", bench.directory);
  ck_assert_int_eq (stat (path, &status), 0);
  ck_assert_msg (status.st_size < 4 << 20, "%lld bytes for 100 rows", (long long) status.st_size);
  store_end (&writer);
  bench_end (&bench);
}
END_TEST

/* A reader may be there first, and tables be made while it is. */
START_TEST (readers_find_tables_that_are_made_later)
{
  struct bench bench;
  struct store_handle writer, reader;

  bench_begin (&bench, contract_sink ());
  ck_assert_int_eq (try_open (&writer, &bench, DCPIPE_WRITE), DCPIPE_OK);
  store_open_prepared (&reader, &bench, DCPIPE_READ);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 0);
  ck_assert_int_eq (sink_call_prepare (writer.sink, bench.tables), DCPIPE_OK);
  add_large (&writer, 0, 10, 5);
  store_apply (&writer);
  store_commit (&writer, "1");
  ck_assert_uint_eq (count_table (&reader, EVENTS), 0);
  store_rollback (&reader);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 10);
  store_end (&writer);
  store_open_prepared (&writer, &bench, DCPIPE_WRITE);
  add_large (&writer, 10, 20, 5);
  store_apply (&writer);
  store_commit (&writer, "2");
  store_rollback (&reader);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 20);
  store_end (&writer);
  store_end (&reader);
  bench_end (&bench);
}
END_TEST

/* ---- what is refused ----------------------------------------------------------------------------- */

static void
expect_refusal (const struct bench *bench, int mode, const char *words)
{
  struct store_handle store;

  ck_assert_int_eq (try_open (&store, bench, mode), DCPIPE_FAIL);
  ck_assert_msg (strstr (host_error (), words) != NULL, "'%s' lacks '%s'", host_error (), words);
  store_end (&store);
}

START_TEST (leaves_stores_of_others_alone)
{
  struct bench bench;
  MDB_env *env;

  bench_begin (&bench, contract_sink ());
  env = open_beside (&bench, MDB_CREATE);
  put_beside (env, NULL, text ("mine"), text ("1"));
  mdb_env_close (env);
  expect_refusal (&bench, DCPIPE_WRITE, "another program");
  expect_refusal (&bench, DCPIPE_READ, "another program");
  env = open_beside (&bench, 0);
  expect_stored (env, NULL, text ("mine"), "1", 1);
  put_beside (env, "dcpipe.meta", text ("format"), text ("dcpipe lmdb 9"));
  mdb_env_close (env);
  expect_refusal (&bench, DCPIPE_WRITE, "'dcpipe lmdb 9'");
  expect_refusal (&bench, DCPIPE_READ, "'dcpipe lmdb 9'");
  bench_end (&bench);
}
END_TEST

START_TEST (refuses_what_is_no_store)
{
  struct bench bench;
  char path[640], data[680];
  FILE *file;

  bench_begin (&bench, contract_sink ());
  snprintf (path, sizeof path, "%s/rows.lmdb", bench.directory);
  file = fopen (path, "w");
  ck_assert_ptr_nonnull (file);
  fclose (file);
  expect_refusal (&bench, DCPIPE_WRITE, "no directory");
  expect_refusal (&bench, DCPIPE_READ, "no directory");
  ck_assert_int_eq (remove (path), 0);
  ck_assert_int_eq (mkdir (path, 0777), 0);
  snprintf (data, sizeof data, "%s/data.mdb", path);
  file = fopen (data, "w");
  ck_assert_ptr_nonnull (file);
  for (int i = 0; i < 1000; i++)
    fputs ("this is a letter, ", file);
  fclose (file);
  expect_refusal (&bench, DCPIPE_WRITE, "not an LMDB file");
  expect_refusal (&bench, DCPIPE_READ, "not an LMDB file");
  bench_end (&bench);
}
END_TEST

/* Values that dcpipe never writes: each is refused by its words, and none is read beyond its end. */
START_TEST (names_values_that_something_else_stored)
{
  static const struct {
    uint8_t bytes[24];
    size_t size;
    const char *words;
  } values[] = {
    { { 0 }, 0, "not of its form" },
    { { 0x83, 0x01, 0x02, 0x03 }, 4, "not of its form" },
    { { 0x9f, 0xff }, 2, "not of its form" },
    { { 0x85, 0x01, 0x00, 0x61 }, 4, "column label of table events" },
    { { 0x85, 0x01, 0x00, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
      12,
      "column label of table events" },
    { { 0x85, 0x01, 0x00, 0x61, 'a', 0x61, 'b', 0xf6 }, 8, "column value of table events" },
    { { 0x85, 0x01, 0x00, 0x61, 'a', 0xf9, 0x00, 0x16, 0xf6 }, 9, "column value of table events" },
    { { 0x85, 0xf6, 0x00, 0x61, 'a', 0xf6, 0xf6 }, 7, "column block_offset of table events" },
    { { 0x85, 0x20, 0x00, 0x61, 'a', 0xf6, 0xf6 }, 7, "column block_offset of table events" },
    { { 0x85, 0x01, 0x00, 0x61, 'a', 0xf6 }, 6, "column at of table events" },
  };
  struct bench bench;
  struct store_handle store;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  store_end (&store);
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    static const uint8_t key[16] = { [7] = 1 };
    MDB_env *env = open_beside (&bench, 0);
    struct dcpipe_row *row, *got;

    put_beside (env, "events", (MDB_val){ sizeof key, (void *) (uintptr_t) key },
                (MDB_val){ values[i].size, (void *) (uintptr_t) values[i].bytes });
    mdb_env_close (env);
    store_open_prepared (&store, &bench, DCPIPE_READ);
    row = make_row (&store, EVENTS);
    dcpipe_set_u64 (row, EVENTS_OFFSET, 1);
    dcpipe_set_u64 (row, EVENTS_INDEX, 0);
    ck_assert_int_eq (sink_get (store.sink, row, &got), DCPIPE_FAIL);
    ck_assert_msg (strstr (host_error (), values[i].words) != NULL, "value %zu: '%s'", i, host_error ());
    store_end (&store);
  }
  bench_end (&bench);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { stores_values_as_documented,
                                 keeps_long_keys_whole,
                                 deletes_by_prefixes_of_long_keys,
                                 the_map_grows_under_readers,
                                 readers_work_beside_the_writer,
                                 a_reader_follows_a_map_that_another_process_grew,
                                 dead_readers_do_not_hold_pages,
                                 readers_find_tables_that_are_made_later,
                                 leaves_stores_of_others_alone,
                                 refuses_what_is_no_store,
                                 names_values_that_something_else_stored };
  struct sink_under_test sink = { .plugin = contract_plugin (), .path = "rows.lmdb" };

  return contract_run ("lmdb", &sink, tests, sizeof tests / sizeof *tests);
}
