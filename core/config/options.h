/* SPDX-License-Identifier: Apache-2.0 */
/* From sections of the INI file to a handle: which key of a table of options (struct dcpipe_options) is given
 * where, and what that makes of it. */
#ifndef DCPIPE_CONFIG_OPTIONS_H
#define DCPIPE_CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/ini.h"
#include "config/option-parse.h"
#include "dcpipe-plugin.h"

/* Stores what was parsed at the option's offset in `handle`. Strings stay the value's. */
void option_store (const struct dcpipe_option *option, const struct option_value *value, void *handle);

/* Sets every option of the table from the sections given (NULL entries are skipped; of several that give
 * a key, all must agree), then from defaults. `known` lists further keys that the caller reads itself,
 * NULL at the end. Mistakes are logged and counted in `file`. NULL when memory is short; otherwise an
 * array of options->count values, to be freed with options_free. */
struct option_value *options_set (const struct dcpipe_options *options, struct ini_file *file,
                                  const struct ini_section *const *sections, size_t sections_count,
                                  const char *const *known, void *handle);

/* True if no value is bad. Otherwise the handle is not for others to read: to say what contradicts what in it
 * would be noise. */
bool options_good (const struct dcpipe_options *options, const struct option_value *values);

/* A deep copy, and its values stored in `handle`. NULL when memory is short. */
struct option_value *options_copy (const struct dcpipe_options *options, const struct option_value *values,
                                   void *handle);
void options_free (const struct dcpipe_options *options, struct option_value *values);

#endif
