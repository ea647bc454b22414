/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that resolving decoders touched, in front of one sink. Operations are folded here, so that each
 * changed row is written once for each commit, and looking a row up costs memory accesses. One thread. */
#ifndef DCPIPE_SINK_ROW_CACHE_H
#define DCPIPE_SINK_ROW_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/row.h"
#include "plugin/plugin.h"

struct cached_row;
struct row_index;

struct row_cache {
  struct instance *sink;
  const struct dcpipe_tables *tables;
  size_t limit; /* bytes of rows kept */
  size_t size;
  struct row_index *indexes; /* by table number */
  size_t clock_hand;         /* number of the row index that is trimmed next */
  struct cached_row *dirty, *dirty_last;
  /* Gives rows to the sink at once. */
  int (*apply) (void *context, const struct dcpipe_row **rows, size_t count);
  void *context;
  bool pinned;                 /* a resolve callback may still read rows that it got or scanned */
  struct dcpipe_row **retired; /* those that were replaced since, to be freed when it has ended */
  size_t retired_count, retired_capacity;
};

/* All return an enum dcpipe_result; other than DCPIPE_OK and DCPIPE_NONE after fail. */

/* Applies an emitted row to the cache. One that `lasts` lives until the next commit, others are copied. */
int cache_fold (struct row_cache *cache, const struct dcpipe_row *row, bool lasts);

/* The row with that key: DCPIPE_OK, or DCPIPE_NONE. Valid until cache_return. */
int cache_get (struct row_cache *cache, const struct dcpipe_row *key, const struct dcpipe_row **row);

/* A table that fits is read from the sink once, and is then scanned here: what changed in it need not be
 * written before. */
int cache_scan (struct row_cache *cache, const struct dcpipe_row *prefix,
                bool (*each) (void *context, const struct dcpipe_row *row), void *context);

/* Writes all changed rows to the sink. Before every commit. */
int cache_flush (struct row_cache *cache);

/* When nobody reads the rows any more that were got and scanned: from then on they are changed where they
 * are. */
void cache_return (struct row_cache *cache);

/* After each resolve: the same, and keeps the cache within bounds. */
int cache_settle (struct row_cache *cache);

/* Forgets everything, also what was not flushed: after a rollback. */
void cache_clear (struct row_cache *cache);

#endif
