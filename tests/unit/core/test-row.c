/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, merging, what becomes of rows that may not be, and digests. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/row-emit.h"
#include "data/row-key.h"
#include "data/row-merge.h"
#include "setup/tables.h"
#include "support/run.h"
#include "unit/core/tables.h"

/* ---- keys ---------------------------------------------------------------------------------------- */

struct key {
  bool b;
  int64_t i;
  uint8_t text[6], blob[6];
  size_t text_size, blob_size;
  uint64_t u, time;
};

static size_t
random_bytes (uint64_t *state, uint8_t *bytes)
{
  static const uint8_t choice[] = { 0, 0, 1, 'a', 0x7f };
  size_t size = random_below (state, 7);

  for (size_t i = 0; i < size; i++)
    bytes[i] = choice[random_below (state, 5)];
  return size;
}

static void
random_key (uint64_t *state, struct key *key)
{
  static const int64_t numbers[] = { INT64_MIN, INT64_MIN + 1, -256, -1, 0, 1, 255, 256, INT64_MAX };
  static const uint64_t more[] = { 0, 1, 255, 256, INT64_MAX, (uint64_t) INT64_MAX + 1, UINT64_MAX };

  key->b = random_below (state, 2);
  key->i = numbers[random_below (state, 9)];
  key->text_size = random_bytes (state, key->text);
  key->blob_size = random_bytes (state, key->blob);
  key->u = more[random_below (state, 7)];
  key->time = random_below (state, 3) * 1000000;
}

