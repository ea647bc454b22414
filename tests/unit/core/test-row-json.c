/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as JSON and back, JSON that is none, and the text of a table's columns. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "data/row-emit.h"
#include "data/row-merge.h"
#include "setup/tables.h"
#include "support/run.h"
#include "unit/core/tables.h"

/* ---- JSON that is none --------------------------------------------------------------------------- */

static struct dcpipe_row *
emit_json (struct emitter *emitter, const char *json)
{
  struct dcpipe_row *row = emit (emitter, KEYS, DCPIPE_UPSERT);

  dcpipe_set_bool (row, KEYS_BOOL, true);
  dcpipe_set_i64 (row, KEYS_I64, 1);
  dcpipe_set_string (row, KEYS_TEXT, "k");
  dcpipe_set_blob (row, KEYS_BLOB, "k", 1);
  dcpipe_set_u64 (row, KEYS_U64, 1);
  dcpipe_set_time (row, KEYS_TIME, 0);
  dcpipe_set_json (row, KEYS_EXTRA, json, strlen (json));
  return row;
}

START_TEST (json_that_is_none_fails_the_entry)
{
  static const char *const bad[] = { "",   "{\"a\":\n1}", "[1,]", "{\"a\"}", "01",       "tru", "\"\x01\"",
                                     "1 ", "[",           "]",    "\"\\x\"", "{\"a\":}", "1,2", "nul" };
  static const char *const good[] = { "null", "{ \"a\" : [ ] }", "-0.5e+10", "\"\\u0000\\n\"", "[[],{}]" };
  struct dcpipe_tables *tables = test_tables ();

  for (size_t i = 0; i < sizeof bad / sizeof *bad + sizeof good / sizeof *good; i++) {
    bool is_bad = i < sizeof bad / sizeof *bad;
    struct emitter emitter;
    struct dcpipe_bytes reason;

    emitter_begin (&emitter, tables);
    emit_json (&emitter, is_bad ? bad[i] : good[i - sizeof bad / sizeof *bad]);
    ck_assert (rows_finish (&emitter.rows, 0));
    ck_assert_uint_eq (emitter.list.count, 1);
    ck_assert_msg ((emitter.list.items[0]->table->number == CORE_FAILED_ENTRIES) == is_bad, "text %zu", i);
    if (is_bad) {
      reason = dcpipe_get_bytes (emitter.list.items[0], FAILED_REASON);
      ck_assert_msg (memcmp (reason.data, "extra is not JSON in one line", reason.size) == 0, "text %zu", i);
    }
    emitter_end (&emitter);
  }
  tables_free (tables);
}
END_TEST

/* A source's row stems from no entry, and is left out. */
START_TEST (json_that_is_none_leaves_out_a_row_of_a_source)
{
  struct dcpipe_tables *tables = test_tables ();
  struct emitter emitter;

  emitter_begin (&emitter, tables);
  emit_json (&emitter, "{}");
  emit_json (&emitter, "{'a':1}");
  ck_assert (rows_settle (&emitter.rows));
  ck_assert_uint_eq (emitter.list.count, 1);
  emitter_end (&emitter);
  tables_free (tables);
}
END_TEST

/* ---- out ----------------------------------------------------------------------------------------- */

static void
expect_json (const struct dcpipe_row *row, const char *expected)
{
  struct dcpipe_bytes json = dcpipe_row_json (row);

  ck_assert_msg (json.size == strlen (expected) && memcmp (json.data, expected, json.size) == 0,
                 "the row is %.*s", (int) json.size, (const char *) json.data);
}

START_TEST (rows_are_json_in_one_line)
{
  struct dcpipe_tables *tables = test_tables ();
  struct emitter emitter;
  struct dcpipe_row *row;

  emitter_begin (&emitter, tables);
  emitter_move (&emitter, 70, 3);
  row = emit (&emitter, KEYS, DCPIPE_INSERT);
  dcpipe_set_bool (row, KEYS_BOOL, true);
  dcpipe_set_i64 (row, KEYS_I64, INT64_MIN);
  dcpipe_set_text (row, KEYS_TEXT, "q\" b\\ \n\r\t\b \x01\0 \xc3\xa9", 16);
  dcpipe_set_blob (row, KEYS_BLOB, "\x00\xff", 2);
  dcpipe_set_u64 (row, KEYS_U64, UINT64_MAX);
  dcpipe_set_time (row, KEYS_TIME, UINT64_C (1706745599123456789));
  dcpipe_set_decimal (row, KEYS_AMOUNT, "-12.50", 6);
  dcpipe_set_json (row, KEYS_EXTRA, "null", 4);
  expect_json (
      row,
      "{\"k_text\":\"q\\\" b\\\\ \\n\\r\\t\\u0008 \\u0001\\u0000 \xc3\xa9\",\"k_i64\":-9223372036854775808,"
      "\"k_bool\":true,\"k_blob\":\"00ff\",\"k_u64\":18446744073709551615,"
      "\"k_time\":\"2024-01-31T23:59:59.123Z\",\"block_offset\":70,\"entry_index\":3,"
      "\"amount\":\"-12.50\",\"extra\": null}");
  row = emit (&emitter, PEOPLE, DCPIPE_UPSERT);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  dcpipe_set_i64 (row, PEOPLE_PART, 1);
  expect_json (row,
               "{\"_op\":\"upsert\",\"name\":\"a\",\"part\":1,\"total\":null,\"first\":null,\"words\":null,"
               "\"created\":70001,\"block_offset\":70,\"entry_index\":3}");
  row = emit (&emitter, PEOPLE, DCPIPE_UPDATE);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  dcpipe_set_i64 (row, PEOPLE_PART, 1);
  dcpipe_set_null (row, PEOPLE_WORDS);
  expect_json (row, "{\"_op\":\"update\",\"name\":\"a\",\"part\":1,\"words\":null,\"block_offset\":70,"
                    "\"entry_index\":3}");
  row = emit (&emitter, PEOPLE, DCPIPE_DELETE);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  expect_json (row, "{\"_op\":\"delete\",\"name\":\"a\"}");
  expect_json (emit (&emitter, PEOPLE, DCPIPE_DELETE), "{\"_op\":\"delete\"}");
  emitter_end (&emitter);
  tables_free (tables);
}
END_TEST

