/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/sink-rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/row-merge.h"
#include "drivers/store.h"
#include "harness/verdict.h"

static struct store_handle store;

static void
begin (const struct bench *bench)
{
  if (!bench_can_read (bench))
    verdict_skip ("the sink has no get and scan, so rows cannot be read back");
  store_open_prepared (&store, bench, DCPIPE_WRITE);
}

static void
end (void)
{
  store_end (&store);
}

/* ---- values -------------------------------------------------------------------------------------- */

static void
set_person (struct dcpipe_row *row, const char *name, uint64_t part)
{
  dcpipe_set_string (row, PEOPLE_NAME, name);
  dcpipe_set_u64 (row, PEOPLE_PART, part);
  dcpipe_set_u64 (row, PEOPLE_OFFSET, 7);
  dcpipe_set_u64 (row, PEOPLE_INDEX, 8);
}

/* Adds the row twice: to those applied, and as expected. */
static struct dcpipe_row *
twin (struct dcpipe_row *row)
{
  struct dcpipe_row *copy = row_copy (row);

  EXPECT_MEMORY (copy);
  return copy;
}

/* Number `variant` of the values of every type that are easily got wrong. */
static void
set_values (struct dcpipe_row *row, size_t variant)
{
  static const struct {
    int64_t i;
    uint64_t u, ns;
    const char *text;
    size_t size;
    const char *decimal, *json;
  } values[] = {
    { 0, 0, 0, "", 0, "0", "null" },
    { INT64_MIN, UINT64_MAX, UINT64_MAX, "a\0b", 3, "-9223372036854775808", "{}" },
    { INT64_MAX, INT64_MAX, 1706745599999999999, "\0", 1, "9223372036854775807", "[1,\"x\"]" },
    { -1, (uint64_t) INT64_MAX + 1, 1, "\xc3\xa4\xf0\x9f\x98\x80", 6, "9223372036854775808", "\"\"" },
    { 1, 10000000000000000000u, 999999, "'\"\n\\", 4, "-9223372036854775809", "0" },
    { 42, 9999999999999999999u, 1000000, "18446744073709551615", 20,
      "123456789012345678901234567890123456789012345678901234567890", "-1e400" },
    { 5, 5, 86400000000000, "1.0", 3, "-0", "1" },
    { 5, 5, 5, "0x10", 4, "007", "2" },
    { 5, 5, 5, " 12 ", 4, "0.10", "3" },
    { 5, 5, 5, "1e3", 3, "-00012.500000000000000000000000000000000000000000000000000001", "4" },
    { 5, 5, 5, "NULL", 4, "1000000000000000000000", "12345678901234567890" },
  };
  size_t at = variant % (sizeof values / sizeof *values);

  dcpipe_set_bool (row, PEOPLE_BOOL, variant % 2 != 0);
  dcpipe_set_i64 (row, PEOPLE_I64, values[at].i);
  dcpipe_set_u64 (row, PEOPLE_U64, values[at].u);
  dcpipe_set_text (row, PEOPLE_TEXT, values[at].text, values[at].size);
  dcpipe_set_blob (row, PEOPLE_BLOB, values[at].text, values[at].size);
  dcpipe_set_time (row, PEOPLE_TIME, values[at].ns);
  dcpipe_set_decimal (row, PEOPLE_DECIMAL, values[at].decimal, strlen (values[at].decimal));
  dcpipe_set_json (row, PEOPLE_JSON, values[at].json, strlen (values[at].json));
  dcpipe_set_time (row, PEOPLE_CREATED, values[at].ns);
}

#define VARIANTS 11

static void
gives_back_every_value (const struct bench *bench)
{
  struct dcpipe_row *expected[VARIANTS];

  begin (bench);
  for (size_t i = 0; i < VARIANTS; i++) {
    struct dcpipe_row *row = add (&store, PEOPLE, i % 2 ? DCPIPE_UPSERT : DCPIPE_INSERT);

    set_person (row, "values", i);
    set_values (row, i);
    expected[i] = twin (row);
  }
  store_apply (&store);
  for (size_t i = 0; i < VARIANTS; i++)
    expect_row (&store, expected[i]);
  store_commit (&store, "{}");
  store_end (&store);
  store_open_prepared (&store, bench, DCPIPE_WRITE);
  for (size_t i = 0; i < VARIANTS; i++) {
    expect_row (&store, expected[i]);
    free (expected[i]);
  }
  expect_count (&store, PEOPLE, VARIANTS);
  end ();
}

