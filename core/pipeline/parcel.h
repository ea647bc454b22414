/* SPDX-License-Identifier: Apache-2.0 */
/* A run of neighbouring blocks that one decode thread unpacks and decodes, on its way from the source to the
 * sinks. A parcel owns its blocks' entries and rows in one arena and is shared by the sinks by reference
 * count; the last one to let go frees it. Until it is given to the sinks a parcel belongs to one thread; from
 * then on it is read only. */
#ifndef DCPIPE_PIPELINE_PARCEL_H
#define DCPIPE_PIPELINE_PARCEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "data/batch.h"
#include "data/block.h"
#include "data/row.h"

struct budget;

enum parcel_end {
  PARCEL_GOES_ON = 0,
  PARCEL_AT_TIP, /* nothing comes after it for now */
  PARCEL_LAST    /* nothing comes after it in this run */
};

struct parcel {
  atomic_uint references;
  uint64_t number; /* in the order of the ledger, from 0 */
  struct block_memory memory;
  struct dcpipe_block *blocks;
  size_t blocks_count;
  size_t good;          /* blocks, from the first, that are what they must be */
  char *fault;          /* what is wrong with the block after those, from malloc, or NULL */
  int fault_status;     /* enum status */
  struct parcel *later; /* the next one that waits in the sequencer */
  struct row_list rows; /* of the source's own tables, applied behind the blocks */
  struct arena row_memory;
  struct budget *budget;
  size_t charge;  /* what the budget was charged for it */
  bool delivered; /* to the sinks */
  enum parcel_end end;
};

/* Makes a parcel of frames [first, first + count) of the batch; NULL after fail. */
struct parcel *parcel_make (const struct dcpipe_batch *batch, size_t first, size_t count);

/* A parcel without blocks that takes over the batch's rows; NULL after fail. */
struct parcel *parcel_make_rows (struct dcpipe_batch *batch);

/* A parcel without blocks, to carry an end. */
struct parcel *parcel_make_end (enum parcel_end end);

/* Drops the bytes of frames that no entry points into. */
void parcel_drop_frames (struct parcel *parcel);

/* Bytes that the parcel holds. */
size_t parcel_size (const struct parcel *parcel);

void parcel_release (struct parcel *parcel);

#endif
