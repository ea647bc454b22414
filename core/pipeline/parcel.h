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
  struct budget *budget; /* that it is charged to; NULL: to none */
  size_t charge;         /* what that was charged for it */
  bool delivered;        /* to the sinks */
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

/* Bytes that the parcel holds, and bytes of its frames. */
size_t parcel_size (const struct parcel *parcel);
size_t parcel_frames_size (const struct parcel *parcel);

/* Notes that the parcel's block number `good` and all after it are not to be used, and why. `status`: enum
 * status. */
void parcel_set_fault (struct parcel *parcel, size_t good, int status, const char *format, ...)
    __attribute__ ((format (printf, 4, 5)));

/* Gives a reference back. The last one frees the parcel and what it was charged. */
void parcel_release (struct parcel *parcel);

/* What the budget is charged for a parcel is changed by these alone. At first `size`, by which nobody knows
 * more than what such blocks became lately; waits for it. False if the run has ended meanwhile. A parcel that
 * carries but an end is never charged. */
bool parcel_charge (struct parcel *parcel, struct budget *budget, size_t size);

/* While it is unpacked and decoded: charges what it has come to hold, if that is more, and waits for it. */
void parcel_grow_charge (struct parcel *parcel);

/* When its size is known: charges exactly that, without waiting. */
void parcel_settle_charge (struct parcel *parcel);

/* It was its turn, and so many sinks get a reference each. */
void parcel_deliver (struct parcel *parcel, struct budget *budget, size_t sinks);

/* It was its turn, and nobody gets it. Releases it. */
void parcel_skip (struct parcel *parcel, struct budget *budget);

#endif
