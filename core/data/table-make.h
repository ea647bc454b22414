/* SPDX-License-Identifier: Apache-2.0 */
/* Tables made of what plugins declare, once it is found to be sound. */
#ifndef DCPIPE_DATA_TABLE_MAKE_H
#define DCPIPE_DATA_TABLE_MAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/table.h"

/* Fills `table` from a declaration. False after fail, naming table and column. What it holds is freed with
 * table_clear even then. */
bool table_fill (struct dcpipe_table *table, const struct dcpipe_table_def *def, size_t owner);
void table_clear (struct dcpipe_table *table);

/* Checks what a decoder (0) or a source (TABLE_SOURCE) declares; false after fail, naming table and
 * column. */
bool tables_check (const struct dcpipe_table_defs *defs, size_t owner);

#endif
