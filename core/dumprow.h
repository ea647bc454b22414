/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as JSON lines, the same text whatever sink they come from. */
#ifndef DCPIPE_DUMPROW_H
#define DCPIPE_DUMPROW_H

#include <stdbool.h>
#include <stdio.h>

#include "row.h"

/* Writes the row as one line: columns in declared order, integers with all digits, decimals as strings,
 * blobs in lower-case hexadecimal, times as YYYY-MM-DDTHH:MM:SS.mmmZ. VOLATILE columns only if
 * `all_columns`. False if `file` cannot be written. */
bool dump_row (FILE *file, const struct dcpipe_row *row, bool all_columns);

/* One value in that form. */
void dump_value (FILE *file, const struct dcpipe_row *row, size_t column);

/* Writes text as a JSON string. */
void dump_string (FILE *file, const void *text, size_t size);

#endif