/* A store without a notion of one of them must mark it. */
static void
tells_null_from_empty (const struct bench *bench)
{
  struct dcpipe_row *row, *null, *empty;

  begin (bench);
  row = add (&store, PEOPLE, DCPIPE_INSERT);
  set_person (row, "", 0);
  null = twin (row);
  row = add (&store, PEOPLE, DCPIPE_INSERT);
  set_person (row, "", 1);
  dcpipe_set_text (row, PEOPLE_TEXT, NULL, 0);
  dcpipe_set_blob (row, PEOPLE_BLOB, NULL, 0);
  empty = twin (row);
  store_apply (&store);
  store_commit (&store, "{}");
  expect_row (&store, null);
  expect_row (&store, empty);
  free (null);
  free (empty);
  end ();
}

/* Larger than a page, a buffer or a packet of any store; the bytes repeat nowhere, so that a piece in the
 * wrong place shows. */
static void
keeps_large_values (const struct bench *bench)
{
  const size_t size = 5 << 20;
  uint8_t *data = malloc (size);
  struct dcpipe_row *row, *expected;

  begin (bench);
  EXPECT_MEMORY (data);
  for (size_t i = 0; i < size; i++)
    data[i] = (uint8_t) (i * 2654435761u >> 13);
  row = add (&store, EVENTS, DCPIPE_INSERT);
  dcpipe_set_u64 (row, EVENTS_OFFSET, 0);
  dcpipe_set_u64 (row, EVENTS_INDEX, 0);
  dcpipe_set_blob (row, EVENTS_VALUE, data, size);
  expected = twin (row);
  store_apply (&store);
  store_commit (&store, "{}");
  expect_row (&store, expected);
  free (expected);
  free (data);
  end ();
}

/* ---- operations ---------------------------------------------------------------------------------- */

static struct dcpipe_row *
person (int operation, uint64_t part, const char *text, uint64_t created_ms)
{
  struct dcpipe_row *row = add (&store, PEOPLE, operation);

  set_person (row, "p", part);
  if (text != NULL)
    dcpipe_set_string (row, PEOPLE_TEXT, text);
  if (created_ms != 0)
    dcpipe_set_time (row, PEOPLE_CREATED, created_ms * 1000000);
  return row;
}

/* A person as `person` makes it, to compare with. */
static struct dcpipe_row *
expected_person (uint64_t part, const char *text, uint64_t created_ms)
{
  struct dcpipe_row *row = make_row (&store, PEOPLE);

  set_person (row, "p", part);
  if (text != NULL)
    dcpipe_set_string (row, PEOPLE_TEXT, text);
  if (created_ms != 0)
    dcpipe_set_time (row, PEOPLE_CREATED, created_ms * 1000000);
  return row;
}

/* Within one apply, and over a commit: a store may look for the row in two places. A log is repeated from a
 * frontier on, so an INSERT of what is stored must neither fail nor change it. */
static void
insert_leaves_what_is_there (const struct bench *bench)
{
  begin (bench);
  person (DCPIPE_INSERT, 1, "first", 1);
  person (DCPIPE_INSERT, 1, "second", 2);
  store_apply (&store);
  expect_effect (&store, 0, 1, 0, 0);
  expect_effect (&store, 1, 0, 0, 0);
  store_commit (&store, "{}");
  person (DCPIPE_INSERT, 1, "third", 3);
  store_apply (&store);
  expect_effect (&store, 0, 0, 0, 0);
  expect_row (&store, expected_person (1, "first", 1));
  end ();
}

/* What is kept may be null: it was the first value, too. */
static void
upsert_replaces_but_what_is_kept (const struct bench *bench)
{
  begin (bench);
  person (DCPIPE_UPSERT, 1, "first", 1);
  person (DCPIPE_UPSERT, 1, "second", 2);
  person (DCPIPE_UPSERT, 2, "null is kept", 0);
  store_apply (&store);
  expect_effect (&store, 0, 1, 0, 0);
  expect_effect (&store, 1, 0, 1, 0);
  expect_effect (&store, 2, 1, 0, 0);
  expect_row (&store, expected_person (1, "second", 1));
  store_commit (&store, "{}");
  person (DCPIPE_UPSERT, 1, NULL, 3);
  person (DCPIPE_UPSERT, 2, "later", 9);
  store_apply (&store);
  expect_effect (&store, 0, 0, 1, 0);
  expect_row (&store, expected_person (1, NULL, 1));
  expect_row (&store, expected_person (2, "later", 0));
  end ();
}

