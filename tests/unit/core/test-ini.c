/* SPDX-License-Identifier: Apache-2.0 */
/* Reading INI files: lines, sections, values, comments, the environment. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "config/ini.h"

static char path[] = "/tmp/test-inifile-XXXXXX";

static struct ini_file *
read_bytes (const char *text, size_t size)
{
  FILE *stream = fopen (path, "w");
  struct ini_file *file;

  ck_assert_ptr_nonnull (stream);
  ck_assert_uint_eq (fwrite (text, 1, size, stream), size);
  ck_assert_int_eq (fclose (stream), 0);
  file = ini_read (path);
  ck_assert_ptr_nonnull (file);
  return file;
}

static struct ini_file *
read_text (const char *text)
{
  return read_bytes (text, strlen (text));
}

static const char *
value_of (const struct ini_file *file, size_t section, const char *key)
{
  const struct ini_value *value = ini_find (&file->sections[section], key);

  return value == NULL ? NULL : value->text;
}

START_TEST (test_sections_and_lines)
{
  struct ini_file *file = read_text ("; comment\n"
                                     "# another\n"
                                     "\n"
                                     "[source]\n"
                                     "plugin = icp\n"
                                     "  \t\n"
                                     "[ sink   main ] ; behind\n"
                                     "path: a=b:c\n"
                                     "empty =\n"
                                     "[decoder *]");

  ck_assert_uint_eq (file->mistakes, 0);
  ck_assert_uint_eq (file->count, 3);
  ck_assert_str_eq (file->sections[0].title, "[source]");
  ck_assert_ptr_null (file->sections[0].name);
  ck_assert_uint_eq (file->sections[0].line, 4);
  ck_assert_uint_eq (file->sections[0].values[0].line, 5);
  ck_assert_str_eq (file->sections[1].kind, "sink");
  ck_assert_str_eq (file->sections[1].name, "main");
  ck_assert_str_eq (file->sections[1].title, "[sink main]");
  ck_assert_uint_eq (file->sections[1].line, 7);
  ck_assert_str_eq (value_of (file, 1, "path"), "a=b:c");
  ck_assert_str_eq (value_of (file, 1, "empty"), "");
  ck_assert_ptr_null (value_of (file, 1, "none"));
  ck_assert_str_eq (file->sections[2].name, "*");
  ck_assert_uint_eq (file->sections[2].count, 0);
  ini_free (file);
}
END_TEST

static const struct {
  const char *written, *read;
} values[] = {
  { "plain", "plain" },
  { "  blanks around \t", "blanks around" },
  { "a;b", "a;b" },
  { "a ; comment", "a" },
  { "a\t;comment ; more", "a" },
  { " ; all of it", "" },
  { "; no blank before it", "; no blank before it" },
  { "a # b", "a # b" },
  { "\"quoted\"", "\"quoted\"" },
  { "a\\nb", "a\\nb" },
  { "ends with cr\r", "ends with cr" },
  { "${TEST_SET}", "here" },
  { "x${TEST_SET}y${TEST_SET}z", "xhereyherez" },
  { "${TEST_UNSET:-5}s", "5s" },
  { "${TEST_EMPTY:-5}s", "5s" },
  { "[${TEST_EMPTY}]", "[]" },
  { "${TEST_UNSET:-}", "" },
  { "${TEST_UNSET:-a:-b}", "a:-b" },
  { "$${TEST_SET}", "${TEST_SET}" },
  { "$5 $ $$", "$5 $ $$" },
  { "${TEST_DOLLAR}", "${TEST_SET}" },
};

START_TEST (test_value)
{
  char text[200];
  struct ini_file *file;

  setenv ("TEST_SET", "here", 1);
  setenv ("TEST_EMPTY", "", 1);
  setenv ("TEST_DOLLAR", "${TEST_SET}", 1);
  unsetenv ("TEST_UNSET");
  snprintf (text, sizeof text, "[s]\nk =%s\nnext = 1\n", values[_i].written);
  file = read_text (text);
  ck_assert_uint_eq (file->mistakes, 0);
  ck_assert_str_eq (value_of (file, 0, "k"), values[_i].read);
  ck_assert_str_eq (value_of (file, 0, "next"), "1");
  ini_free (file);
}
END_TEST

START_TEST (test_origin)
{
  struct ini_file *file;

  setenv ("TEST_SET", "here", 1);
  unsetenv ("TEST_UNSET");
  file = read_text ("[s]\na = ${TEST_SET}\nb = ${TEST_UNSET:-x}\nc = y\n");
  ck_assert_str_eq (file->sections[0].values[0].variable, "TEST_SET");
  ck_assert_ptr_null (file->sections[0].values[1].variable);
  ck_assert_ptr_null (file->sections[0].values[2].variable);
  ini_free (file);
}
END_TEST

static const struct {
  const char *text;
  unsigned line;
  const char *part; /* of what is said */
} wrong[] = {
  { "[s]\nk\n", 2, "expected KEY = VALUE" },
  { "[s]\nk = 1\n  more\n", 3, "begins with a space or tab" },
  { "[s]\n k = 1\n", 2, "begins with a space or tab" },
  { "k = 1\n", 1, "no section" },
  { "[s]\n= 1\n", 2, "no key" },
  { "[s]\nk ; = 1\n", 2, "expected KEY = VALUE" },
  { "[s\nk = 1\n", 1, "']' is missing" },
  { "[s] x\n", 1, "nothing after" },
  { "[s]\nk = 1\nk = 2\n", 3, "first on line 2" },
  { "[s]\nk = ${TEST_UNSET}\n", 2, "TEST_UNSET is not set" },
  { "[s]\nk = ${TEST_UNSET\n", 2, "is not a variable" },
  { "[s]\nk = ${}\n", 2, "is not a variable" },
  { "[s]\nk = ${5X:-1}\n", 2, "is not a variable" },
  { "[s]\nk = ${A-1}\n", 2, "is not a variable" },
  { "[s]\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx = 1\n", 2, "longer than 48" },
};

