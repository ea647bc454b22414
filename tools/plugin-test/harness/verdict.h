/* SPDX-License-Identifier: Apache-2.0 */
/* How a check ends before its end. Implemented by the program that runs the checks, and, for the drivers that
 * they share, by unit tests. */
#ifndef PLUGIN_TEST_HARNESS_VERDICT_H
#define PLUGIN_TEST_HARNESS_VERDICT_H

#include <stdbool.h>

/* The check is not passed, for the reason given: what was seen and what the contract asks for instead. */
_Noreturn void verdict_fail (const char *format, ...) __attribute__ ((__format__ (__printf__, 1, 2)));

/* It cannot be made here: the plugin lacks an optional part, or the command line an option. */
_Noreturn void verdict_skip (const char *format, ...) __attribute__ ((__format__ (__printf__, 1, 2)));

#define EXPECT(condition, ...)                                                                               \
  do                                                                                                         \
    if (!(condition))                                                                                        \
      verdict_fail (__VA_ARGS__);                                                                            \
  while (false)

/* Memory that the check cannot do without. */
#define EXPECT_MEMORY(pointer) EXPECT ((pointer) != NULL, "no memory for the test")

#endif
