/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/sequencer.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "pipeline/lock-order.h"
#include "pipeline/sink-thread.h"

struct sequencer {
  struct run *run;
  pthread_mutex_t mutex;
  struct parcel *waiting; /* by number */
  uint64_t next;          /* number of the parcel to come */
  bool begun;             /* a block was seen */
  bool ended;             /* nothing is handed on any more */
  uint64_t position;      /* of the last block */
  struct hash hash;
  uint64_t blocks, entries; /* up to and including it */
};

struct sequencer *
sequencer_make (struct run *run)
{
  struct sequencer *sequencer = calloc (1, sizeof *sequencer);

  if (sequencer == NULL) {
    fail ("no memory for the sequencer");
    return NULL;
  }
  sequencer->run = run;
  pthread_mutex_init (&sequencer->mutex, NULL);
  return sequencer;
}

void
sequencer_free (struct sequencer *sequencer)
{
  if (sequencer == NULL)
    return;
  while (sequencer->waiting != NULL) {
    struct parcel *later = sequencer->waiting->later;

    parcel_release (sequencer->waiting);
    sequencer->waiting = later;
  }
  pthread_mutex_destroy (&sequencer->mutex);
  free (sequencer);
}

/* ---- the chain ---------------------------------------------------------------------------------- */

/* The checks say what is wrong in the parcel, of block number `i`. They tell it by their result, too: for the
 * words there may be no memory. */

/* The block that a resumed run re-reads. */
static bool
check_stored (const struct point *stored, struct parcel *parcel, size_t i)
{
  const struct dcpipe_block *block = &parcel->blocks[i];
  char expected[2 * DCPIPE_HASH_MAX + 1];

  if (block->frame.position != stored->position) {
    parcel_set_fault (parcel, i, STATUS_DIVERGED,
                      "expected the stored block at position %" PRIu64
                      ", the source delivered the one at %" PRIu64,
                      stored->position, block->frame.position);
    return false;
  }
  if (hash_equal (&stored->hash, &block->hash))
    return true;
  hash_text (expected, &stored->hash);
  parcel_set_fault (parcel, i, STATUS_DIVERGED,
                    "block at position %" PRIu64
                    ": its hash is %s, but %s is stored: the ledger was forked or swapped",
                    stored->position, block->hash_hex, expected);
  return false;
}

static bool
check_first (const struct run *run, struct parcel *parcel, size_t i)
{
  const struct dcpipe_block *block = &parcel->blocks[i];
  char text[2 * DCPIPE_HASH_MAX + 1];

  if (block->parent_hash.size > 0) {
    hash_text (text, &block->parent_hash);
    parcel_set_fault (parcel, i, STATUS_DIVERGED,
                      "block at position %" PRIu64 ": it is the first one, but names a parent (%s)",
                      block->frame.position, text);
    return false;
  }
  if (run->ledger.size == 0 || hash_equal (&run->ledger, &block->hash))
    return true;
  hash_text (text, &run->ledger);
  parcel_set_fault (parcel, i, STATUS_DIVERGED,
                    "block at position %" PRIu64
                    ": the first block's hash is %s, but the stored ledger begins with %s",
                    block->frame.position, block->hash_hex, text);
  return false;
}

static bool
check_next (const struct sequencer *sequencer, struct parcel *parcel, size_t i)
{
  const struct dcpipe_block *block = &parcel->blocks[i];
  char expected[2 * DCPIPE_HASH_MAX + 1], found[2 * DCPIPE_HASH_MAX + 1];

  if (block->frame.position <= sequencer->position) {
    parcel_set_fault (parcel, i, STATUS_DIVERGED,
                      "block at position %" PRIu64 ": it does not lie behind the one at %" PRIu64,
                      block->frame.position, sequencer->position);
    return false;
  }
  if (hash_equal (&sequencer->hash, &block->parent_hash))
    return true;
  hash_text (expected, &sequencer->hash);
  hash_text (found, &block->parent_hash);
  parcel_set_fault (parcel, i, STATUS_DIVERGED,
                    "block at position %" PRIu64
                    ": it names %s as its parent, but the block before has the hash %s",
                    block->frame.position, found[0] ? found : "no hash", expected);
  return false;
}