/* All in one apply, where a sink that gathers the last state of each key would lose the DELETE. */
static void
delete_ends_what_was_kept (const struct bench *bench)
{
  begin (bench);
  person (DCPIPE_UPSERT, 1, "first", 1);
  person (DCPIPE_DELETE, 1, NULL, 0);
  person (DCPIPE_UPSERT, 1, "second", 2);
  store_apply (&store);
  expect_effect (&store, 1, 0, 0, 1);
  expect_effect (&store, 2, 1, 0, 0);
  expect_row (&store, expected_person (1, "second", 2));
  end ();
}

static void
upsert_of_a_row_that_keeps_all (const struct bench *bench)
{
  struct dcpipe_row *first;

  begin (bench);
  for (uint64_t i = 1; i <= 2; i++) {
    struct dcpipe_row *row = add (&store, NAMES, DCPIPE_UPSERT);

    dcpipe_set_string (row, NAMES_NAME, "n");
    dcpipe_set_u64 (row, NAMES_OFFSET, i);
    dcpipe_set_u64 (row, NAMES_INDEX, i);
  }
  store_apply (&store);
  expect_effect (&store, 0, 1, 0, 0);
  expect_effect (&store, 1, 0, 1, 0);
  first = make_row (&store, NAMES);
  dcpipe_set_string (first, NAMES_NAME, "n");
  dcpipe_set_u64 (first, NAMES_OFFSET, 1);
  dcpipe_set_u64 (first, NAMES_INDEX, 1);
  expect_row (&store, first);
  end ();
}

/* To null is set, too; and an UPDATE of a row that is not there makes none. */
static void
update_sets_given_columns (const struct bench *bench)
{
  struct dcpipe_row *row, *expected;

  begin (bench);
  row = person (DCPIPE_INSERT, 1, "text", 1);
  dcpipe_set_i64 (row, PEOPLE_I64, -5);
  row = add (&store, PEOPLE, DCPIPE_UPDATE);
  dcpipe_set_string (row, PEOPLE_NAME, "p");
  dcpipe_set_u64 (row, PEOPLE_PART, 1);
  dcpipe_set_null (row, PEOPLE_TEXT);
  dcpipe_set_decimal (row, PEOPLE_DECIMAL, "12", 2);
  row = add (&store, PEOPLE, DCPIPE_UPDATE);
  dcpipe_set_string (row, PEOPLE_NAME, "p");
  dcpipe_set_u64 (row, PEOPLE_PART, 2);
  dcpipe_set_bool (row, PEOPLE_BOOL, true);
  store_apply (&store);
  expect_effect (&store, 1, 0, 1, 0);
  expect_effect (&store, 2, 0, 0, 0);
  expected = expected_person (1, NULL, 1);
  dcpipe_set_i64 (expected, PEOPLE_I64, -5);
  dcpipe_set_decimal (expected, PEOPLE_DECIMAL, "12", 2);
  expect_row (&store, expected);
  expect_count (&store, PEOPLE, 1);
  end ();
}

/* More sets of columns than anybody would keep statements for. */
static void
update_takes_any_set_of_columns (const struct bench *bench)
{
  begin (bench);
  person (DCPIPE_INSERT, 1, "text", 1);
  for (unsigned round = 0; round < 2; round++)
    for (unsigned set = 1; set < 128; set++) {
      struct dcpipe_row *row = add (&store, PEOPLE, DCPIPE_UPDATE);

      dcpipe_set_string (row, PEOPLE_NAME, "p");
      dcpipe_set_u64 (row, PEOPLE_PART, 1);
      if (set & 1)
        dcpipe_set_bool (row, PEOPLE_BOOL, true);
      if (set & 2)
        dcpipe_set_i64 (row, PEOPLE_I64, set);
      if (set & 4)
        dcpipe_set_u64 (row, PEOPLE_U64, set);
      if (set & 8)
        dcpipe_set_string (row, PEOPLE_TEXT, "t");
      if (set & 16)
        dcpipe_set_blob (row, PEOPLE_BLOB, "b", 1);
      if (set & 32)
        dcpipe_set_time (row, PEOPLE_TIME, 1000000);
      if (set & 64)
        dcpipe_set_json (row, PEOPLE_JSON, "1", 1);
    }
  store_apply (&store);
  for (size_t i = 1; i < store.applied; i++)
    expect_effect (&store, i, 0, 1, 0);
  {
    struct dcpipe_row *expected = expected_person (1, "t", 1);

    dcpipe_set_bool (expected, PEOPLE_BOOL, true);
    dcpipe_set_i64 (expected, PEOPLE_I64, 127);
    dcpipe_set_u64 (expected, PEOPLE_U64, 127);
    dcpipe_set_blob (expected, PEOPLE_BLOB, "b", 1);
    dcpipe_set_time (expected, PEOPLE_TIME, 1000000);
    dcpipe_set_json (expected, PEOPLE_JSON, "1", 1);
    expect_row (&store, expected);
  }
  end ();
}

