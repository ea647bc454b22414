/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "chunks.h"

#include <inttypes.h>

#include "dcledger/unpack.h"

bool
chunks_open (struct chunks *chunks, const struct reading *reading, const uint64_t *position, size_t prefetch)
{
  chunks->ahead.prefetch = prefetch;
  ahead_begin (&chunks->ahead, position, &reading->before);
  chunks->at_tip = false;
  chunks->fault.result = DCPIPE_OK;
  chunks->framer = ledger_framer_new (position != NULL ? *position : 0, frame_limit ());
  return chunks->framer != NULL;
}

void
chunks_close (struct chunks *chunks)
{
  ahead_clear (&chunks->ahead);
  ledger_framer_free (chunks->framer);
  chunks->framer = NULL;
}

/* ---- cutting -------------------------------------------------------------------------------------- */

/* A chunk on its way into a batch. */
struct cut {
  struct chunks *chunks;
  struct reading *reading;
  dcpipe_batch *batch;
  struct chunk chunk;
  struct ic_answer *answer; /* holds the chunk's bytes; NULL when the batch does */
  struct ic_answer about;   /* what is known of it, still then */
  bool any;                 /* frames were delivered */
};

static bool
lies_in (struct bytes inner, struct bytes outer)
{
  return (uintptr_t) inner.data >= (uintptr_t) outer.data
         && (uintptr_t) inner.data + inner.size <= (uintptr_t) outer.data + outer.size;
}

/* Delivers one block: in place, or copied if it was put together from several chunks. */
static bool
deliver (struct cut *cut, const struct ledger_frame *frame, const struct link *link)
{
  struct ledger_frame placed = *frame;
  uint8_t *copy;

  if (!lies_in (frame->bytes, cut->chunk.bytes)) {
    copy = dcpipe_batch_memory (cut->batch, frame->bytes.size);
    if (copy == NULL)
      return false;
    memcpy (copy, frame->bytes.data, frame->bytes.size);
    placed.bytes.data = copy;
  } else if (cut->answer != NULL) {
    dcpipe_batch_adopt (cut->batch, cut->chunk.bytes.data, cut->chunk.bytes.size, ic_answer_free,
                        cut->answer);
    cut->answer = NULL;
  }
  reading_give (cut->reading, cut->batch, &placed, link);
  cut->any = true;
  return true;
}

/* The chunk is given up, and fetched again from the block that comes next. */
static void
begin_again (struct chunks *chunks, struct reading *reading)
{
  ledger_framer_seek (chunks->framer, reading->place);
  reading_restart (reading);
  ahead_begin (&chunks->ahead, reading->first_known ? &reading->place : NULL, &reading->before);
}

/* No block can be where the framer stands, or not this one. The fault is kept for when the blocks before it
 * have been delivered; none is if the chunk is to be asked for again at once. */
static void
refuse_block (struct cut *cut, const char *reason, const char *conclusion)
{
  struct chunks *chunks = cut->chunks;
  struct fault *fault = &chunks->fault;

  ic_error_set (&fault->error, "%s: block at position %" PRIu64 ": %s", cut->reading->canister->where,
                cut->reading->place, reason);
  fault->result = reading_doubt (cut->reading, &cut->about, DCPIPE_DIVERGED, conclusion, fault);
  if (fault->result == DCPIPE_DIVERGED)
    return;
  begin_again (chunks, cut->reading);
  if (fault->result == DCPIPE_NONE)
    fault->result = DCPIPE_OK;
}

static void
lack_memory (struct cut *cut, const char *reason)
{
  begin_again (cut->chunks, cut->reading);
  cut->chunks->fault.result = DCPIPE_RETRY;
  ic_error_set (&cut->chunks->fault.error, "%s: %s", cut->reading->canister->where, reason);
}

/* Behind all blocks of the chunk: should there be more of the ledger? */
static void
look_behind (struct cut *cut)
{
  struct ledger_reason reason;

  if (cut->chunk.more)
    return;
  if (ledger_framer_finish (cut->chunks->framer, &reason) != LEDGER_END) {
    refuse_block (cut, reason.text, "");
    return;
  }
  cut->chunks->at_tip = true;
  reading_believe (cut->reading);
}

/* Delivers the blocks of a chunk, and keeps what ends them other than the chunk's end. False if the engine
 * has no memory for one, as it has said. */
static bool
cut_blocks (struct cut *cut)
{
  struct ledger_framer *framer = cut->chunks->framer;
  struct ledger_frame frame;
  struct ledger_reason reason;
  enum ledger_framing end;
  struct ic_error error;
  struct link link;

  ledger_framer_give (framer, cut->chunk.position, cut->chunk.bytes, &reason);
  while ((end = ledger_framer_next (framer, &frame, &reason)) == LEDGER_FRAME) {
    if (!reading_fits (cut->reading, &frame, &link, &error)) {
      refuse_block (cut, error.text, FORKED);
      return true;
    }
    if (!deliver (cut, &frame, &link))
      return false;
  }
  if (end == LEDGER_MORE)
    look_behind (cut);
  else if (end == LEDGER_END)
    refuse_block (cut, "the ledger ends here, says a header, but more bytes follow", "");
  else if (end == LEDGER_NO_MEMORY)
    lack_memory (cut, reason.text);
  else
    refuse_block (cut, reason.text, "");
  return true;
}

/* ---- next ----------------------------------------------------------------------------------------- */

/* One chunk. DCPIPE_OK with or without blocks, or another result. */
static int
next_chunk (struct chunks *chunks, struct reading *reading, uint64_t deadline, dcpipe_batch *batch, bool *any,
            struct fault *fault)
{
  struct cut cut = { .chunks = chunks, .reading = reading, .batch = batch };
  int result = ahead_next (&chunks->ahead, reading, deadline, &cut.chunk, &cut.answer, fault);
  bool good;

  if (result == DCPIPE_DIVERGED || result == DCPIPE_FAIL)
    chunks->fault = *fault;
  if ((result == DCPIPE_NONE || result == DCPIPE_RETRY) && reading->doubt.any
      && chunks->ahead.wanted != reading->place)
    begin_again (chunks, reading);
  if (result != DCPIPE_OK)
    return result == DCPIPE_NONE ? DCPIPE_OK : result;
  if (cut.chunk.bytes.size > 0 && reading_note_start (reading, cut.chunk.position))
    ledger_framer_seek (chunks->framer, cut.chunk.position);
  cut.about = *cut.answer;
  good = cut_blocks (&cut);
  if (ledger_framer_position (chunks->framer) < chunks->ahead.wanted)
    reading_carry (reading, &cut.about);
  ic_answer_free (cut.answer);
  *any = cut.any;
  return good ? DCPIPE_OK : DCPIPE_FAIL;
}

/* Tells the fault that was kept. One that does not pass is told again by every later call. */
static int
tell (struct chunks *chunks, struct fault *fault)
{
  *fault = chunks->fault;
  if (fault->result == DCPIPE_RETRY)
    chunks->fault.result = DCPIPE_OK;
  return fault->result;
}

int
chunks_next (struct chunks *chunks, struct reading *reading, uint64_t deadline, dcpipe_batch *batch,
             struct fault *fault)
{
  bool any = false;
  int result;

  while (!any) {
    if (chunks->fault.result != DCPIPE_OK)
      return tell (chunks, fault);
    if (chunks->at_tip) {
      chunks->at_tip = false;
      return DCPIPE_TIP;
    }
    result = next_chunk (chunks, reading, deadline, batch, &any, fault);
    if (result != DCPIPE_OK)
      return result;
  }
  return DCPIPE_OK;
}