static int
compare_bytes (const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
  int order = memcmp (a, b, a_size < b_size ? a_size : b_size);

  return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

#define COMPARE(a, b) ((a) > (b)) - ((a) < (b))

/* The order that the columns' values have, first bool, then i64, text, blob, u64, time. */
static int
compare_keys (const struct key *a, const struct key *b)
{
  int order = COMPARE (a->b, b->b);

  if (order == 0)
    order = COMPARE (a->i, b->i);
  if (order == 0)
    order = compare_bytes (a->text, a->text_size, b->text, b->text_size);
  if (order == 0)
    order = compare_bytes (a->blob, a->blob_size, b->blob, b->blob_size);
  if (order == 0)
    order = COMPARE (a->u, b->u);
  if (order == 0)
    order = COMPARE (a->time, b->time);
  return order;
}

static void
set_key (struct dcpipe_row *row, const struct key *key)
{
  dcpipe_set_bool (row, KEYS_BOOL, key->b);
  dcpipe_set_i64 (row, KEYS_I64, key->i);
  dcpipe_set_text (row, KEYS_TEXT, key->text, key->text_size);
  dcpipe_set_blob (row, KEYS_BLOB, key->blob, key->blob_size);
  dcpipe_set_u64 (row, KEYS_U64, key->u);
  dcpipe_set_time (row, KEYS_TIME, key->time);
}

static int
sign (int number)
{
  return COMPARE (number, 0);
}

START_TEST (keys_sort_as_their_values)
{
  struct dcpipe_tables *tables = test_tables ();
  uint64_t state = 4711;

  for (int i = 0; i < 20000; i++) {
    struct emitter emitter;
    struct key keys[2];
    uint8_t bytes[2][128];
    size_t sizes[2];

    emitter_begin (&emitter, tables);
    for (int j = 0; j < 2; j++) {
      struct dcpipe_row *row = row_make (&emitter.rows, &tables->items[KEYS], DCPIPE_INSERT);

      random_key (&state, &keys[j]);
      /* Equal beginnings, so that later columns count. */
      if (j == 1 && random_below (&state, 2)) {
        keys[1].b = keys[0].b;
        keys[1].i = keys[0].i;
      }
      set_key (row, &keys[j]);
      sizes[j] = dcpipe_row_key (row, bytes[j], sizeof bytes[j]);
      ck_assert_uint_le (sizes[j], sizeof bytes[j]);
    }
    ck_assert_int_eq (sign (compare_bytes (bytes[0], sizes[0], bytes[1], sizes[1])),
                      sign (compare_keys (&keys[0], &keys[1])));
    emitter_end (&emitter);
  }
  tables_free (tables);
}
END_TEST

START_TEST (keys_read_back)
{
  struct dcpipe_tables *tables = test_tables ();
  uint64_t state = 99;

  for (int i = 0; i < 5000; i++) {
    struct emitter emitter;
    struct dcpipe_row *row, *again;
    struct key key;
    uint8_t bytes[128], bytes_again[128];
    size_t size, column;

    emitter_begin (&emitter, tables);
    row = row_make (&emitter.rows, &tables->items[KEYS], DCPIPE_INSERT);
    again = row_make (&emitter.rows, &tables->items[KEYS], DCPIPE_INSERT);
    random_key (&state, &key);
    set_key (row, &key);
    size = dcpipe_row_key (row, bytes, sizeof bytes);
    row_key_parse (again, bytes, size);
    ck_assert (row_equal (row, again, &column));
    ck_assert_uint_eq (dcpipe_row_key (again, bytes_again, sizeof bytes_again), size);
    ck_assert_mem_eq (bytes, bytes_again, size);
    /* Nothing is written beyond the capacity, and the size is told all the same. */
    memset (bytes_again, 0xee, sizeof bytes_again);
    ck_assert_uint_eq (dcpipe_row_key (row, bytes_again, size / 2), size);
    ck_assert_mem_eq (bytes, bytes_again, size / 2);
    ck_assert_uint_eq (bytes_again[size / 2], 0xee);
    emitter_end (&emitter);
  }
  tables_free (tables);
}
END_TEST

START_TEST (key_prefixes_are_whole_columns)
{
  struct dcpipe_tables *tables = test_tables ();
  struct emitter emitter;
  struct dcpipe_row *a, *b;
  uint8_t x[64], y[64];

  emitter_begin (&emitter, tables);
  a = row_make (&emitter.rows, &tables->items[PEOPLE], DCPIPE_INSERT);
  b = row_make (&emitter.rows, &tables->items[PEOPLE], DCPIPE_INSERT);
  ck_assert_uint_eq (dcpipe_row_key (a, x, sizeof x), 0);
  dcpipe_set_text (a, PEOPLE_NAME, "a", 1);
  dcpipe_set_text (b, PEOPLE_NAME, "a\0", 2);
  ck_assert_uint_eq (dcpipe_row_key (a, x, sizeof x), 3);
  ck_assert_uint_eq (dcpipe_row_key (b, y, sizeof y), 5);
  ck_assert_mem_ne (x, y, 3);
  emitter_end (&emitter);
  tables_free (tables);
}
END_TEST

/* ---- what may not be ----------------------------------------------------------------------------- */

static void
expect_failed_entry (const struct emitter *emitter, size_t at, const char *reason)
{
  const struct dcpipe_row *row = emitter->list.items[at];
  struct dcpipe_bytes text = dcpipe_get_bytes (row, FAILED_REASON);

  ck_assert_uint_eq (row->table->number, CORE_FAILED_ENTRIES);
  ck_assert_msg (text.size == strlen (reason) && memcmp (text.data, reason, text.size) == 0,
                 "the reason is %.*s", (int) text.size, (const char *) text.data);
}

START_TEST (rows_of_unreadable_entries_are_dropped_with_their_note)
{
  struct dcpipe_tables *tables = test_tables ();
  struct emitter emitter;
  struct dcpipe_row *row;
  struct dcpipe_entry other;

  emitter_begin (&emitter, tables);
  other = emitter.entry;
  row = emit (&emitter, PEOPLE, DCPIPE_UPSERT);
  dcpipe_set_string (row, PEOPLE_NAME, "good");
  dcpipe_set_i64 (row, PEOPLE_PART, 1);
  ck_assert_ptr_nonnull (dcpipe_rows_note (&emitter.rows, 8));
  ck_assert (rows_finish (&emitter.rows, 0));
  ck_assert_uint_eq (emitter.list.count, 1);

  emitter.rows.entry = &other;
  other.index = 1;
  for (int i = 0; i < 3; i++) {
    row = emit (&emitter, PEOPLE, DCPIPE_UPSERT);
    dcpipe_set_text (row, PEOPLE_NAME, i == 1 ? "\xff" : "x", 1);
    dcpipe_set_i64 (row, PEOPLE_PART, 1);
  }
  ck_assert_ptr_nonnull (dcpipe_rows_note (&emitter.rows, 8));
  ck_assert (rows_finish (&emitter.rows, 1));
  ck_assert_uint_eq (emitter.list.count, 2);
  ck_assert_uint_eq (emitter.list.notes_count, 1);
  expect_failed_entry (&emitter, 1, "name is not valid UTF-8");
  /* The next entry is none the worse for it. */
  row = emit (&emitter, THINGS, DCPIPE_UPSERT);
  dcpipe_set_blob (row, THINGS_ID, "\xff", 1);
  dcpipe_set_u64 (row, THINGS_SUB, 1);
  ck_assert (rows_finish (&emitter.rows, 2));
  ck_assert_uint_eq (emitter.list.count, 3);
  emitter_end (&emitter);
  tables_free (tables);
}
END_TEST

/* A THINGS key of `size` bytes of `byte`, of which 10 go for its end and `sub`. */
static bool
key_is_taken (struct dcpipe_tables *tables, size_t table, size_t size, int byte)
{
  struct emitter emitter;
  struct dcpipe_row *row;
  uint8_t bytes[1024];
  bool taken;

  ck_assert_uint_le (size, sizeof bytes);
  memset (bytes, byte, sizeof bytes);
  emitter_begin (&emitter, tables);
  row = emit (&emitter, table, DCPIPE_UPSERT);
  dcpipe_set_blob (row, 0, bytes, size);
  if (table == THINGS)
    dcpipe_set_u64 (row, THINGS_SUB, 1);
  ck_assert (rows_finish (&emitter.rows, 0));
  taken = emitter.list.items[0]->table->number == table;
  if (!taken)
    expect_failed_entry (&emitter, 0, "its key in the table things is longer than 480 bytes");
  emitter_end (&emitter);
  return taken;
}

START_TEST (long_keys_fail_the_entry)
{
  struct dcpipe_tables *tables = test_tables ();

  ck_assert (key_is_taken (tables, THINGS, 470, 'a'));
  ck_assert (!key_is_taken (tables, THINGS, 471, 'a'));
  ck_assert (key_is_taken (tables, THINGS, 235, 0));
  ck_assert (!key_is_taken (tables, THINGS, 236, 0));
  ck_assert (key_is_taken (tables, LONG, 1024, 0));
  tables_free (tables);
}
END_TEST

/* What the plugin did is its mistake, and these words are in what is said of it. */
static void
expect_mistake (void (*make) (struct emitter *emitter), const char *words)
{
  struct dcpipe_tables *tables = test_tables ();
  struct emitter emitter;

  emitter_begin (&emitter, tables);
  make (&emitter);
  ck_assert_msg (!rows_finish (&emitter.rows, 0), "it is accepted: %s", words);
  ck_assert_msg (strstr (failure (), words) != NULL, "'%s' does not say '%s'", failure (), words);
  emitter_end (&emitter);
  tables_free (tables);
}

static void
leave_key_out (struct emitter *emitter)
{
  dcpipe_set_string (emit (emitter, PEOPLE, DCPIPE_UPSERT), PEOPLE_NAME, "x");
}

static void
leave_key_out_of_update (struct emitter *emitter)
{
  dcpipe_set_i64 (emit (emitter, PEOPLE, DCPIPE_UPDATE), PEOPLE_PART, 1);
}

static void
delete_by_second (struct emitter *emitter)
{
  dcpipe_set_i64 (emit (emitter, PEOPLE, DCPIPE_DELETE), PEOPLE_PART, 1);
}

static void
set_key_null (struct emitter *emitter)
{
  dcpipe_set_string (emit (emitter, PEOPLE, DCPIPE_INSERT), PEOPLE_NAME, NULL);
}

static void
set_wrong_type (struct emitter *emitter)
{
  dcpipe_set_u64 (emit (emitter, PEOPLE, DCPIPE_INSERT), PEOPLE_PART, 1);
}

static void
set_filled (struct emitter *emitter)
{
  dcpipe_set_u64 (emit (emitter, PEOPLE, DCPIPE_INSERT), PEOPLE_OFFSET, 1);
}

static void
set_beyond (struct emitter *emitter)
{
  dcpipe_set_u64 (emit (emitter, PEOPLE, DCPIPE_INSERT), 8, 1);
}

static void
set_no_decimal (struct emitter *emitter)
{
  dcpipe_set_decimal (emit (emitter, KEYS, DCPIPE_INSERT), KEYS_AMOUNT, "1.", 2);
}

static void
get_wrong_type (struct emitter *emitter)
{
  struct dcpipe_row *row = emit (emitter, PEOPLE, DCPIPE_INSERT);

  dcpipe_set_string (row, PEOPLE_NAME, "a");
  dcpipe_set_i64 (row, PEOPLE_PART, 1);
  ck_assert_uint_eq (dcpipe_get_u64 (row, PEOPLE_NAME), 0);
  ck_assert_int_eq (dcpipe_get_i64 (row, PEOPLE_NAME), 0);
  ck_assert (!dcpipe_get_bool (row, PEOPLE_PART));
  ck_assert_ptr_null (dcpipe_get_bytes (row, PEOPLE_PART).data);
}

static void
get_beyond (struct emitter *emitter)
{
  struct dcpipe_row *row = emit (emitter, PEOPLE, DCPIPE_INSERT);

  dcpipe_set_string (row, PEOPLE_NAME, "a");
  dcpipe_set_i64 (row, PEOPLE_PART, 1);
  ck_assert_uint_eq (dcpipe_get_u64 (row, 99), 0);
  ck_assert_uint_eq (dcpipe_get_bytes (row, 8).size, 0);
  ck_assert (!dcpipe_is_set (row, 8));
  ck_assert (dcpipe_is_null (row, 8));
}

static void
upsert_log (struct emitter *emitter)
{
  dcpipe_set_u64 (emit (emitter, EVENTS, DCPIPE_UPSERT), EVENTS_ITEM, 1);
}

static void
add_beyond (struct emitter *emitter)
{
  emit (emitter, TABLES, DCPIPE_INSERT);
}

static void
leave_two_notes (struct emitter *emitter)
{
  dcpipe_rows_note (&emitter->rows, 1);
  dcpipe_rows_note (&emitter->rows, 1);
}

START_TEST (mistakes_of_plugins_are_told)
{
  expect_mistake (leave_key_out, "key column part of table people is not set");
  expect_mistake (leave_key_out_of_update, "key column name of table people is not set");
  expect_mistake (delete_by_second, "key column part of table people is not set");
  expect_mistake (set_key_null, "key column name of table people was set to null");
  expect_mistake (set_wrong_type, "column part of table people was set to a value of another type");
  expect_mistake (set_filled, "column block_offset of table people is filled in by dcpipe");
  expect_mistake (set_beyond, "table people has no column number 8");
  expect_mistake (get_wrong_type, "column name of table people was read as a value of another type");
  expect_mistake (get_beyond, "table people has no column number 99");
  expect_mistake (set_no_decimal, "which is no decimal number");
  expect_mistake (upsert_log, "table events is a log");
  expect_mistake (add_beyond, "row for table number 5 of 5");
  expect_mistake (leave_two_notes, "two notes for one entry");
}
END_TEST

/* Memory of an arena that was used before is given out again as it is. */
START_TEST (what_is_not_set_reads_as_nothing)
{
  struct dcpipe_tables *tables = test_tables ();
  struct emitter emitter;

  emitter_begin (&emitter, tables);
  for (int i = 0; i < 2; i++) {
    struct dcpipe_row *row = emit (&emitter, KEYS, DCPIPE_UPDATE);

    memset (row->values, 0xa5, tables->items[KEYS].columns_count * sizeof *row->values);
    if (i == 1)
      dcpipe_set_null (row, KEYS_AMOUNT);
    ck_assert_uint_eq (dcpipe_get_u64 (row, KEYS_U64), 0);
    ck_assert_uint_eq (dcpipe_get_u64 (row, KEYS_TIME), 0);
    ck_assert_int_eq (dcpipe_get_i64 (row, KEYS_I64), 0);
    ck_assert (!dcpipe_get_bool (row, KEYS_BOOL));
    ck_assert_ptr_null (dcpipe_get_bytes (row, KEYS_AMOUNT).data);
    ck_assert_uint_eq (dcpipe_get_bytes (row, KEYS_TEXT).size, 0);
    ck_assert (!row_misread ());
  }
  emitter_end (&emitter);
  tables_free (tables);
}
END_TEST

/* ---- digests ------------------------------------------------------------------------------------- */

START_TEST (digests_carry)
{
  uint64_t sum[4] = { UINT64_MAX, UINT64_MAX, UINT64_MAX, 5 };
  const uint64_t one[4] = { 1, 0, 0, 0 }, all[4] = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX };

  digest_add (sum, one);
  ck_assert_uint_eq (sum[0], 0);
  ck_assert_uint_eq (sum[1], 0);
  ck_assert_uint_eq (sum[2], 0);
  ck_assert_uint_eq (sum[3], 6);
  digest_add (sum, all);
  ck_assert_uint_eq (sum[0], UINT64_MAX);
  ck_assert_uint_eq (sum[2], UINT64_MAX);
  ck_assert_uint_eq (sum[3], 5);
  digest_add (sum, all);
  ck_assert_uint_eq (sum[0], UINT64_MAX - 1);
  ck_assert_uint_eq (sum[1], UINT64_MAX);
  ck_assert_uint_eq (sum[3], 5);
}
END_TEST

