/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract.h"
#include "data/row-merge.h"
#include "drivers/store.h"
#include "host.h"
#include "sink/sink-calls.h"

/* ---- files --------------------------------------------------------------------------------------- */

static const char *
path_of (const struct bench *bench, const char *name)
{
  static char path[640];

  snprintf (path, sizeof path, "%s/rows%s%s", bench->directory, name[0] ? "/" : "", name);
  return path;
}

/* The file's bytes with a 0 behind them; NULL if there is no such file. To be freed. */
static char *
slurp (const struct bench *bench, const char *name, size_t *size)
{
  FILE *file = fopen (path_of (bench, name), "r");
  struct stat status;
  char *text;

  if (file == NULL)
    return NULL;
  ck_assert_int_eq (fstat (fileno (file), &status), 0);
  text = malloc ((size_t) status.st_size + 1);
  ck_assert_ptr_nonnull (text);
  *size = fread (text, 1, (size_t) status.st_size, file);
  ck_assert_uint_eq (*size, (size_t) status.st_size);
  text[*size] = '\0';
  fclose (file);
  return text;
}

static void
spill (const struct bench *bench, const char *name, const void *data, size_t size)
{
  FILE *file = fopen (path_of (bench, name), "w");

  ck_assert_ptr_nonnull (file);
  ck_assert_uint_eq (fwrite (data, 1, size, file), size);
  ck_assert_int_eq (fclose (file), 0);
}