/* ---- in ------------------------------------------------------------------------------------------ */

/* A stored row of the table, in the emitter's memory. */
static struct dcpipe_row *
stored (struct emitter *emitter, size_t table)
{
  return row_make (&emitter->rows, &emitter->tables->items[table], DCPIPE_INSERT);
}

static size_t
random_text (uint64_t *state, char *text, size_t size)
{
  static const char *const pieces[] = {
    "a", "\"", "\\", "\n", "\x7f", "\xc3\xa4", "\xf0\x9f\x98\x80", "\x1f"
  };
  size_t used = 0;

  while (random_below (state, 6) > 0 && used + 5 < size) {
    const char *piece = pieces[random_below (state, 8)];

    memcpy (text + used, piece, strlen (piece));
    used += strlen (piece);
    if (random_below (state, 9) == 0)
      text[used++] = '\0';
  }
  return used;
}

static void
fill (struct dcpipe_row *row, uint64_t *state)
{
  static const char *const json[] = { "null", "[1,null]", "\"\\u00e4\\ud83d\\ude00\"",
                                      "12345678901234567890" };
  static const char *const decimals[] = { "0", "-0", "007", "-12345678901234567890.125" };
  char text[100];
  size_t size = random_text (state, text, sizeof text);

  dcpipe_set_bool (row, KEYS_BOOL, random_below (state, 2) != 0);
  dcpipe_set_i64 (row, KEYS_I64, (int64_t) (random_below (state, 5) - 2) * INT64_MAX);
  dcpipe_set_text (row, KEYS_TEXT, text, size);
  dcpipe_set_blob (row, KEYS_BLOB, text, size);
  dcpipe_set_u64 (row, KEYS_U64, UINT64_MAX - random_below (state, 3));
  dcpipe_set_time (row, KEYS_TIME, random_below (state, 1000000) * 1000000);
  dcpipe_set_u64 (row, KEYS_OFFSET, random_below (state, 1000));
  dcpipe_set_u64 (row, KEYS_INDEX, 0);
  if (random_below (state, 3) > 0)
    dcpipe_set_decimal (row, KEYS_AMOUNT, decimals[size % 4], strlen (decimals[size % 4]));
  if (random_below (state, 3) > 0)
    dcpipe_set_json (row, KEYS_EXTRA, json[size % 4], strlen (json[size % 4]));
}

START_TEST (rows_read_back)
{
  struct dcpipe_tables *tables = test_tables ();
  uint64_t state = 4711;

  for (int round = 0; round < 5000; round++) {
    struct emitter emitter;
    struct dcpipe_row *row, *copy;
    struct dcpipe_bytes json;
    size_t column;

    emitter_begin (&emitter, tables);
    row = stored (&emitter, KEYS);
    copy = stored (&emitter, KEYS);
    fill (row, &state);
    json = dcpipe_row_json (row);
    ck_assert_msg (dcpipe_row_from_json (copy, json.data, json.size) == DCPIPE_OK, "%s", failure ());
    ck_assert_msg (row_equal (row, copy, &column), "column %zu of %.*s", column, (int) json.size,
                   (const char *) json.data);
    for (column = 0; column < row->table->columns_count; column++)
      ck_assert_int_ne (copy->states[column], VALUE_UNSET);
    /* Column by column. */
    row = dcpipe_row_scratch (copy->table);
    ck_assert_ptr_nonnull (row);
    for (column = 0; column < row->table->columns_count; column++)
      dcpipe_set_copy (row, column, copy);
    ck_assert_msg (row_equal (row, copy, &column), "column %zu was not copied", column);
    emitter_end (&emitter);
  }
  tables_free (tables);
}
END_TEST

