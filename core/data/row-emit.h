/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on their way from a callback that emits them to a sink that is given them. */
#ifndef DCPIPE_DATA_ROW_EMIT_H
#define DCPIPE_DATA_ROW_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "data/row.h"

/* Begins the rows of a decoder's callbacks; entry, label and list are set by the caller. */
void rows_begin (struct dcpipe_rows *rows, struct arena *arena, const struct dcpipe_tables *tables,
                 size_t decoder, const char *decoder_name, size_t decoder_tables);

/* Adds `row` to the list. False when there is no memory. */
bool row_list_add (struct arena *arena, struct row_list *list, const struct dcpipe_row *row);

/* The entry that the row stems from failed: adds the row for failed_entries. */
void rows_fail_entry (struct dcpipe_rows *rows, uint64_t item, const char *reason);

/* Checks the rows that a callback emitted, from number `from` on. Those of an entry with text that is not
 * UTF-8 are replaced by a failed entry. False after fail: a mistake of the plugin, or no memory. */
bool rows_finish (struct dcpipe_rows *rows, size_t from);

/* The same for rows of a source, which stem from no entry: those that cannot be kept are left out, with a
 * warning. */
bool rows_settle (struct dcpipe_rows *rows);

#endif
