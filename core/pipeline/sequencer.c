/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/sequencer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"
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

/* What is wrong with the block that a resumed run re-reads, or NULL. */
static char *
check_stored (const struct point *stored, const struct dcpipe_block *block)
{
  char expected[2 * DCPIPE_HASH_MAX + 1];
  char *fault = NULL;

  if (block->frame.position != stored->position) {
    if (asprintf (&fault,
                  "expected the stored block at position %" PRIu64
                  ", the source delivered the one at %" PRIu64,
                  stored->position, block->frame.position)
        < 0)
      return NULL;
    return fault;
  }
  if (hash_equal (&stored->hash, &block->hash))
    return NULL;
  hash_text (expected, &stored->hash);
  if (asprintf (&fault,
                "block at position %" PRIu64
                ": its hash is %s, but %s is stored: the ledger was forked or swapped",
                stored->position, block->hash_hex, expected)
      < 0)
    return NULL;
  return fault;
}

static char *
check_first (const struct run *run, const struct dcpipe_block *block)
{
  char text[2 * DCPIPE_HASH_MAX + 1];
  char *fault = NULL;
  int size = 0;

  if (block->parent_hash.size > 0) {
    hash_text (text, &block->parent_hash);
    size = asprintf (&fault, "block at position %" PRIu64 ": it is the first one, but names a parent (%s)",
                     block->frame.position, text);
  } else if (run->ledger.size > 0 && !hash_equal (&run->ledger, &block->hash)) {
    hash_text (text, &run->ledger);
    size = asprintf (&fault,
                     "block at position %" PRIu64
                     ": the first block's hash is %s, but the stored ledger begins with %s",
                     block->frame.position, block->hash_hex, text);
  }
  return size < 0 ? NULL : fault;
}

static char *
check_next (const struct sequencer *sequencer, const struct dcpipe_block *block)
{
  char expected[2 * DCPIPE_HASH_MAX + 1], found[2 * DCPIPE_HASH_MAX + 1];
  char *fault = NULL;
  int size = 0;

  if (block->frame.position <= sequencer->position)
    size = asprintf (&fault, "block at position %" PRIu64 ": it does not lie behind the one at %" PRIu64,
                     block->frame.position, sequencer->position);
  else if (!hash_equal (&sequencer->hash, &block->parent_hash)) {
    hash_text (expected, &sequencer->hash);
    hash_text (found, &block->parent_hash);
    size = asprintf (&fault,
                     "block at position %" PRIu64
                     ": it names %s as its parent, but the block before has the hash %s",
                     block->frame.position, found[0] ? found : "no hash", expected);
  }
  return size < 0 ? NULL : fault;
}

static char *
check_block (const struct sequencer *sequencer, const struct dcpipe_block *block)
{
  if (sequencer->begun)
    return check_next (sequencer, block);
  return sequencer->run->start.known ? check_stored (&sequencer->run->start, block)
                                     : check_first (sequencer->run, block);
}

/* Numbers the block and makes it the last one of the chain. */
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
  for (size_t i = 0; i < parcel->good; i++) {
    char *fault = check_block (sequencer, &parcel->blocks[i]);

    if (fault == NULL) {
      link_block (sequencer, &parcel->blocks[i]);
      continue;
    }
    free (parcel->fault);
    parcel->fault = fault;
    parcel->fault_status = STATUS_DIVERGED;
    parcel->good = i;
  }
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

static void
take_in_order (struct sequencer *sequencer, struct parcel *parcel)
{
  if (!sequencer->ended) {
    link_blocks (sequencer, parcel);
    if (parcel->fault != NULL || (parcel->blocks_count > 0 && parcel->good < parcel->blocks_count))
      parcel->end = PARCEL_LAST;
  }
  if (sequencer->ended) {
    parcel_skip (parcel, &sequencer->run->budget);
    return;
  }
  sequencer->ended = parcel->end == PARCEL_LAST;
  if (parcel->fault != NULL)
    run_end (sequencer->run, parcel->fault_status, parcel->fault);
  hand_on (sequencer, parcel);
}

void
sequencer_deliver (struct sequencer *sequencer, struct parcel *parcel)
{
  struct parcel **place = &sequencer->waiting;

  LOCK_SCOPE (&sequencer->mutex);
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
