/* SPDX-License-Identifier: Apache-2.0 */
/* ThreadSanitizer for plugins that were built with it, whatever this program was built with: its runtime must
 * be there before all else, so the program begins once more with it. */
#ifndef PLUGIN_TEST_HARNESS_TSAN_H
#define PLUGIN_TEST_HARNESS_TSAN_H

#include <stdbool.h>
#include <stddef.h>

bool tsan_is_here (void);

/* The plugin needs the runtime, and it is not there. */
bool tsan_is_missing (const char *plugin);

/* Begins anew with the runtime that the plugin needs, unless it is there already. Returns true then, and
 * false after fail if the plugin was not built for it, or the runtime does not work here: `*absent` tells
 * which. */
bool tsan_enter (const char *plugin, char **argv, bool *absent);

/* Has the engine tell the runtime what it does not see by itself, before threads begin. */
void tsan_watch (void);

/* Ends the process as exit does. Under the runtime without what libraries do then: it does not see all that
 * the C library does with its own locks, and so p11-kit, which comes with libcurl, may wait for one of them
 * for ever. */
_Noreturn void tsan_exit (int status);

/* What the first report among these lines says, in one line: the kind and the places in the plugin. False if
 * there is no report. */
bool tsan_summary (const char *lines, const char *plugin, char *text, size_t size);

#endif
