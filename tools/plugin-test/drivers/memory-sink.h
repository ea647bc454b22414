/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that keeps texts in memory, for running the pipeline over a decoder. */
#ifndef PLUGIN_TEST_DRIVERS_MEMORY_SINK_H
#define PLUGIN_TEST_DRIVERS_MEMORY_SINK_H

#include <stdint.h>

#include "dcpipe-plugin.h"

/* What is stored, which outlives a run: the handle of the plugin below. */
struct memory_store {
  struct kept_text **texts; /* in the order of tables, then keys */
  size_t count;
  struct change *changes; /* since the last commit, the newest first */
  uint64_t lose_after;    /* after so many calls of put and commit a transaction is lost; 0: never */
  uint64_t calls;         /* since it was lost last */
  unsigned lost;          /* how often, since the last commit */
};

extern const struct dcpipe_sink memory_sink;

void memory_store_free (struct memory_store *store);

#endif
