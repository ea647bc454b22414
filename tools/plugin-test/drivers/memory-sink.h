/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that keeps rows in memory, for running the pipeline over a decoder. */
#ifndef PLUGIN_TEST_DRIVERS_MEMORY_SINK_H
#define PLUGIN_TEST_DRIVERS_MEMORY_SINK_H

#include <stdint.h>

#include "dcpipe-plugin.h"

/* What is stored outlives a run: the handle of the plugin below points to it. */
struct memory_store {
  struct kept_row *rows;
  struct undo *undo; /* what brings back the rows of the last commit, the newest first */
  char *checkpoint;
  const dcpipe_tables *tables;
  uint64_t lose_after; /* after so many calls of apply and commit a transaction is lost; 0: never */
  uint64_t calls;      /* since it was lost last */
  unsigned lost;       /* how often, since the last commit */
  char *dump;          /* all rows as they stood when the sink was closed */
};

struct memory_handle {
  struct memory_store *store;
};

extern const struct dcpipe_sink memory_sink;

void memory_store_free (struct memory_store *store);

#endif
