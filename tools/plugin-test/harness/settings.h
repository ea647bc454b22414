/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the plugin as the command line or an INI file gives them. */
#ifndef PLUGIN_TEST_HARNESS_SETTINGS_H
#define PLUGIN_TEST_HARNESS_SETTINGS_H

#include "harness/subject.h"

/* Adds KEY=VALUE. False after fail. */
bool settings_add (struct setting **settings, size_t *count, const char *text);

/* Adds the values of the section with that title ("sink main"), or, for NULL, of the first one of that
 * plugin's, save those that were given already. False after fail. */
bool settings_read (struct subject *subject, const char *path, const char *title);

/* False after fail unless the plugin has all options that are set or to be refused, none is set twice, and
 * all that it needs are. */
bool settings_fit (const struct subject *subject);

/* False after fail if a path among the settings of a sink leads out of the directory of a check. */
bool settings_are_safe (const struct subject *subject);

#endif