/* "a" is no beginning of the key ("ab", …): a column counts as a whole. Numbers beyond 2^63 would sort first
 * in a store that takes them for signed ones. In the end the prefix is empty, and the whole table goes. */
static void
delete_takes_a_prefix_of_the_key (const struct bench *bench)
{
  static const char *const names[] = { "a", "ab", "b" };
  struct dcpipe_row *row;

  begin (bench);
  for (size_t name = 0; name < 3; name++)
    for (uint64_t part = 0; part < 4; part++)
      set_person (add (&store, PEOPLE, DCPIPE_INSERT), names[name], part << 62);
  store_apply (&store);
  row = add (&store, PEOPLE, DCPIPE_DELETE);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  row = add (&store, PEOPLE, DCPIPE_DELETE);
  dcpipe_set_string (row, PEOPLE_NAME, "b");
  dcpipe_set_u64 (row, PEOPLE_PART, (uint64_t) 3 << 62);
  row = add (&store, PEOPLE, DCPIPE_DELETE);
  dcpipe_set_string (row, PEOPLE_NAME, "c");
  store_apply (&store);
  expect_effect (&store, 0, 0, 0, 4);
  expect_effect (&store, 1, 0, 0, 1);
  expect_effect (&store, 2, 0, 0, 0);
  expect_count (&store, PEOPLE, 7);
  store_commit (&store, "{}");
  add (&store, PEOPLE, DCPIPE_DELETE);
  store_apply (&store);
  expect_effect (&store, 0, 0, 0, 7);
  expect_count (&store, PEOPLE, 0);
  end ();
}

/* Where nothing is kept, what is there need not be read: but it counts. */
static void
upsert_tells_added_from_changed (const struct bench *bench)
{
  static const uint64_t ids[] = { UINT64_MAX, UINT64_MAX, 7, UINT64_MAX, 7 };
  struct dcpipe_row *expected;

  begin (bench);
  for (uint64_t i = 0; i < 5; i++) {
    struct dcpipe_row *row = add (&store, PLAIN, DCPIPE_UPSERT);

    dcpipe_set_u64 (row, PLAIN_ID, ids[i]);
    dcpipe_set_string (row, PLAIN_TEXT, i ? "new" : "old");
    dcpipe_set_u64 (row, PLAIN_OFFSET, i);
    dcpipe_set_u64 (row, PLAIN_INDEX, i);
  }
  store_apply (&store);
  for (size_t i = 0; i < 5; i++)
    expect_effect (&store, i, i == 0 || i == 2, i != 0 && i != 2, 0);
  expected = make_row (&store, PLAIN);
  dcpipe_set_u64 (expected, PLAIN_ID, UINT64_MAX);
  dcpipe_set_string (expected, PLAIN_TEXT, "new");
  dcpipe_set_u64 (expected, PLAIN_OFFSET, 3);
  dcpipe_set_u64 (expected, PLAIN_INDEX, 3);
  expect_row (&store, expected);
  end ();
}

static void
event (uint64_t offset, const char *label)
{
  struct dcpipe_row *row = add (&store, EVENTS, DCPIPE_INSERT);

  dcpipe_set_u64 (row, EVENTS_OFFSET, offset);
  dcpipe_set_u64 (row, EVENTS_INDEX, 0);
  dcpipe_set_string (row, EVENTS_LABEL, label);
}

