/* SPDX-License-Identifier: Apache-2.0 */
/* Rows copied, compared, and folded into one another. */
#ifndef DCPIPE_DATA_ROW_MERGE_H
#define DCPIPE_DATA_ROW_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/row.h"

/* Copies a row with all its values, those that the engine fills included, into one allocation. NULL when
 * there is no memory. */
struct dcpipe_row *row_copy (const struct dcpipe_row *row);

/* A copy of what `row` (UPSERT, UPDATE or INSERT) makes of `old`, which may be NULL. NULL when there is no
 * memory. */
struct dcpipe_row *row_merge (const struct dcpipe_row *old, const struct dcpipe_row *row);

/* Makes `old`, a copy, what row_merge would, in its own memory. False if that is too small; `old` is then as
 * it was. */
bool row_change (struct dcpipe_row *old, const struct dcpipe_row *row);

/* Bytes that row_copy's result takes. */
size_t row_copy_size (const struct dcpipe_row *row);

/* True if both rows, of one table, have the same values; `column` tells the first that differs. VOLATILE
 * columns are not compared. */
bool row_equal (const struct dcpipe_row *a, const struct dcpipe_row *b, size_t *column);

#endif
