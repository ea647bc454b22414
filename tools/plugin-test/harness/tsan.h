/* SPDX-License-Identifier: Apache-2.0 */
/* ThreadSanitizer for plugins that were built with it, whatever this program was built with: its runtime must
 * be there before all else, so the program begins once more with it. */
#ifndef PLUGIN_TEST_HARNESS_TSAN_H
#define PLUGIN_TEST_HARNESS_TSAN_H

#include <stdbool.h>
#include <stddef.h>

/* The plugin needs the runtime, and it is not there. */
bool tsan_is_missing (const char *plugin);

/* Begins anew with the runtime that the plugin needs, unless it is there already. Returns true then, and
 * false after fail if the plugin was not built for it, or the runtime does not work here: `*absent` tells
 * which. */
bool tsan_enter (const char *plugin, char **argv, bool *absent);

/* Has the engine tell the runtime what it does not see by itself, before threads begin. */
void tsan_watch (void);

/* What the first report among these lines says, in one line: the kind and the places in the plugin. False if
 * there is no report. */
bool tsan_summary (const char *lines, const char *plugin, char *text, size_t size);

#endif