/* A run of one label comes before the others': then keys do not rise. */
static void
insert_into_a_log_in_any_order (const struct bench *bench)
{
  static const uint64_t offsets[] = { 5, 3, 5, 3, 4 };
  struct dcpipe_row *expected;

  begin (bench);
  for (size_t i = 0; i < 5; i++)
    event (offsets[i], i < 2 ? "first" : "second");
  store_apply (&store);
  for (size_t i = 0; i < 5; i++)
    expect_effect (&store, i, i != 2 && i != 3, 0, 0);
  expect_count (&store, EVENTS, 3);
  expected = make_row (&store, EVENTS);
  dcpipe_set_u64 (expected, EVENTS_OFFSET, 3);
  dcpipe_set_u64 (expected, EVENTS_INDEX, 0);
  dcpipe_set_string (expected, EVENTS_LABEL, "first");
  dcpipe_set_null (expected, EVENTS_VALUE);
  dcpipe_set_null (expected, EVENTS_AT);
  expect_row (&store, expected);
  end ();
}

static void
update_that_sets_nothing (const struct bench *bench)
{
  begin (bench);
  person (DCPIPE_INSERT, 1, "text", 1);
  for (uint64_t part = 1; part <= 2; part++) {
    struct dcpipe_row *row = add (&store, PEOPLE, DCPIPE_UPDATE);

    dcpipe_set_string (row, PEOPLE_NAME, "p");
    dcpipe_set_u64 (row, PEOPLE_PART, part);
  }
  store_apply (&store);
  expect_effect (&store, 1, 0, 0, 0);
  expect_effect (&store, 2, 0, 0, 0);
  expect_row (&store, expected_person (1, "text", 1));
  end ();
}

/* ---- order --------------------------------------------------------------------------------------- */

#define NUMBERS 7
static const uint64_t numbers[NUMBERS] = {
  0, 9, 10, INT64_MAX, (uint64_t) INT64_MAX + 1, 10000000000000000000u, UINT64_MAX
};

static void
set_sorted (struct dcpipe_row *row, size_t i)
{
  static const int64_t integers[] = { INT64_MIN, -1, 0, INT64_MAX };
  static const char texts[] = "\0\0a\0a\0\xc3\xa4";
  static const struct {
    size_t at, size;
  } parts[] = { { 0, 0 }, { 0, 1 }, { 0, 2 }, { 2, 1 }, { 2, 2 }, { 2, 3 }, { 6, 2 } };

  dcpipe_set_u64 (row, SORTED_U64, numbers[i % NUMBERS]);
  dcpipe_set_bool (row, SORTED_BOOL, i / 7 % 2 != 0);
  dcpipe_set_i64 (row, SORTED_I64, integers[i / 14 % 4]);
  dcpipe_set_text (row, SORTED_TEXT, texts + parts[i / 56 % 7].at, parts[i / 56 % 7].size);
  dcpipe_set_blob (row, SORTED_BLOB, texts + parts[i / 392 % 3].at, parts[i / 392 % 3].size);
  dcpipe_set_time (row, SORTED_TIME, i % 2 ? UINT64_MAX : 1000000);
  dcpipe_set_u64 (row, SORTED_U64_LAST, numbers[i / 1176 % NUMBERS]);
  dcpipe_set_u64 (row, SORTED_OFFSET, i);
  dcpipe_set_u64 (row, SORTED_INDEX, 0);
}

#define SORTED_ROWS (7 * 2 * 4 * 7 * 3 * 7)

/* Rows come in an order that has nothing to do with their keys, and are scanned before and after the commit:
 * what was applied may lie elsewhere than what is stored. */
static void
scans_in_the_order_of_keys (const struct bench *bench)
{
  struct dcpipe_row *prefix;

  begin (bench);
  for (size_t i = 0; i < SORTED_ROWS; i++)
    set_sorted (add (&store, SORTED, DCPIPE_INSERT), i * 3571 % SORTED_ROWS);
  store_apply (&store);
  expect_count (&store, SORTED, SORTED_ROWS);
  store_commit (&store, "{}");
  expect_count (&store, SORTED, SORTED_ROWS);
  for (size_t i = 0; i < NUMBERS; i++) {
    prefix = make_row (&store, SORTED);
    dcpipe_set_u64 (prefix, SORTED_U64, numbers[i]);
    expect_rows (&store, prefix, SORTED_ROWS / 7);
    dcpipe_set_bool (prefix, SORTED_BOOL, true);
    expect_rows (&store, prefix, SORTED_ROWS / 14);
  }
  prefix = make_row (&store, SORTED);
  set_sorted (prefix, 4711);
  expect_row (&store, prefix);
  prefix->states[SORTED_U64_LAST] = VALUE_UNSET;
  expect_rows (&store, prefix, 7);
  prefix = make_row (&store, SORTED);
  dcpipe_set_u64 (prefix, SORTED_U64, 11);
  expect_rows (&store, prefix, 0);
  end ();
}

