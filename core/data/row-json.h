/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as JSON (doc/formats.md): what `dcpipe dump` prints, and what sinks that keep texts store. */
#ifndef DCPIPE_DATA_ROW_JSON_H
#define DCPIPE_DATA_ROW_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "data/row.h"

/* A text that grows. `no_memory` stays set once it could not. */
struct json_text {
  char *data;
  size_t size, capacity;
  bool no_memory;
};

/* Appends the row as dcpipe_row_json gives it. */
void row_json_write (struct json_text *text, const struct dcpipe_row *row);

/* Prints a row of a dump, with a newline. VOLATILE columns only if `all_columns`. False if that failed. */
bool dump_row (FILE *file, const struct dcpipe_row *row, bool all_columns);

/* One value as it stands in a row. */
void dump_value (FILE *file, const struct dcpipe_row *row, size_t column);

#endif
