/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that is none. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */

#include <string.h>

#include "log.h"
#include "unit/core/main.h"
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

int
main (void)
{
  const TTest *const tests[] = { json_that_is_none_fails_the_entry,
                                 json_that_is_none_leaves_out_a_row_of_a_source };

  return RUN_TESTS ("rowjson", tests);
}
