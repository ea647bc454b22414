/* SPDX-License-Identifier: Apache-2.0 */
/* Reading rows back from a sink. */
#ifndef DCPIPE_SINK_SCAN_H
#define DCPIPE_SINK_SCAN_H

#include <stdbool.h>

#include "base/arena.h"
#include "data/row.h"
#include "plugin/plugin.h"

struct dcpipe_scan {
  const struct dcpipe_table *table;
  struct arena arena;
  struct dcpipe_rows maker;
  struct dcpipe_row *row;
  bool (*each) (void *context, const struct dcpipe_row *row);
  void *context;
  bool stopped;
  bool bad; /* a row could not be taken; why was given to fail */
};

/* Calls `each` with the rows of the prefix's table whose key begins with the columns set in it, in key
 * order, until it returns false. A row is valid until `each` returns. A result of the sink's, or
 * DCPIPE_FAIL after fail. */
int sink_scan (struct instance *sink, const struct dcpipe_row *prefix,
               bool (*each) (void *context, const struct dcpipe_row *row), void *context);

/* The row with that key, as a copy that the caller frees: DCPIPE_OK, DCPIPE_NONE, or another result after
 * fail. */
int sink_get (struct instance *sink, const struct dcpipe_row *key, struct dcpipe_row **row);

/* An empty key of `table`, in memory of the maker, which row_scratch_free ends. */
struct row_scratch {
  struct arena arena;
  struct dcpipe_rows maker;
};

struct dcpipe_row *row_scratch_key (struct row_scratch *scratch, const struct dcpipe_table *table);
void row_scratch_free (struct row_scratch *scratch);

#endif
