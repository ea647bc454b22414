/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options of every type, at the edges of their ranges; and the words nearest to mistyped ones. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/suggest.h"
#include "config/options.h"

static void
clear (struct option_value *value)
{
  free (value->string);
  for (char **item = value->list; item != NULL && *item != NULL; item++)
    free (*item);
  free (value->list);
}

static const struct {
  int type;
  const char *text;
  int64_t min, max;
  bool good;
  uint64_t value;
} numbers[] = {
  { DCPIPE_OPTION_INT, "0", 0, 0, true, 0 },
  { DCPIPE_OPTION_INT, "9223372036854775807", 0, 0, true, INT64_MAX },
  { DCPIPE_OPTION_INT, "9223372036854775808", 0, 0, false, 0 },
  { DCPIPE_OPTION_INT, "-9223372036854775808", 0, 0, true, (uint64_t) INT64_MIN },
  { DCPIPE_OPTION_INT, "+5", 1, 5, true, 5 },
  { DCPIPE_OPTION_INT, "6", 1, 5, false, 0 },
  { DCPIPE_OPTION_INT, "0", 1, 5, false, 0 },
  { DCPIPE_OPTION_INT, "", 0, 0, false, 0 },
  { DCPIPE_OPTION_INT, "-", 0, 0, false, 0 },
  { DCPIPE_OPTION_INT, " 5", 0, 0, false, 0 },
  { DCPIPE_OPTION_INT, "5 ", 0, 0, false, 0 },
  { DCPIPE_OPTION_INT, "0x10", 0, 0, false, 0 },
  { DCPIPE_OPTION_INT, "5.0", 0, 0, false, 0 },
  { DCPIPE_OPTION_INT, "1e3", 0, 0, false, 0 },
  { DCPIPE_OPTION_SIZE, "0", 0, 0, true, 0 },
  { DCPIPE_OPTION_SIZE, "1k", 0, 0, true, 1024 },
  { DCPIPE_OPTION_SIZE, "1K", 0, 0, true, 1024 },
  { DCPIPE_OPTION_SIZE, "2 M", 0, 0, true, 2097152 },
  { DCPIPE_OPTION_SIZE, "3G", 0, 0, true, UINT64_C (3221225472) },
  { DCPIPE_OPTION_SIZE, "16777215T", 0, 0, true, UINT64_C (16777215) << 40 },
  { DCPIPE_OPTION_SIZE, "16777216T", 0, 0, false, 0 },
  { DCPIPE_OPTION_SIZE, "18446744073709551615", 0, 0, true, UINT64_MAX },
  { DCPIPE_OPTION_SIZE, "18446744073709551616", 0, 0, false, 0 },
  { DCPIPE_OPTION_SIZE, "-1", 0, 0, false, 0 },
  { DCPIPE_OPTION_SIZE, "1kb", 0, 0, false, 0 },
  { DCPIPE_OPTION_SIZE, "k", 0, 0, false, 0 },
  { DCPIPE_OPTION_SIZE, "1.5M", 0, 0, false, 0 },
  { DCPIPE_OPTION_SIZE, "4k", 4096, 8192, true, 4096 },
  { DCPIPE_OPTION_SIZE, "8193", 4096, 8192, false, 0 },
  { DCPIPE_OPTION_DURATION, "5", 0, 0, true, 5000 },
  { DCPIPE_OPTION_DURATION, "500ms", 0, 0, true, 500 },
  { DCPIPE_OPTION_DURATION, "5s", 0, 0, true, 5000 },
  { DCPIPE_OPTION_DURATION, "2m", 0, 0, true, 120000 },
  { DCPIPE_OPTION_DURATION, "1h", 0, 0, true, 3600000 },
  { DCPIPE_OPTION_DURATION, "1d", 0, 0, true, 86400000 },
  { DCPIPE_OPTION_DURATION, "2M", 0, 0, false, 0 },
  { DCPIPE_OPTION_DURATION, "s", 0, 0, false, 0 },
  { DCPIPE_OPTION_DURATION, "", 0, 0, false, 0 },
  { DCPIPE_OPTION_DURATION, "213503982335d", 0, 0, false, 0 },
  { DCPIPE_OPTION_DURATION, "999ms", 1000, 2000, false, 0 },
  { DCPIPE_OPTION_BOOL, "yes", 0, 0, true, 1 },
  { DCPIPE_OPTION_BOOL, "On", 0, 0, true, 1 },
  { DCPIPE_OPTION_BOOL, "TRUE", 0, 0, true, 1 },
  { DCPIPE_OPTION_BOOL, "1", 0, 0, true, 1 },
  { DCPIPE_OPTION_BOOL, "no", 0, 0, true, 0 },
  { DCPIPE_OPTION_BOOL, "off", 0, 0, true, 0 },
  { DCPIPE_OPTION_BOOL, "false", 0, 0, true, 0 },
  { DCPIPE_OPTION_BOOL, "0", 0, 0, true, 0 },
  { DCPIPE_OPTION_BOOL, "y", 0, 0, false, 0 },
  { DCPIPE_OPTION_BOOL, "", 0, 0, false, 0 },
  { DCPIPE_OPTION_ENUM, "flag", 0, 0, true, 0 },
  { DCPIPE_OPTION_ENUM, "off", 0, 0, true, 2 },
  { DCPIPE_OPTION_ENUM, "Flag", 0, 0, false, 0 },
  { DCPIPE_OPTION_ENUM, "flag|off", 0, 0, false, 0 },
  { DCPIPE_OPTION_ENUM, "", 0, 0, false, 0 },
};

