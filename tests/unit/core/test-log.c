/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines as they come out of stderr, and the reason of the last failure. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "dcpipe-plugin.h"

static char path[] = "/tmp/test-log-XXXXXX";
static int real_stderr;

/* stderr goes into a file from here to the end of `captured`. */
static void
capture (void)
{
  fflush (stderr);
  real_stderr = dup (STDERR_FILENO);
  ck_assert_ptr_nonnull (freopen (path, "w", stderr));
}

static char *
captured (void)
{
  static char text[20000];
  FILE *stream;
  size_t size;

  log_finish ();
  fflush (stderr);
  dup2 (real_stderr, STDERR_FILENO);
  close (real_stderr);
  stream = fopen (path, "r");
  ck_assert_ptr_nonnull (stream);
  size = fread (text, 1, sizeof text - 1, stream);
  text[size] = '\0';
  fclose (stream);
  return text;
}

START_TEST (test_text)
{
  capture ();
  log_configure (LOG_INFO, false);
  log_error ("no %s", "disk");
  dcpipe_warning ("careful");
  log_info ("fine");
  log_debug ("not shown");
  log_set_instance ("sink main");
  dcpipe_info ("stored");
  log_set_instance (NULL);
  log_configure (LOG_DEBUG, false);
  dcpipe_debug ("shown");
  ck_assert_str_eq (captured (), "dcpipe: error: no disk\ndcpipe: warning: careful\ndcpipe: fine\n"
                                 "dcpipe: sink main: stored\ndcpipe: debug: shown\n");
}
END_TEST

START_TEST (test_hostile_text)
{
  capture ();
  log_configure (LOG_INFO, false);
  log_info ("a\nb\x1b[2Jc\x7f");
  log_info ("bad \xff\xfe utf");
  log_info ("good \xc3\xa4, c1 \xc2\x9b");
  ck_assert_str_eq (captured (), "dcpipe: a b [2Jc \ndcpipe: bad ?? utf\ndcpipe: good \xc3\xa4, c1   \n");
}
END_TEST

START_TEST (test_long_line)
{
  char text[3 * LOG_LINE_MAX];
  const char *line;

  memset (text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  capture ();
  log_configure (LOG_INFO, false);
  log_info ("%s", text);
  line = captured ();
  ck_assert_uint_lt (strlen (line), LOG_LINE_MAX + 20);
  ck_assert_str_eq (line + strlen (line) - 5, "x...\n");
}
END_TEST

START_TEST (test_json)
{
  static const char *const fields[] = { "rows", "5", "scope", "all", NULL };
  json_t *object;

  capture ();
  log_configure (LOG_INFO, true);
  log_set_instance ("sink \"a\"");
  log_event (LOG_WARNING, "commit", "said \"so\"", fields);
  log_set_instance (NULL);
  object = json_loads (captured (), 0, NULL);
  ck_assert_ptr_nonnull (object);
  ck_assert_str_eq (json_string_value (json_object_get (object, "level")), "warning");
  ck_assert_str_eq (json_string_value (json_object_get (object, "instance")), "sink \"a\"");
  ck_assert_str_eq (json_string_value (json_object_get (object, "event")), "commit");
  ck_assert_str_eq (json_string_value (json_object_get (object, "message")), "said \"so\"");
  ck_assert_str_eq (json_string_value (json_object_get (object, "rows")), "5");
  ck_assert_str_eq (json_string_value (json_object_get (object, "scope")), "all");
  ck_assert_uint_eq (strlen (json_string_value (json_object_get (object, "time"))), 24);
  json_decref (object);
}
END_TEST

START_TEST (test_repeats)
{
  size_t lines = 0;
  const char *text;

  capture ();
  log_configure (LOG_INFO, false);
  for (int i = 0; i < 100; i++) {
    log_warning ("again");
    if (i % 10 == 0)
      log_warning ("other %d", i);
  }
  text = captured ();
  for (const char *p = text; (p = strchr (p, '\n')) != NULL; p++)
    lines++;
  ck_assert_uint_eq (lines, 9 + 10 + 1);
  ck_assert_ptr_nonnull (strstr (text, "dcpipe: warning: 91 more of: again\n"));
}
END_TEST

START_TEST (test_errno_is_kept)
{
  capture ();
  errno = ENOSPC;
  log_error ("one");
  fail ("two");
  log_failure ();
  ck_assert_int_eq (errno, ENOSPC);
  captured ();
}
END_TEST

START_TEST (test_failure)
{
  failure_clear ();
  ck_assert_str_eq (failure (), "");
  dcpipe_error ("no %d", 1);
  ck_assert_str_eq (failure (), "no 1");
  fail ("around: %s", failure ());
  ck_assert_str_eq (failure (), "around: no 1");
  log_set_instance ("source x");
  fail ("gone");
  ck_assert_str_eq (failure (), "source x: gone");
  fail ("%s", failure ());
  ck_assert_str_eq (failure (), "source x: gone");
  log_set_instance (NULL);
  capture ();
  log_configure (LOG_INFO, false);
  log_failure ();
  ck_assert_str_eq (captured (), "dcpipe: error: source x: gone\n");
}
END_TEST

static char drawn[16];

static void
redraw (void *context, bool show)
{
  (void) context;
  strncat (drawn, show ? "S" : "H", sizeof drawn - strlen (drawn) - 1);
}

START_TEST (test_redraw)
{
  capture ();
  log_configure (LOG_INFO, false);
  log_set_redraw (redraw, NULL);
  log_info ("one");
  log_debug ("none");
  log_set_redraw (NULL, NULL);
  log_info ("two");
  captured ();
  ck_assert_str_eq (drawn, "HS");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("log");
  TCase *tests = tcase_create ("log");
  SRunner *runner = srunner_create (suite);
  int fd = mkstemp (path), failed;

  if (fd < 0)
    return 99;
  close (fd);
  tcase_add_test (tests, test_text);
  tcase_add_test (tests, test_hostile_text);
  tcase_add_test (tests, test_long_line);
  tcase_add_test (tests, test_json);
  tcase_add_test (tests, test_repeats);
  tcase_add_test (tests, test_errno_is_kept);
  tcase_add_test (tests, test_failure);
  tcase_add_test (tests, test_redraw);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  unlink (path);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
