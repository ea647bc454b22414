/* SPDX-License-Identifier: Apache-2.0 */
/* Runs checks, each in a process of its own, so that one that crashes or hangs is one line of the result, and
 * prints what came of them in the form of TAP (https://testanything.org). */
#ifndef PLUGIN_TEST_HARNESS_RUNNER_H
#define PLUGIN_TEST_HARNESS_RUNNER_H

#include <stdbool.h>

/* Makes the directory under which checks have theirs. Checks take at most `timeout` seconds; only those
 * whose line has `only` in it are run (NULL: all). False after fail. */
bool runner_begin (unsigned timeout, const char *only);

/* That directory. What is left in it is removed after each check. */
const char *runner_directory (void);

/* Runs one check, `run (context)` in a child process, and prints its line. True if it was not failed. */
bool runner_check (const char *group, const char *name, void (*run) (const void *context),
                   const void *context);

/* The same for what several threads do at once in a plugin. */
bool runner_check_threads (const char *group, const char *name, void (*run) (const void *context),
                           const void *context);

/* From now on only such checks are run, and what ThreadSanitizer reports of the plugin fails them. */
void runner_watch_threads (const char *plugin);

/* In a check: what it is about to do, told if it crashes or hangs there. */
void runner_at (const char *format, ...) __attribute__ ((__format__ (__printf__, 1, 2)));

/* How many were run or skipped. */
unsigned runner_checks (void);

/* Prints the plan and the totals and removes the directory; the exit status: 0 if nothing failed, 1 if
 * something did, 77 if all was skipped. `bail`: why there is no plan, since nothing more can be checked; or
 * NULL. */
int runner_end (const char *bail);

#endif
