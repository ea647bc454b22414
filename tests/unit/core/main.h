/* SPDX-License-Identifier: Apache-2.0 */
/* The end of every test program here. */
#ifndef TESTS_CORE_MAIN_H
#define TESTS_CORE_MAIN_H

#include <check.h>

/* Runs the tests; the exit status. */
static int
run_tests (const char *name, const TTest *const *tests, size_t count)
{
  Suite *suite = suite_create (name);
  TCase *tcase = tcase_create (name);
  SRunner *runner;
  int failed;

  tcase_set_timeout (tcase, 120);
  for (size_t i = 0; i < count; i++)
    tcase_add_test (tcase, tests[i]);
  suite_add_tcase (suite, tcase);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed > 0;
}

#define RUN_TESTS(name, tests) run_tests (name, tests, sizeof (tests) / sizeof *(tests))

#endif