START_TEST (test_number)
{
  struct dcpipe_option option = { .key = "k",
                                  .type = numbers[_i].type,
                                  .values = "flag|reject|off",
                                  .min = numbers[_i].min,
                                  .max = numbers[_i].max };
  struct option_value value = { 0 };
  union {
    bool flag;
    int64_t integer;
    uint64_t number;
    int index;
  } handle = { .number = UINT64_MAX };
  bool good = option_parse (&option, numbers[_i].text, "/", &value);

  ck_assert_msg (good == numbers[_i].good, "'%s': %d", numbers[_i].text, good);
  if (!good) {
    ck_assert_ptr_nonnull (strstr (failure (), ": expected "));
    return;
  }
  option_store (&option, &value, &handle);
  if (option.type == DCPIPE_OPTION_BOOL)
    ck_assert_uint_eq (handle.flag, numbers[_i].value);
  else if (option.type == DCPIPE_OPTION_ENUM)
    ck_assert_uint_eq ((uint64_t) handle.index, numbers[_i].value);
  else
    ck_assert_uint_eq (handle.number, numbers[_i].value);
}
END_TEST

START_TEST (test_range_is_named)
{
  struct dcpipe_option option = { .key = "k", .type = DCPIPE_OPTION_SIZE, .min = 1536, .max = 3 << 20 };
  struct option_value value = { 0 };

  ck_assert (!option_parse (&option, "1", "/", &value));
  ck_assert_str_eq (failure (), "1: expected a size in bytes (like 64k, 16M, 1G) from 1536 to 3M");
  option = (struct dcpipe_option){ .key = "k", .type = DCPIPE_OPTION_DURATION, .min = 1, .max = 90000 };
  ck_assert (!option_parse (&option, "1d", "/", &value));
  ck_assert_str_eq (failure (), "1d: expected a duration (like 500ms, 5s, 2m, 1h) from 1ms to 90s");
}
END_TEST

START_TEST (test_path)
{
  struct dcpipe_option option = { .key = "k", .type = DCPIPE_OPTION_PATH };
  struct option_value value = { 0 };

  ck_assert (option_parse (&option, "a/b", "/etc", &value));
  ck_assert_str_eq (value.string, "/etc/a/b");
  clear (&value);
  ck_assert (option_parse (&option, "/a", "/etc", &value));
  ck_assert_str_eq (value.string, "/a");
  clear (&value);
  ck_assert (!option_parse (&option, "", "/etc", &value));
}
END_TEST

static const struct {
  const char *text, *items[4];
} lists[] = {
  { "", { NULL } },
  { "a", { "a", NULL } },
  { "a,b", { "a", "b", NULL } },
  { " , a ,", { "a", NULL } },
  { "a b\tc", { "a", "b", "c", NULL } },
  { "a=1;b", { "a=1;b", NULL } },
};

START_TEST (test_list)
{
  struct dcpipe_option option = { .key = "k", .type = DCPIPE_OPTION_LIST };
  struct option_value value = { 0 };
  size_t i = 0;

  ck_assert (option_parse (&option, lists[_i].text, "/", &value));
  for (; lists[_i].items[i] != NULL; i++)
    ck_assert_str_eq (value.list[i], lists[_i].items[i]);
  ck_assert_ptr_null (value.list[i]);
  clear (&value);
}
END_TEST

START_TEST (test_secret)
{
  struct dcpipe_option option = { .key = "k", .type = DCPIPE_OPTION_SECRET };
  struct option_value value = { 0 };
  char path[] = "/tmp/test-options-XXXXXX", text[64];
  int fd = mkstemp (path);
  FILE *stream;

  ck_assert_int_ge (fd, 0);
  stream = fdopen (fd, "w");
  fputs ("the secret \r\n\n", stream);
  fclose (stream);
  ck_assert (option_parse (&option, "plain", "/", &value));
  ck_assert_str_eq (value.string, "plain");
  clear (&value);
  snprintf (text, sizeof text, "+%s", strrchr (path, '/') + 1);
  ck_assert (option_parse (&option, text, "/tmp", &value));
  ck_assert_str_eq (value.string, "the secret ");
  clear (&value);
  value.string = NULL;
  ck_assert_int_eq (truncate (path, 0), 0);
  ck_assert (!option_parse (&option, text, "/tmp", &value));
  ck_assert_ptr_nonnull (strstr (failure (), "the file is empty"));
  unlink (path);
}
END_TEST

static const struct {
  const char *word, *suggestion; /* NULL: none */
} words[] = {
  { "batchsize", "batch_size" },
  { "bacth_size", "batch_size" },
  { "Batch_Size", "batch_size" },
  { "pth", "path" },
  { "paht", "path" },
  { "wrokers", "workers" },
  { "retries", NULL },
  { "zzz", NULL },
  { "", NULL },
  { "a_word_that_is_far_longer_than_any_that_is_known_and_longer_than_64_bytes", NULL },
};

START_TEST (test_nearest)
{
  static const char *const known[] = { "batch_size", "path", "workers", "max_retries", "url" };
  struct suggestion suggestion = { .word = words[_i].word };

  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    suggest_offer (&suggestion, known[i]);
  ck_assert_str_eq (suggestion.best, words[_i].suggestion ? words[_i].suggestion : "");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("options");
  TCase *tests = tcase_create ("options");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_loop_test (tests, test_number, 0, sizeof numbers / sizeof *numbers);
  tcase_add_test (tests, test_range_is_named);
  tcase_add_test (tests, test_path);
  tcase_add_loop_test (tests, test_list, 0, sizeof lists / sizeof *lists);
  tcase_add_test (tests, test_secret);
  tcase_add_loop_test (tests, test_nearest, 0, sizeof words / sizeof *words);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