static bool
check_block (const struct sequencer *sequencer, struct parcel *parcel, size_t i)
{
  if (sequencer->begun)
    return check_next (sequencer, parcel, i);
  return sequencer->run->start.known ? check_stored (&sequencer->run->start, parcel, i)
                                     : check_first (sequencer->run, parcel, i);
}

/* Numbers the block and makes it the last one of the chain. A resumed run begins with the block that its
 * start counts up to and including, so the counts are those before it. */
static void
link_block (struct sequencer *sequencer, struct dcpipe_block *block)
{
  struct run *run = sequencer->run;

  if (!sequencer->begun && run->start.known) {
    sequencer->blocks = run->start.blocks - 1;
    sequencer->entries = run->start.entries - block->entries_count;
  }
  block->number = sequencer->blocks++;
  block->first_ordinal = sequencer->entries + 1;
  sequencer->entries += block->entries_count;
  sequencer->begun = true;
  sequencer->position = block->frame.position;
  sequencer->hash = block->hash;
  atomic_store (&run->progress.verified, block->frame.position);
  atomic_fetch_add (&run->progress.verified_blocks, 1);
  atomic_fetch_add (&run->progress.verified_entries, block->entries_count);
  atomic_fetch_add (&run->progress.verified_bytes, block->buffer_size);
}

static void
link_blocks (struct sequencer *sequencer, struct parcel *parcel)
{
  for (size_t i = 0; i < parcel->good && check_block (sequencer, parcel, i); i++)
    link_block (sequencer, &parcel->blocks[i]);
}

/* ---- handing on --------------------------------------------------------------------------------- */

static void
hand_on (struct sequencer *sequencer, struct parcel *parcel)
{
  struct run *run = sequencer->run;

  parcel_deliver (parcel, &run->budget, run->sink_threads_count);
  for (size_t i = 0; i < run->sink_threads_count; i++)
    sink_thread_push (run->sink_threads[i], parcel);
}

/* After a fault the blocks before it are handed on all the same: they are whole, and the next run need not
 * fetch them again. A fault may have no words, but then blocks are missing that should be good. */
static void
take_in_order (struct sequencer *sequencer, struct parcel *parcel)
{
  struct run *run = sequencer->run;
  bool faulty;

  if (sequencer->ended) {
    parcel_skip (parcel, &run->budget);
    return;
  }
  link_blocks (sequencer, parcel);
  faulty = parcel->fault != NULL || parcel->good < parcel->blocks_count;
  if (faulty)
    parcel->end = PARCEL_LAST;
  sequencer->ended = parcel->end == PARCEL_LAST;
  if (faulty)
    run_end (run, parcel->fault_status, parcel->fault);
  hand_on (sequencer, parcel);
}

/* The list of those that wait is short, one for each decode thread or so, and mostly the parcel is the next
 * one. They are handed on with the lock held, or two threads could overtake each other on the way to a sink.
 */
void
sequencer_deliver (struct sequencer *sequencer, struct parcel *parcel)
{
  struct parcel **place = &sequencer->waiting;

  ORDERED_LOCK_SCOPE (&sequencer->mutex, LOCK_SEQUENCER);
  while (*place != NULL && (*place)->number < parcel->number)
    place = &(*place)->later;
  parcel->later = *place;
  *place = parcel;
  while (sequencer->waiting != NULL && sequencer->waiting->number == sequencer->next) {
    struct parcel *next = sequencer->waiting;

    sequencer->waiting = next->later;
    sequencer->next++;
    take_in_order (sequencer, next);
  }
}
