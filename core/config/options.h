/* SPDX-License-Identifier: Apache-2.0 */
/* Values of option tables (struct dcpipe_options): parsing, ranges, storing into a handle. */
#ifndef DCPIPE_CONFIG_OPTIONS_H
#define DCPIPE_CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/ini.h"
#include "dcpipe-plugin.h"

enum option_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENVIRONMENT };

/* One option's value: as it was written, where it came from, and parsed. */
struct option_value {
  char *text; /* as written and expanded; NULL if not given and without default */
  enum option_origin origin;
  unsigned line;  /* in the INI file; 0 for defaults */
  char *variable; /* of ORIGIN_ENVIRONMENT */
  bool bad;       /* there is none that can be used, which is a mistake noted elsewhere */
  bool boolean;
  int64_t integer; /* INT; ENUM: the index */
  uint64_t number; /* SIZE: bytes, DURATION: ms */
  char *string;    /* TEXT, PATH (absolute or as given with a '/' at its start), SECRET */
  char **list;     /* LIST, NULL at its end */
};

/* Parses `text` as the option's value into the parsed members of `value`, empty so far. Relative paths
 * are taken from `directory`. False after fail, saying what was expected ("'x': expected a size from 1k
 * to 1G"). */
bool option_parse (const struct dcpipe_option *option, const char *text, const char *directory,
                   struct option_value *value);

/* Stores what was parsed at the option's offset in `handle`. Strings stay the value's. */
void option_store (const struct dcpipe_option *option, const struct option_value *value, void *handle);

/* How many bytes an option of this type takes in a handle; 0 for an unknown type. */
size_t option_size (int type);
const char *option_type_name (int type);

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
