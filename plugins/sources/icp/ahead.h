/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps several chunks of data_fetch on their way.
 *
 *        ledger  ──────┬─────────────┬─────────────┬─────────────┬──────▶
 *                cut   │  wanted     │  asked for ahead, by guessed positions
 *                      └─ the head of the window: what is waited for */
#ifndef DCPIPE_ICP_AHEAD_H
#define DCPIPE_ICP_AHEAD_H

#include "reading.h"

#define PREFETCH_MAX 64

/* A chunk that was asked for. */
struct slot {
  uint64_t position;
  struct ic_question question;
};

/* Chunks asked for, in order. The first one begins at `wanted`; the positions of the others are guesses. */
struct ahead {
  struct slot slots[PREFETCH_MAX];
  size_t prefetch; /* so many at once */
  size_t head, count;
  uint64_t wanted;      /* the first byte that is not there yet */
  bool from_the_start;  /* `wanted` is not known yet: the ledger's first block */
  struct before before; /* `wanted` */
  uint64_t stride;      /* how long chunks are when more follow; 0 before that is known */
  bool more;            /* the last reply had more behind it */
  bool paused;          /* the engine has waited since a fault */
};

/* Begins at a position, or at the ledger's first block if it is NULL. */
void ahead_begin (struct ahead *ahead, const uint64_t *position, const struct before *before);

/* Ends all that is under way and forgets what has come. */
void ahead_clear (struct ahead *ahead);

/* Waits for the chunk at `wanted` and hands it over, after asking for those behind it; `wanted` is then
 * behind it. DCPIPE_OK, DCPIPE_WAIT, or another result after setting `fault`. `answer` is the caller's.
 * DCPIPE_NONE: in the midst of a block an answer did not fit; that is to be asked for from its beginning. */
int ahead_next (struct ahead *ahead, struct reading *reading, uint64_t deadline, struct chunk *chunk,
                struct ic_answer **answer, struct fault *fault);

#endif
