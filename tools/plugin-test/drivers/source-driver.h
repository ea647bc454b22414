/* SPDX-License-Identifier: Apache-2.0 */
/* Calls a source as the engine does, and keeps what it delivers. */
#ifndef PLUGIN_TEST_DRIVERS_SOURCE_DRIVER_H
#define PLUGIN_TEST_DRIVERS_SOURCE_DRIVER_H

#include "data/batch.h"
#include "data/checkpoint.h"
#include "harness/subject.h"
#include "pipeline/parcel.h"
#include "plugin/plugin.h"

/* A block as it was delivered. */
struct seen_frame {
  uint64_t position;
  size_t size;
  uint8_t digest[SHA256_SIZE]; /* of its bytes */
  char cursor[DCPIPE_CURSOR_MAX];
  size_t cursor_size;
};

/* What was delivered from an open to the tip. The batches are kept, so that their bytes live. */
struct reading {
  struct dcpipe_batch **batches;
  size_t batches_count;
  size_t rows; /* of the source's own tables */
  struct seen_frame *frames;
  size_t count;
  int result; /* that ended it: DCPIPE_TIP, or a fault */
};

/* An instance of the plugin, open from the first block on, and its end. Ends the check if it does not open.
 */
struct instance *source_begin (const struct subject *subject);
void source_end (struct instance *source);

/* Opens from `from` on (NULL: the first block). An enum dcpipe_result. */
int source_open (const struct instance *source, const struct point *from);

/* From the first block on. Ends the check if that fails. */
void source_must_open (const struct instance *source);

/* True if the source says, open as it is, that its blocks have positions and hashes. */
bool source_has_blocks (const struct instance *source);

/* One call of `next` with a deadline so many ms from now. Ends the check if the plugin gives the batch what
 * it must not. The batch is not to be moved, and to be cleared. */
int source_next (const struct instance *source, unsigned ms, struct dcpipe_batch *batch);

/* Reads on until the tip, a fault, or `limit` blocks, which must come in rising order. Passing faults are
 * waited for. */
void source_read (const struct instance *source, struct reading *reading, size_t limit);
void reading_free (struct reading *reading);

/* Where block number `i` is, with its cursor or without. */
struct point reading_point (const struct reading *reading, size_t i, bool cursor);

/* Frame number `i`, wherever its batch is. */
const struct dcpipe_frame *reading_frame (const struct reading *reading, size_t i);

/* Unpacks one frame into a parcel of its own: the result of `unpack`, DCPIPE_DIVERGED for faults that core
 * finds. The block is the parcel's first; the parcel is to be released. */
int source_unpack (const struct instance *source, const struct dcpipe_frame *frame, struct parcel **parcel);

#endif
