/* SPDX-License-Identifier: Apache-2.0 */
/* What one call of a source's `next` delivers: memory, frames that point into it, and rows of the source's
 * own tables. */
#ifndef DCPIPE_DATA_BATCH_H
#define DCPIPE_DATA_BATCH_H

#include "data/block.h"
#include "data/row.h"

struct dcpipe_batch {
  struct arena arena; /* frames and cursors */
  struct frame_memory *memory;
  struct dcpipe_frame *frames;
  size_t frames_count, frames_capacity;
  int trust;
  bool extent_known;
  uint64_t first, end;
  const char *mistake;     /* of the plugin */
  struct dcpipe_rows rows; /* of the source's own tables, in memory of their own */
  struct row_list row_list;
  struct arena row_memory;
};

void batch_clear (struct dcpipe_batch *batch);

/* Empties the batch, which does not move from then on, and lets rows be emitted into the `count` tables of
 * the source. */
void batch_begin (struct dcpipe_batch *batch, const struct dcpipe_tables *tables, size_t count);

#endif
