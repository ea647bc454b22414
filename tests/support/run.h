/* SPDX-License-Identifier: Apache-2.0 */
/* The main function of a test program built with Check. */
#ifndef TESTS_SUPPORT_RUN_H
#define TESTS_SUPPORT_RUN_H

#include <check.h>

/* Runs one case of that name with the given tests, each between `set_up` and `tear_down` if these are given,
 * and returns the exit status for main. */
static inline int
run_tests (const char *name, const TTest *const tests[], size_t count, SFun set_up, SFun tear_down)
{
  Suite *suite = suite_create (name);
  TCase *tcase = tcase_create (name);
  SRunner *runner;
  int failed;

  tcase_set_timeout (tcase, 120);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  for (size_t i = 0; i < count; i++)
    tcase_add_test (tcase, tests[i]);
  suite_add_tcase (suite, tcase);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed > 0;
}

#define RUN_TESTS(name, tests) RUN_TESTS_BETWEEN (name, tests, NULL, NULL)
#define RUN_TESTS_BETWEEN(name, tests, set_up, tear_down)                                                    \
  run_tests (name, tests, sizeof (tests) / sizeof *(tests), set_up, tear_down)

#endif
