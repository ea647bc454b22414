/* SPDX-License-Identifier: Apache-2.0 */
/* Options of a plugin as an INI file would give them, without the file: so every value arrives as it was
 * meant, however long and whatever bytes are in it. */
#ifndef PLUGIN_TEST_HARNESS_OPTIONS_FILE_H
#define PLUGIN_TEST_HARNESS_OPTIONS_FILE_H

#include "config/ini.h"
#include "plugin/plugin.h"

/* A file of one section without values, with relative paths taken from `directory`. To be freed with
 * ini_free. Ends the check when memory is short. */
struct ini_file *options_file_make (const char *directory);

/* Sets a key, in place of an earlier value; NULL leaves it out. The value is not expanded. */
void options_file_set (struct ini_file *file, const char *key, const char *value);

/* An instance of the plugin with the options of the file, its config_complete called. To be freed with
 * instance_free. NULL when a mistake was noted in the file or (after fail) config_complete did not take it.
 */
struct instance *options_file_instance (struct ini_file *file, struct plugin *plugin);

/* Why there was none. */
const char *options_file_reason (const struct ini_file *file);

#endif