/* The digest of rows [first, last) of twenty, cut into lists of `cut`, taken backwards or not. */
static void
sum_rows (struct dcpipe_tables *tables, size_t cut, bool backwards, uint64_t sum[4])
{
  memset (sum, 0, 4 * sizeof *sum);
  for (size_t begin = 0; begin < 20; begin += cut) {
    struct emitter emitter;

    emitter_begin (&emitter, tables);
    for (size_t i = begin; i < begin + cut && i < 20; i++) {
      size_t number = backwards ? 19 - i : i;
      struct dcpipe_row *row;

      emitter_move (&emitter, 100 * (number / 3), (uint32_t) (number % 3));
      row = emit (&emitter, PEOPLE, (int) (number % 3));
      dcpipe_set_string (row, PEOPLE_NAME, number % 2 ? "odd" : "even");
      dcpipe_set_i64 (row, PEOPLE_PART, (int64_t) number);
      rows_digest (&emitter.list, emitter.list.count - 1);
    }
    digest_add (sum, emitter.list.digest);
    emitter_end (&emitter);
  }
}

START_TEST (digests_do_not_depend_on_batches)
{
  struct dcpipe_tables *tables = test_tables ();
  uint64_t whole[4], other[4], none[4] = { 0 };

  sum_rows (tables, 20, false, whole);
  ck_assert_mem_ne (whole, none, sizeof whole);
  for (size_t cut = 1; cut < 20; cut++) {
    sum_rows (tables, cut, cut % 2, other);
    ck_assert_mem_eq (whole, other, sizeof whole);
  }
  tables_free (tables);
}
END_TEST

