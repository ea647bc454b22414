/* SPDX-License-Identifier: Apache-2.0 */
/* One option's value: what its text may be, and what it means. */
#ifndef DCPIPE_CONFIG_OPTION_PARSE_H
#define DCPIPE_CONFIG_OPTION_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* How many bytes an option of this type takes in a handle; 0 for an unknown type. */
size_t option_size (int type);
const char *option_type_name (int type);

#endif
