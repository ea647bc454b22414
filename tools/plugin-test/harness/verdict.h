/* SPDX-License-Identifier: Apache-2.0 */
/* How a check ends before its end. Unit tests, which share the drivers, have functions of their own for it.
 */
#ifndef PLUGIN_TEST_HARNESS_VERDICT_H
#define PLUGIN_TEST_HARNESS_VERDICT_H

#include <stdbool.h>

/* The check is not passed, for the reason given: what was seen and what the contract asks for instead. */
_Noreturn void verdict_fail (const char *format, ...) __attribute__ ((__format__ (__printf__, 1, 2)));

/* It cannot be made here: the plugin lacks an optional part, or the command line an option. */
_Noreturn void verdict_skip (const char *format, ...) __attribute__ ((__format__ (__printf__, 1, 2)));

/* Where verdicts of this process go from now on: one of these letters, and the reason. */
#define VERDICT_PASSED 'p'
#define VERDICT_SKIPPED 's'
#define VERDICT_FAILED 'f'
#define VERDICT_MAX 4096
void verdict_goes_to (int fd);

#define EXPECT(condition, ...)                                                                               \
  do                                                                                                         \
    if (!(condition))                                                                                        \
      verdict_fail (__VA_ARGS__);                                                                            \
  while (false)

/* Memory that the check cannot do without. */
#define EXPECT_MEMORY(pointer) EXPECT ((pointer) != NULL, "no memory for the test")

#endif