static void
digest_of (struct dcpipe_tables *tables, int what, uint64_t sum[4])
{
  struct emitter emitter;
  struct dcpipe_row *row;

  emitter_begin (&emitter, tables);
  emitter_move (&emitter, what == 1 ? 2 : 1, what == 2 ? 2 : 1);
  row = emit (&emitter, PEOPLE, what == 3 ? DCPIPE_INSERT : DCPIPE_UPDATE);
  dcpipe_set_string (row, PEOPLE_NAME, what == 4 ? "b" : "a");
  dcpipe_set_i64 (row, PEOPLE_PART, 1);
  if (what == 5)
    dcpipe_set_null (row, PEOPLE_WORDS);
  if (what == 6)
    dcpipe_set_string (row, PEOPLE_WORDS, "");
  rows_digest (&emitter.list, 0);
  memcpy (sum, emitter.list.digest, sizeof emitter.list.digest);
  emitter_end (&emitter);
}

START_TEST (digests_tell_rows_apart)
{
  struct dcpipe_tables *tables = test_tables ();
  uint64_t sums[7][4];

  for (int i = 0; i < 7; i++) {
    digest_of (tables, i, sums[i]);
    for (int j = 0; j < i; j++)
      ck_assert_msg (memcmp (sums[i], sums[j], sizeof sums[i]) != 0, "rows %d and %d have one digest", i, j);
  }
  tables_free (tables);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    keys_sort_as_their_values,        keys_read_back,
    key_prefixes_are_whole_columns,   rows_of_unreadable_entries_are_dropped_with_their_note,
    long_keys_fail_the_entry,         mistakes_of_plugins_are_told,
    what_is_not_set_reads_as_nothing, digests_carry,
    digests_do_not_depend_on_batches, digests_tell_rows_apart
  };

  return RUN_TESTS ("row", tests);
}