/* Keys that agree in their first kilobytes: a store that cuts them short would take them for one. */
static void
set_long (struct dcpipe_row *row, size_t i)
{
  static char text[4000];

  memset (text, 'k', sizeof text);
  text[sizeof text - 1] = (char) ('a' + i % 5);
  dcpipe_set_text (row, PEOPLE_NAME, text, sizeof text - i % 3);
  dcpipe_set_u64 (row, PEOPLE_PART, i);
  dcpipe_set_u64 (row, PEOPLE_OFFSET, i);
  dcpipe_set_u64 (row, PEOPLE_INDEX, 0);
}

#define LONG_ROWS 60

static void
keys_of_any_length_are_told_apart (const struct bench *bench)
{
  struct dcpipe_row *row;

  begin (bench);
  for (size_t i = 0; i < LONG_ROWS; i++)
    set_long (add (&store, PEOPLE, DCPIPE_INSERT), i * 7 % LONG_ROWS);
  store_apply (&store);
  expect_count (&store, PEOPLE, LONG_ROWS);
  store_commit (&store, "{}");
  for (size_t i = 0; i < LONG_ROWS; i++) {
    row = make_row (&store, PEOPLE);
    set_long (row, i);
    expect_row (&store, row);
  }
  set_long (add (&store, PEOPLE, DCPIPE_UPSERT), 4);
  set_long (add (&store, PEOPLE, DCPIPE_DELETE), 5);
  store_apply (&store);
  expect_effect (&store, 0, 0, 1, 0);
  expect_effect (&store, 1, 0, 0, 1);
  row = make_row (&store, PEOPLE);
  set_long (row, 5);
  expect_absent (&store, row);
  expect_count (&store, PEOPLE, LONG_ROWS - 1);
  end ();
}

/* Resolving decoders read what earlier entries of the same transaction made. */
static void
scans_see_what_is_applied (const struct bench *bench)
{
  struct dcpipe_row *row;

  begin (bench);
  for (uint64_t i = 0; i < 5; i++)
    set_person (add (&store, PEOPLE, DCPIPE_INSERT), "x", i);
  store_apply (&store);
  store_commit (&store, "{}");
  set_person (add (&store, PEOPLE, DCPIPE_INSERT), "x", 5);
  set_person (add (&store, PEOPLE, DCPIPE_DELETE), "x", 0);
  set_person (add (&store, PEOPLE, DCPIPE_DELETE), "x", 1);
  set_person (add (&store, PEOPLE, DCPIPE_UPSERT), "x", 1);
  store_apply (&store);
  expect_count (&store, PEOPLE, 5);
  store_rollback (&store);
  expect_count (&store, PEOPLE, 5);
  row = make_row (&store, PEOPLE);
  set_person (row, "x", 0);
  expect_row (&store, row);
  end ();
}

const struct sink_check sink_row_checks[] = {
  { "gives back every value of every type, also from a store opened again", gives_back_every_value },
  { "tells null from empty", tells_null_from_empty },
  { "keeps a value of 5 MiB", keeps_large_values },
  { "INSERT leaves a row with the same key as it is", insert_leaves_what_is_there },
  { "UPSERT replaces all columns but those marked KEEP_FIRST", upsert_replaces_but_what_is_kept },
  { "DELETE ends what KEEP_FIRST kept", delete_ends_what_was_kept },
  { "UPSERT of a row whose columns are all kept", upsert_of_a_row_that_keeps_all },
  { "UPDATE sets the given columns and no others", update_sets_given_columns },
  { "UPDATE takes any set of columns", update_takes_any_set_of_columns },
  { "DELETE takes any beginning of the key", delete_takes_a_prefix_of_the_key },
  { "UPSERT tells a row that is added from one that is changed", upsert_tells_added_from_changed },
  { "INSERT into a log in any order, also of rows that are there", insert_into_a_log_in_any_order },
  { "UPDATE that sets no column does nothing", update_that_sets_nothing },
  { "scans give rows in the order of dcpipe_row_key", scans_in_the_order_of_keys },
  { "keys of any length are told apart and scanned in order", keys_of_any_length_are_told_apart },
  { "get and scan see what is applied, and no more after a rollback", scans_see_what_is_applied },
  { NULL, NULL },
};