static void
expect_file (const struct bench *bench, const char *name, const char *expected)
{
  size_t size = 0;
  char *text = slurp (bench, name, &size);

  ck_assert_ptr_nonnull (text);
  ck_assert_str_eq (text, expected);
  ck_assert_uint_eq (size, strlen (expected));
  free (text);
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static void
add_event (struct store_handle *store, uint64_t offset, const char *label)
{
  struct dcpipe_row *row = add (store, EVENTS, DCPIPE_INSERT);

  dcpipe_set_u64 (row, EVENTS_OFFSET, offset);
  dcpipe_set_u64 (row, EVENTS_INDEX, 0);
  dcpipe_set_string (row, EVENTS_LABEL, label);
}

static void
set_person (struct dcpipe_row *row, const char *name, uint64_t part, uint64_t created)
{
  dcpipe_set_text (row, PEOPLE_NAME, name, strlen (name));
  dcpipe_set_u64 (row, PEOPLE_PART, part);
  dcpipe_set_time (row, PEOPLE_CREATED, created);
  dcpipe_set_u64 (row, PEOPLE_OFFSET, 0);
  dcpipe_set_u64 (row, PEOPLE_INDEX, 0);
}

/* Opens the store, adds events 0, 1 and 2 in a commit each if they are not there, and ends. */
static void
fill_events (const struct bench *bench)
{
  struct store_handle store;

  store_open_prepared (&store, bench, DCPIPE_WRITE);
  for (uint64_t i = 0; i < 3; i++) {
    add_event (&store, i, "kept");
    store_apply (&store);
    store_commit (&store, "{}");
  }
  store_end (&store);
}

/* ---- lines --------------------------------------------------------------------------------------- */

START_TEST (writes_lines_as_documented)
{
  static const char json[] = "{\"a\":[1,null]}", text[] = "q\" b\\ n\n \x01\0 \xc3\xa9";
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  row = add (&store, PEOPLE, DCPIPE_INSERT);
  set_person (row, "a", UINT64_MAX, 1706745599123456789);
  dcpipe_set_bool (row, PEOPLE_BOOL, true);
  dcpipe_set_i64 (row, PEOPLE_I64, INT64_MIN);
  dcpipe_set_u64 (row, PEOPLE_U64, 0);
  dcpipe_set_text (row, PEOPLE_TEXT, text, sizeof text - 1);
  dcpipe_set_blob (row, PEOPLE_BLOB, "\x00\xff", 2);
  dcpipe_set_decimal (row, PEOPLE_DECIMAL, "-340282366920938463463374607431768211456.50", 43);
  dcpipe_set_json (row, PEOPLE_JSON, json, sizeof json - 1);
  row = add (&store, PEOPLE, DCPIPE_UPDATE);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  dcpipe_set_u64 (row, PEOPLE_PART, UINT64_MAX);
  dcpipe_set_bool (row, PEOPLE_BOOL, false);
  row = add (&store, PEOPLE, DCPIPE_DELETE);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  add (&store, PEOPLE, DCPIPE_DELETE); /* of nothing: leaves no line */
  row = add (&store, PLAIN, DCPIPE_UPSERT);
  dcpipe_set_u64 (row, PLAIN_ID, 1);
  dcpipe_set_u64 (row, PLAIN_OFFSET, 2);
  dcpipe_set_u64 (row, PLAIN_INDEX, 3);
  store_apply (&store);
  store_commit (&store, "{}");
  store_end (&store);
  expect_file (&bench, "people.jsonl",
               "{\"name\":\"a\",\"part\":18446744073709551615,\"flag\":true,\"signed\":-9223372036854775808,"
               "\"number\":0,"
               "\"words\":\"q\\\" b\\\\ n\\n \\u0001\\u0000 \xc3\xa9\",\"data\":\"00ff\",\"at\":null,"
               "\"amount\":\"-340282366920938463463374607431768211456.50\",\"extra\":{\"a\":[1,null]},"
               "\"created_at\":\"2024-01-31T23:59:59.123Z\",\"block_offset\":0,\"entry_index\":0}\n"
               "{\"_op\":\"update\",\"name\":\"a\",\"part\":18446744073709551615,\"flag\":false}\n"
               "{\"_op\":\"delete\",\"name\":\"a\"}\n");
  expect_file (&bench, "plain.jsonl",
               "{\"_op\":\"upsert\",\"id\":1,\"words\":null,\"block_offset\":2,\"entry_index\":3}\n");
  bench_end (&bench);
}
END_TEST

/* JSON that is null is a value, and stays apart from no value. */
START_TEST (tells_json_null_from_null)
{
  static const char *const texts[] = {
    "null", NULL, "[null]", "\"\\u0000\\n\"", "-0.5e+10", "{ \"a\" : [ ] }"
  };
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  for (int read = 0; read < 2; read++) {
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
      row = read ? make_row (&store, PEOPLE) : add (&store, PEOPLE, DCPIPE_UPSERT);
      set_person (row, "json", i, 1000000);
      if (texts[i] != NULL)
        dcpipe_set_json (row, PEOPLE_JSON, texts[i], strlen (texts[i]));
      if (read)
        expect_row (&store, row);
    }
    if (!read)
      store_apply (&store);
  }
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* ---- kills --------------------------------------------------------------------------------------- */

/* Whatever a kill left behind the committed length, and wherever it cut it, goes at the next start, and no
 * reader sees it before. */
START_TEST (cuts_off_every_uncommitted_tail)
{
  struct bench bench;
  struct store_handle store;
  size_t whole, committed;
  char *text;

  bench_begin (&bench, contract_sink ());
  fill_events (&bench);
  text = slurp (&bench, "events.jsonl", &whole);
  committed = whole;
  text = realloc (text, 2 * whole);
  ck_assert_ptr_nonnull (text);
  memcpy (text + whole, text, whole / 3);
  whole += whole / 3;
  for (size_t size = committed; size <= whole; size++) {
    size_t left;
    char *after;

    spill (&bench, "events.jsonl", text, size);
    store_open_prepared (&store, &bench, DCPIPE_READ);
    ck_assert_uint_eq (count_table (&store, EVENTS), 3);
    store_end (&store);
    store_open_prepared (&store, &bench, DCPIPE_WRITE);
    ck_assert_uint_eq (count_table (&store, EVENTS), 3);
    store_end (&store);
    after = slurp (&bench, "events.jsonl", &left);
    ck_assert_uint_eq (left, committed);
    ck_assert_mem_eq (after, text, committed);
    free (after);
  }
  free (text);
  bench_end (&bench);
}
END_TEST

/* Killed after the files were synced and before the checkpoint was renamed: the files are the new ones, the
 * checkpoint the old one, and the new one lies beside it. */
START_TEST (a_checkpoint_that_was_not_renamed_does_not_count)
{
  struct bench bench;
  struct store_handle store;
  size_t old_size, new_size;
  char *old, *new;

  bench_begin (&bench, contract_sink ());
  fill_events (&bench);
  old = slurp (&bench, "checkpoint.json", &old_size);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_event (&store, 3, "lost");
  store_apply (&store);
  store_commit (&store, "{\"new\":1}");
  store_end (&store);
  new = slurp (&bench, "checkpoint.json", &new_size);
  spill (&bench, "checkpoint.json", old, old_size);
  spill (&bench, "checkpoint.json.new", new, new_size);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  expect_checkpoint (&store, "{}");
  ck_assert_uint_eq (count_table (&store, EVENTS), 3);
  add_event (&store, 3, "found");
  store_apply (&store);
  expect_effect (&store, 0, 1, 0, 0);
  store_end (&store);
  ck_assert_int_ne (access (path_of (&bench, "checkpoint.json.new"), F_OK), 0);
  free (old);
  free (new);
  bench_end (&bench);
}
END_TEST

START_TEST (removes_files_of_tables_that_were_never_committed)
{
  struct bench bench;
  struct store_handle store;

  bench_begin (&bench, contract_sink ());
  fill_events (&bench);
  spill (&bench, "strangers.jsonl", "{\"x\":1}\n", 8);
  spill (&bench, "Notes.txt", "mine", 4);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  store_end (&store);
  ck_assert_int_ne (access (path_of (&bench, "strangers.jsonl"), F_OK), 0);
  ck_assert_int_eq (access (path_of (&bench, "Notes.txt"), F_OK), 0);
  ck_assert_int_eq (access (path_of (&bench, "events.jsonl"), F_OK), 0);
  bench_end (&bench);
}
END_TEST

/* ---- what is not ours, or not whole -------------------------------------------------------------- */

static void
expect_refusal (const struct bench *bench, int mode, const char *words)
{
  struct store_handle store;

  ck_assert_int_eq (try_open (&store, bench, mode), DCPIPE_FAIL);
  ck_assert_msg (strstr (host_error (), words) != NULL, "'%s' does not say '%s'", host_error (), words);
  ck_assert_ptr_nonnull (strstr (host_error (), bench->directory));
  store_end (&store);
}

START_TEST (leaves_directories_of_others_alone)
{
  struct bench bench;

  bench_begin (&bench, contract_sink ());
  ck_assert_int_eq (mkdir (path_of (&bench, ""), 0700), 0);
  spill (&bench, "customers.jsonl", "{}\n", 3);
  expect_refusal (
      &bench, DCPIPE_WRITE,
      "holds customers.jsonl but no checkpoint.json: if it is a store that lost this file, restore");
  expect_file (&bench, "customers.jsonl", "{}\n");
  bench_end (&bench);
}
END_TEST

START_TEST (says_what_is_wrong_with_the_directory)
{
  struct bench bench;
  FILE *file;

  bench_begin (&bench, contract_sink ());
  file = fopen (path_of (&bench, ""), "w");
  ck_assert_ptr_nonnull (file);
  fclose (file);
  expect_refusal (&bench, DCPIPE_WRITE, "Not a directory");
  expect_refusal (&bench, DCPIPE_READ, "Not a directory");
  ck_assert_int_eq (unlink (path_of (&bench, "")), 0);
  fill_events (&bench);
  if (geteuid () != 0) {
    ck_assert_int_eq (chmod (path_of (&bench, ""), 0500), 0);
    expect_refusal (&bench, DCPIPE_WRITE, "Permission denied");
    ck_assert_int_eq (chmod (path_of (&bench, ""), 0700), 0);
  }
  spill (&bench, "checkpoint.json", "{\"dcpipe_jsonl\":1", 17);
  expect_refusal (&bench, DCPIPE_WRITE, "checkpoint.json:1");
  expect_refusal (&bench, DCPIPE_WRITE, "or remove it to import anew");
  spill (&bench, "checkpoint.json", "{\"dcpipe_jsonl\":2}", 18);
  expect_refusal (&bench, DCPIPE_WRITE, "format 1");
  bench_end (&bench);
}
END_TEST

START_TEST (names_files_that_were_cut_or_changed)
{
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *key, *got;
  size_t size;
  char *text;

  bench_begin (&bench, contract_sink ());
  fill_events (&bench);
  text = slurp (&bench, "events.jsonl", &size);
  spill (&bench, "events.jsonl", text, size - 1);
  expect_refusal (&bench, DCPIPE_WRITE, "cut short");
  text[2] = 'B';
  spill (&bench, "events.jsonl", text, size);
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  key = make_row (&store, EVENTS);
  dcpipe_set_u64 (key, EVENTS_OFFSET, 1);
  dcpipe_set_u64 (key, EVENTS_INDEX, 0);
  ck_assert_int_eq (sink_get (store.sink, key, &got), DCPIPE_FAIL);
  ck_assert_ptr_nonnull (strstr (host_error (), "events.jsonl: the line at byte 0"));
  store_end (&store);
  free (text);
  bench_end (&bench);
}
END_TEST

/* ---- folding ------------------------------------------------------------------------------------- */

struct copies {
  struct dcpipe_row *rows[512];
  size_t count;
};

static bool
copy_row (void *context, const struct dcpipe_row *row)
{
  struct copies *copies = context;

  ck_assert_uint_lt (copies->count, 512);
  copies->rows[copies->count] = row_copy (row);
  ck_assert_ptr_nonnull (copies->rows[copies->count++]);
  return true;
}

static void
scan_all (struct store_handle *store, struct copies *copies, const struct dcpipe_row *prefix)
{
  copies->count = 0;
  ck_assert_msg (sink_scan (store->sink, prefix, copy_row, copies) == DCPIPE_OK, "%s", host_error ());
}

static void
expect_same (const struct copies *a, const struct copies *b)
{
  size_t column;

  ck_assert_uint_eq (a->count, b->count);
  for (size_t i = 0; i < a->count; i++)
    ck_assert_msg (row_equal (a->rows[i], b->rows[i], &column), "row %zu differs in column %zu", i, column);
}

static void
forget (struct copies *copies)
{
  while (copies->count > 0)
    free (copies->rows[--copies->count]);
}

/* The same rows, read from the file and through the index. */
START_TEST (streamed_and_indexed_scans_are_equal)
{
  struct bench bench;
  struct store_handle store;
  struct copies streamed = { .count = 0 }, indexed = { .count = 0 };

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  for (uint64_t i = 0; i < 300; i++)
    add_event (&store, 2 * i, i % 3 ? "label" : "with \" and \n");
  store_apply (&store);
  store_commit (&store, "{}");
  for (uint64_t wanted = 0; wanted < 4; wanted++) {
    struct dcpipe_row *prefix = make_row (&store, EVENTS), *key = make_row (&store, EVENTS), *got;
    struct store_handle reader;

    dcpipe_set_u64 (key, EVENTS_OFFSET, 598);
    dcpipe_set_u64 (key, EVENTS_INDEX, 0);
    if (wanted > 0)
      dcpipe_set_u64 (prefix, EVENTS_OFFSET, 298 + wanted);
    store_open_prepared (&reader, &bench, DCPIPE_READ);
    scan_all (&reader, &streamed, prefix);
    ck_assert_uint_eq (streamed.count, wanted == 0 ? 300 : wanted % 2 == 0);
    ck_assert_int_eq (sink_get (reader.sink, key, &got), DCPIPE_OK);
    free (got);
    scan_all (&reader, &indexed, prefix);
    expect_same (&streamed, &indexed);
    forget (&streamed);
    forget (&indexed);
    store_end (&reader);
  }
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* Rows that come out of order, and twice, fold in a table that nobody counts without having been looked up.
 */
START_TEST (inserts_out_of_order_fold_to_the_first)
{
  struct bench bench;
  struct store_handle store;
  struct dcpipe_row *row;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  add_event (&store, 7, "first");
  add_event (&store, 3, "first");
  add_event (&store, 7, "second");
  store_apply (&store);
  store_commit (&store, "{}");
  store_end (&store);
  store_open_prepared (&store, &bench, DCPIPE_READ);
  ck_assert_uint_eq (count_table (&store, EVENTS), 2);
  row = make_row (&store, EVENTS);
  dcpipe_set_u64 (row, EVENTS_OFFSET, 7);
  dcpipe_set_u64 (row, EVENTS_INDEX, 0);
  dcpipe_set_string (row, EVENTS_LABEL, "first");
  expect_row (&store, row);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

static uint64_t
next_random (uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* One random operation; most meet rows that are there. */
static void
add_random (struct store_handle *store, uint64_t *state)
{
  static const char *const names[] = { "", "a", "ab", "b" };
  uint64_t random = next_random (state);
  int operation = (int) (random % 16);
  struct dcpipe_row *row;

  operation = operation < 4    ? DCPIPE_INSERT
              : operation < 10 ? DCPIPE_UPSERT
              : operation < 15 ? DCPIPE_UPDATE
                               : DCPIPE_DELETE;
  row = add (store, PEOPLE, operation);
  dcpipe_set_string (row, PEOPLE_NAME, names[random >> 8 & 3]);
  if (operation == DCPIPE_DELETE && (random >> 10 & 1))
    return;
  dcpipe_set_u64 (row, PEOPLE_PART, (random >> 16 & 7) == 7 ? UINT64_MAX : random >> 16 & 7);
  if (operation == DCPIPE_DELETE)
    return;
  if (operation != DCPIPE_UPDATE) {
    dcpipe_set_time (row, PEOPLE_CREATED, (random >> 20) % 1000000 * 1000000);
    dcpipe_set_u64 (row, PEOPLE_OFFSET, 1);
    dcpipe_set_u64 (row, PEOPLE_INDEX, 1);
  }
  if (random >> 24 & 1)
    dcpipe_set_u64 (row, PEOPLE_U64, next_random (state));
  if (random >> 25 & 1)
    dcpipe_set_string (row, PEOPLE_TEXT, "changed");
  if (random >> 26 & 1)
    dcpipe_set_null (row, PEOPLE_I64);
  if (random >> 27 & 1)
    dcpipe_set_bool (row, PEOPLE_BOOL, random >> 28 & 1);
}

/* The index that applies keep up, the one made after a rollback, the one that a reader carries from
 * snapshot to snapshot, and one made afresh all give the same rows. */
START_TEST (indexes_agree_however_they_came_about)
{
  struct bench bench;
  struct store_handle store, reader, fresh;
  struct copies kept = { .count = 0 }, carried = { .count = 0 }, made = { .count = 0 };
  uint64_t state = 88172645463325252u;

  bench_begin (&bench, contract_sink ());
  store_open_prepared (&store, &bench, DCPIPE_WRITE);
  store_commit (&store, "{}");
  store_open_prepared (&reader, &bench, DCPIPE_READ);
  for (unsigned round = 0; round < 60; round++) {
    for (unsigned i = 0; i < 30; i++)
      add_random (&store, &state);
    store_apply (&store);
    scan_all (&store, &kept, make_row (&store, PEOPLE));
    if (round % 4 == 3) {
      store_rollback (&store);
      forget (&kept);
      scan_all (&store, &kept, make_row (&store, PEOPLE));
    } else
      store_commit (&store, "{}");
    store_rollback (&reader);
    scan_all (&reader, &carried, make_row (&reader, PEOPLE));
    store_open_prepared (&fresh, &bench, DCPIPE_READ);
    scan_all (&fresh, &made, make_row (&fresh, PEOPLE));
    expect_same (&kept, &carried);
    expect_same (&kept, &made);
    forget (&kept);
    forget (&carried);
    forget (&made);
    store_end (&fresh);
  }
  store_end (&reader);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

/* A reader's snapshot outlives the reset and the refilling of the table. */
START_TEST (a_snapshot_outlives_a_reset)
{
  struct bench bench;
  struct store_handle store, reader;

  bench_begin (&bench, contract_sink ());
  fill_events (&bench);
  store_open_prepared (&reader, &bench, DCPIPE_READ);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 3);
  ck_assert_int_eq (try_open (&store, &bench, DCPIPE_WRITE), DCPIPE_OK);
  ck_assert_int_eq (sink_call_reset (store.sink, "events"), DCPIPE_OK);
  ck_assert_int_eq (access (path_of (&bench, "events.jsonl"), F_OK), 0);
  store_commit (&store, "{\"reset\":1}");
  ck_assert_int_ne (access (path_of (&bench, "events.jsonl"), F_OK), 0);
  ck_assert_int_eq (sink_call_prepare (store.sink, bench.tables), DCPIPE_OK);
  add_event (&store, 9, "new");
  store_apply (&store);
  store_commit (&store, "{\"refilled\":1}");
  ck_assert_uint_eq (count_table (&reader, EVENTS), 3);
  store_rollback (&reader);
  ck_assert_uint_eq (count_table (&reader, EVENTS), 1);
  expect_checkpoint (&reader, "{\"refilled\":1}");
  store_end (&reader);
  store_end (&store);
  bench_end (&bench);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { writes_lines_as_documented,
                                 tells_json_null_from_null,
                                 cuts_off_every_uncommitted_tail,
                                 a_checkpoint_that_was_not_renamed_does_not_count,
                                 removes_files_of_tables_that_were_never_committed,
                                 leaves_directories_of_others_alone,
                                 says_what_is_wrong_with_the_directory,
                                 names_files_that_were_cut_or_changed,
                                 streamed_and_indexed_scans_are_equal,
                                 inserts_out_of_order_fold_to_the_first,
                                 indexes_agree_however_they_came_about,
                                 a_snapshot_outlives_a_reset };
  struct sink_under_test sink = { .plugin = contract_plugin (), .path = "rows" };

  return contract_run ("jsonl", &sink, tests, sizeof tests / sizeof *tests);
}