/* What other programs may make of the same row. */
START_TEST (members_are_read_in_any_order)
{
  static const char text[] =
      " { \"sub\" : 7 ,\t\"entry_index\":1,\"words\":\"\\u0061\\u00e4\\ud83d\\ude00\\/\\b\\f\","
      "\"id\":\"0A\", \"block_offset\": 18446744073709551615 } ";
  struct dcpipe_tables *tables = test_tables ();
  struct emitter emitter;
  struct dcpipe_row *row;

  emitter_begin (&emitter, tables);
  row = stored (&emitter, THINGS);
  ck_assert_msg (dcpipe_row_from_json (row, text + 1, sizeof text - 3) == DCPIPE_OK, "%s", failure ());
  expect_json (row, "{\"id\":\"0a\",\"sub\":7,\"words\":\"a\xc3\xa4\xf0\x9f\x98\x80/\\u0008\\u000c\","
                    "\"block_offset\":18446744073709551615,\"entry_index\":1}");
  row = stored (&emitter, THINGS);
  ck_assert_int_eq (dcpipe_row_from_json (row, "{\"_op\":\"delete\",\"id\":\"\"}", 24), DCPIPE_OK);
  ck_assert_int_eq (dcpipe_row_operation (row), DCPIPE_DELETE);
  ck_assert (dcpipe_is_set (row, THINGS_ID) && !dcpipe_is_set (row, THINGS_SUB));
  emitter_end (&emitter);
  tables_free (tables);
}
END_TEST

START_TEST (what_is_no_row_is_refused)
{
  static const char *const bad[] = {
    "",
    "[]",
    "null",
    "{\"id\":\"00\"",
    "{\"id\":\"00\"}}",
    "{\"id\":\"00\",}",
    "{\"id\":\"0\"}",
    "{\"id\":\"0g\"}",
    "{\"id\":7}",
    "{\"id\":null}",
    "{\"id\":\"00\",\"id\":\"00\"}",
    "{\"sub\":-1}",
    "{\"sub\":18446744073709551616}",
    "{\"sub\":1.0}",
    "{\"sub\":\"1\"}",
    "{\"other\":1}",
    "{\"words\":\"\\ud83d\"}",
    "{\"words\":\"\\udc00\"}",
    "{\"words\":\"\n\"}",
    "{\"words\":\"a}",
    "{\"_op\":\"insert\"}",
    "{\"_op\":\"upsert\" \"id\":\"00\"}",
  };
  struct dcpipe_tables *tables = test_tables ();

  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct emitter emitter;

    emitter_begin (&emitter, tables);
    ck_assert_msg (dcpipe_row_from_json (stored (&emitter, THINGS), bad[i], strlen (bad[i])) == DCPIPE_NONE,
                   "%s is taken", bad[i]);
    ck_assert_msg (strstr (failure (), "table things") != NULL, "%s", failure ());
    emitter_end (&emitter);
  }
  tables_free (tables);
}
END_TEST

/* ---- columns as text ----------------------------------------------------------------------------- */

static struct dcpipe_bytes
bytes (const char *text)
{
  return (struct dcpipe_bytes){ (const uint8_t *) text, strlen (text) };
}

#define PEOPLE_TEXT                                                                                          \
  "name text key 1\npart i64 key 2\ntotal u64\nfirst text keep_first\nwords text\ncreated u64 keep_first\n"  \
  "block_offset u64\nentry_index u64\n"

START_TEST (columns_are_told_and_compared)
{
  static const struct {
    const char *stored, *has, *expected;
  } cases[] = {
    { "name text\npart i64 key 2\n", "'name text'", "'name text key 1'" },
    { "name text key 1\n  part u64 key 2\n", "'part u64 key 2'", "'part i64 key 2'" },
    { "name text key 1\n", "''", "'part i64 key 2'" },
    { PEOPLE_TEXT "more blob\n", "'more blob'", "''" },
    { "", "''", "'name text key 1'" },
  };
  struct dcpipe_tables *tables = test_tables ();
  const struct dcpipe_table *table = &tables->items[PEOPLE];
  struct dcpipe_bytes text = dcpipe_table_text (table);
  char expected[200];

  ck_assert_uint_eq (text.size, strlen (PEOPLE_TEXT));
  ck_assert_mem_eq (text.data, PEOPLE_TEXT, text.size);
  ck_assert_int_eq (dcpipe_table_compare (table, bytes (PEOPLE_TEXT), text), DCPIPE_OK);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    snprintf (expected, sizeof expected,
              "table people has other columns than this run: it has %s where %s is", cases[i].has,
              cases[i].expected);
    ck_assert_int_eq (dcpipe_table_compare (table, bytes (cases[i].stored), text), DCPIPE_FAIL);
    ck_assert_msg (strstr (failure (), expected) != NULL, "%s", failure ());
  }
  tables_free (tables);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    json_that_is_none_fails_the_entry, json_that_is_none_leaves_out_a_row_of_a_source,
    rows_are_json_in_one_line,         rows_read_back,
    members_are_read_in_any_order,     what_is_no_row_is_refused,
    columns_are_told_and_compared
  };

  return RUN_TESTS ("rowjson", tests);
}