START_TEST (test_mistake)
{
  struct ini_file *file;

  unsetenv ("TEST_UNSET");
  file = read_text (wrong[_i].text);
  for (size_t i = 0; i < file->count; i++)
    ini_check_environment (file, &file->sections[i]);
  ck_assert_uint_ge (file->mistakes, 1);
  ck_assert_uint_eq (file->mistake_list[0].line, wrong[_i].line);
  ck_assert_msg (strstr (file->mistake_list[0].text, wrong[_i].part) != NULL, "said: %s",
                 file->mistake_list[0].text);
  ini_free (file);
}
END_TEST

/* Whether a variable is missed depends on who asks; a malformed one is a mistake in any case. */
START_TEST (test_broken_value_stays)
{
  struct ini_file *file;

  unsetenv ("TEST_UNSET");
  setenv ("TEST_SET", "x", 1);
  file = read_text ("[s]\nk = ${TEST_UNSET}\nl = ${TEST_SET}${TEST_UNSET\nm = ${TEST_SET}\n");
  ck_assert (file->sections[0].values[0].broken);
  ck_assert_str_eq (file->sections[0].values[0].variable, "TEST_UNSET");
  ck_assert (file->sections[0].values[1].broken);
  ck_assert_ptr_null (file->sections[0].values[1].variable);
  ck_assert (!file->sections[0].values[2].broken);
  ck_assert_uint_eq (file->mistakes, 1);
  ini_check_environment (file, &file->sections[0]);
  ck_assert_uint_eq (file->mistakes, 2);
  ck_assert_uint_eq (file->mistake_list[1].line, 2);
  ini_free (file);
}
END_TEST

START_TEST (test_nul)
{
  static const char text[] = "[s]\nk = a\0b\nl = 1\n";
  struct ini_file *file = read_bytes (text, sizeof text - 1);

  ck_assert_uint_eq (file->mistakes, 1);
  ck_assert_ptr_nonnull (strstr (file->mistake_list[0].text, "NUL"));
  ck_assert_str_eq (value_of (file, 0, "l"), "1");
  ini_free (file);
}
END_TEST

/* inih itself cuts lines of 200 bytes: values must come whole up to our own limit, whatever their length. */
START_TEST (test_long_value)
{
  static const size_t sizes[] = { 190, 191, 192, 193,  194,
                                  195, 196, 197, 198,  199,
                                  200, 201, 266, 5000, INI_LINE_MAX - 4 };
  char *text = malloc (INI_LINE_MAX + 100);

  ck_assert_ptr_nonnull (text);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct ini_file *file;

    memcpy (text, "[s]\nk = ", 8);
    memset (text + 8, 'v', sizes[i]);
    memcpy (text + 8 + sizes[i], "\nl = 1\n", 8);
    file = read_text (text);
    ck_assert_uint_eq (file->mistakes, 0);
    ck_assert_uint_eq (strlen (value_of (file, 0, "k")), sizes[i]);
    ck_assert_str_eq (value_of (file, 0, "l"), "1");
    ck_assert_uint_eq (ini_find (&file->sections[0], "l")->line, 3);
    ini_free (file);
  }
  free (text);
}
END_TEST

START_TEST (test_byte_order_mark)
{
  struct ini_file *file = read_text ("\xef\xbb\xbf[s]\r\nk = 1\r\n");

  ck_assert_uint_eq (file->mistakes, 0);
  ck_assert_str_eq (file->sections[0].title, "[s]");
  ck_assert_str_eq (value_of (file, 0, "k"), "1");
  ini_free (file);
}
END_TEST

START_TEST (test_unreadable)
{
  failure_clear ();
  ck_assert_ptr_null (ini_read ("/nonexistent/file.ini"));
  ck_assert_str_eq (failure (), "/nonexistent/file.ini: cannot be read: No such file or directory");
  ck_assert_ptr_null (ini_read ("/tmp"));
  ck_assert_str_eq (failure (), "/tmp: cannot be read: Is a directory");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("inifile");
  TCase *tests = tcase_create ("inifile");
  SRunner *runner = srunner_create (suite);
  int fd = mkstemp (path), failed;

  if (fd < 0)
    return 99;
  close (fd);
  tcase_add_test (tests, test_sections_and_lines);
  tcase_add_loop_test (tests, test_value, 0, sizeof values / sizeof *values);
  tcase_add_test (tests, test_origin);
  tcase_add_loop_test (tests, test_mistake, 0, sizeof wrong / sizeof *wrong);
  tcase_add_test (tests, test_broken_value_stays);
  tcase_add_test (tests, test_nul);
  tcase_add_test (tests, test_long_value);
  tcase_add_test (tests, test_byte_order_mark);
  tcase_add_test (tests, test_unreadable);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  unlink (path);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
