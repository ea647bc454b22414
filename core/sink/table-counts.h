/* SPDX-License-Identifier: Apache-2.0 */
/* What a source keeps in tables of its own, which no checkpoint tells of. */
#ifndef DCPIPE_SINK_TABLE_COUNTS_H
#define DCPIPE_SINK_TABLE_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "data/table.h"
#include "plugin/plugin.h"

/* A table of the source's, and how many rows of it a sink has. */
struct table_count {
  const char *table;
  uint64_t rows;
};

/* Counts the rows of the source's tables, which are all of `tables` but core's own, in a sink by reading
 * them: `count` gets the number of those that have any, and `items` memory for them, to be freed. A sink that
 * cannot read rows back has none. An enum status; fail has the reason. */
int table_counts_read (const struct instance *configured, const struct dcpipe_tables *tables,
                       struct table_count **items, size_t *count);

#endif
