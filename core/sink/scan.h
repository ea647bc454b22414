/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on their way back from a sink. */
#ifndef DCPIPE_SINK_SCAN_H
#define DCPIPE_SINK_SCAN_H

#include <stdbool.h>

#include "base/arena.h"
#include "data/row.h"

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

/* False after fail if the sink filled the row that the maker made wrongly. */
bool scan_check_row (const struct dcpipe_rows *maker, const struct dcpipe_row *row);

#endif
