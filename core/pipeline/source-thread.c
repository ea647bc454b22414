/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/source-thread.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "base/stop.h"
#include "data/batch.h"
#include "pipeline/queue.h"
#include "pipeline/unpack.h"
#include "plugin/source-calls.h"

/* A parcel is worth a decode thread's while, and small enough to keep all decode threads busy; less of it if
 * blocks grow so much when they are unpacked that it would take more than this part of the budget. */
#define PARCEL_SHARE 16
#define PARCEL_BYTES ((size_t) 32 * 1024)
#define PARCEL_BLOCKS 64

/* One call of `next` takes this long at the most. */
#define NEXT_NS 5000000000u

struct source_thread {
  struct run *run;
  const struct instance *source;
  struct retry retry;
  uint64_t number; /* of the next parcel */
  bool delivered;  /* a frame came */
  bool tip_told;   /* the sink threads know of the tip, and nothing came since */
  bool only_lists; /* no frame may come */
  bool warned;
};

bool
dcpipe_resume_at_block (const dcpipe_resume *resume)
{
  return resume->point->known;
}

uint64_t
dcpipe_resume_position (const dcpipe_resume *resume)
{
  return resume->point->position;
}

struct dcpipe_bytes
dcpipe_resume_cursor (const dcpipe_resume *resume)
{
  return (struct dcpipe_bytes){ (const uint8_t *) resume->point->cursor, resume->point->cursor_size };
}

/* ---- the end ------------------------------------------------------------------------------------ */

/* Sends a parcel without blocks along the pipeline, so that what came before is dealt with first. */
static void
send_end (struct source_thread *thread, enum parcel_end end, int status, const char *fault)
{
  struct parcel *parcel = parcel_make_end (end);

  if (parcel != NULL && fault != NULL) {
    parcel->fault = strdup (fault);
    parcel->fault_status = status;
  }
  if (parcel != NULL && (fault == NULL || parcel->fault != NULL)) {
    parcel->number = thread->number++;
    if (queue_push (thread->run->work, parcel))
      return;
  }
  /* Nobody can be told that the run ends; what is committed is whole. */
  log_error ("%s", failure ());
  _exit (STATUS_FAILED);
}

/* What a result of the source's other than DCPIPE_OK means for the run. */
static int
status_of (int result)
{
  return result == DCPIPE_DIVERGED ? STATUS_DIVERGED
         : result == DCPIPE_RETRY  ? STATUS_TEMPORARY
                                   : STATUS_FAILED;
}

/* ---- asking ------------------------------------------------------------------------------------- */

/* Decoders of a source that only lists get nothing, which should not go unnoticed. */
static void
warn_of_lists (struct source_thread *thread)
{
  const struct setup *setup = thread->run->setup;
  char *list = NULL;
  size_t size = 0;
  FILE *out = setup->decoders_count > 0 && !thread->warned ? open_memstream (&list, &size) : NULL;

  thread->warned = true;
  if (out == NULL)
    return;
  for (size_t i = 0; i < setup->decoders_count; i++)
    fprintf (out, "%s%s", i == 0 ? "" : ", ", setup->decoders[i]->instance.name);
  fclose (out);
  log_warning (
      "it gives listings, no blocks: they go into tables of their own, and these decoders get nothing: "
      "%s",
      list);
  free (list);
}

/* After open: what kind of source is it? */
static int
note_kind (struct source_thread *thread)
{
  thread->only_lists = run_only_lists (thread->run);
  atomic_store (&thread->run->lists, thread->only_lists);
  if (!run_check_source (thread->run))
    return DCPIPE_FAIL;
  if (thread->only_lists)
    warn_of_lists (thread);
  return DCPIPE_OK;
}

static int
open_source (struct source_thread *thread, const struct dcpipe_resume *resume)
{
  int result;

  do {
    retry_begin ();
    result = source_call_open (thread->source, resume);
  } while (result == DCPIPE_RETRY && retry_wait (&thread->retry));
  retry_reset (&thread->retry);
  return result == DCPIPE_OK ? note_kind (thread) : result;
}

/* One call of `next`, repeated after passing faults. The batch begins anew each time: nobody knows what a
 * call that failed left in it. To be told to wait is no success, so it does not give the attempts back. While
 * the call is under way the run says so, for whoever wonders why a stop takes long. */
static int
ask (struct source_thread *thread, struct dcpipe_batch *batch)
{
  int result;

  for (;;) {
    batch_begin (batch, thread->run->tables, plugin_tables (thread->source->plugin)->count);
    retry_begin ();
    atomic_store (&thread->run->asked, true);
    result = source_call_next (thread->source, monotonic_ns () + NEXT_NS, batch);
    atomic_store (&thread->run->asked, false);
    if (result == DCPIPE_OK && batch->frames_count > 0 && thread->only_lists) {
      fail ("it delivered blocks, and says that it has none with positions and hashes (a mistake in the "
            "plugin)");
      return DCPIPE_FAIL;
    }
    if (batch->extent_known) {
      atomic_store (&thread->run->progress.first, batch->first);
      atomic_store (&thread->run->progress.end, batch->end);
    }
    if (result != DCPIPE_RETRY)
      break;
    atomic_fetch_add (&thread->run->progress.retries, 1);
    if (!retry_wait (&thread->retry))
      return stop_requested () ? DCPIPE_WAIT : DCPIPE_RETRY;
  }
  if (result != DCPIPE_WAIT)
    retry_reset (&thread->retry);
  return result;
}

/* ---- parcels ------------------------------------------------------------------------------------ */

/* Pays for the parcel and sends it off. Only one that is sent uses up its number: the sequencer would wait
 * for a gap to be filled for ever. False if nothing more is to be sent. */
static bool
send (struct source_thread *thread, struct parcel *parcel, size_t charge)
{
  struct run *run = thread->run;

  if (!parcel_charge (parcel, &run->budget, charge)) {
    parcel_release (parcel);
    return false;
  }
  parcel->number = thread->number;
  if (queue_push (run->work, parcel)) {
    thread->number++;
    return true;
  }
  parcel_release (parcel);
  run_end (run, STATUS_FAILED, failure ());
  return false;
}

/* What the blocks become is guessed from those before them. The true size is known only after a decode thread
 * has worked at them, and then the memory is in use already. */
static bool
send_blocks (struct source_thread *thread, const struct dcpipe_batch *batch, size_t first, size_t count)
{
  struct run *run = thread->run;
  const struct dcpipe_frame *last = &batch->frames[first + count - 1];
  struct parcel *parcel = parcel_make (batch, first, count);
  size_t bytes, growth = atomic_load (&run->growth);

  if (parcel == NULL) {
    run_end (run, STATUS_FAILED, failure ());
    return false;
  }
  growth = growth > 0 ? growth : RUN_GROWTH;
  bytes = parcel_frames_size (parcel);
  atomic_store (&run->progress.fetched, last->position + last->bytes.size);
  atomic_fetch_add (&run->progress.fetched_bytes, bytes);
  return send (thread, parcel, bytes <= SIZE_MAX / growth ? bytes * growth : bytes);
}

/* The first parcels are of one block, to learn from. */
static bool
is_enough (const struct source_thread *thread, size_t bytes, size_t blocks)
{
  size_t growth = atomic_load (&thread->run->growth);

  return growth == 0 || bytes >= PARCEL_BYTES || blocks >= PARCEL_BLOCKS
         || bytes >= thread->run->budget.limit / PARCEL_SHARE / growth;
}

/* Cuts the batch into parcels. A run up to a position ends in the midst of one. False if nothing more is to
 * be sent. */
static bool
send_batch (struct source_thread *thread, const struct dcpipe_batch *batch)
{
  size_t first = 0, bytes = 0;

  for (size_t i = 0; i < batch->frames_count; i++) {
    if (thread->run->until != NULL && batch->frames[i].position >= thread->run->until_all)
      return (i == first || send_blocks (thread, batch, first, i - first)) && false;
    bytes += batch->frames[i].bytes.size;
    if (i + 1 < batch->frames_count && !is_enough (thread, bytes, i + 1 - first))
      continue;
    if (!send_blocks (thread, batch, first, i + 1 - first))
      return false;
    first = i + 1;
    bytes = 0;
  }
  thread->delivered = true;
  thread->tip_told = false;
  return true;
}

/* Sends the rows of the source's own tables. A replay does without them. False if nothing more is to be sent.
 */
static bool
send_rows (struct source_thread *thread, struct dcpipe_batch *batch)
{
  struct run *run = thread->run;
  struct parcel *parcel;

  if (batch->row_list.count == 0 || run->until != NULL)
    return true;
  parcel = parcel_make_rows (batch);
  if (parcel == NULL) {
    run_end (run, STATUS_FAILED, failure ());
    return false;
  }
  thread->tip_told = false;
  atomic_fetch_add (&run->progress.listed, parcel->rows.count);
  return send (thread, parcel, parcel_size (parcel));
}

/* ---- stored blocks ------------------------------------------------------------------------------ */

/* Reads the block at `point` and compares it with what is stored. It is unpacked here and not charged:
 * nothing else is in memory yet. The source was opened for this block alone, so the first one that comes is
 * it. */
static int
compare_stored (struct source_thread *thread, const struct point *point, struct dcpipe_batch *batch)
{
  struct parcel *parcel;
  struct dcpipe_block *block;
  int result;

  do
    result = ask (thread, batch);
  while ((result == DCPIPE_WAIT && !stop_requested ()) || (result == DCPIPE_OK && batch->frames_count == 0));
  if (result == DCPIPE_TIP) {
    fail ("the ledger ends before the stored block at position %" PRIu64 ": it was rolled back or swapped",
          point->position);
    return DCPIPE_DIVERGED;
  }
  if (result != DCPIPE_OK)
    return result;
  parcel = parcel_make (batch, 0, 1);
  if (parcel == NULL)
    return DCPIPE_FAIL;
  unpack_parcel (thread->run, parcel);
  block = &parcel->blocks[0];
  if (parcel->good == 0)
    fail ("%s", parcel->fault ? parcel->fault : "no memory");
  else if (block->frame.position != point->position || !hash_equal (&block->hash, &point->hash))
    fail ("block at position %" PRIu64
          ": its hash is %s, which is not what is stored: the ledger was forked or swapped",
          block->frame.position, block->hash_hex);
  else
    result = DCPIPE_TIP;
  parcel_release (parcel);
  return result == DCPIPE_TIP ? DCPIPE_OK : DCPIPE_DIVERGED;
}

/* Reads the first block there is, in one attempt. */
static bool
read_first (struct source_thread *thread, struct parcel **first)
{
  const struct point nowhere = { .known = false };
  const struct dcpipe_resume resume = { .point = &nowhere };
  struct dcpipe_batch batch = { 0 };
  int result;

  *first = NULL;
  source_call_close (thread->source);
  retry_begin ();
  result = source_call_open (thread->source, &resume);
  while (result == DCPIPE_OK && batch.frames_count == 0 && !stop_requested ()) {
    batch_begin (&batch, thread->run->tables, plugin_tables (thread->source->plugin)->count);
    result = source_call_next (thread->source, monotonic_ns () + NEXT_NS, &batch);
    if (result == DCPIPE_WAIT)
      result = DCPIPE_OK;
  }
  if (result == DCPIPE_OK && batch.frames_count > 0)
    *first = parcel_make (&batch, 0, 1);
  batch_clear (&batch);
  if (*first != NULL)
    unpack_parcel (thread->run, *first);
  return *first != NULL && (*first)->good > 0;
}

/* A ledger that does not hold what is stored may be another one altogether. Its first block tells, and then
 * that is all there is to say. */
static void
name_other_ledger (struct source_thread *thread)
{
  const struct hash *stored = &thread->run->ledger;
  char *reason = strdup (failure_reason ()), text[2 * DCPIPE_HASH_MAX + 1];
  struct parcel *first = NULL;

  if (stored->size > 0 && reason != NULL) {
    if (read_first (thread, &first) && !hash_equal (&first->blocks[0].hash, stored)) {
      hash_text (text, stored);
      fail ("this is another ledger (first block %s, stored %s)", first->blocks[0].hash_hex, text);
    } else {
      fail ("%s", reason);
    }
  }
  if (first != NULL)
    parcel_release (first);
  free (reason);
}

/* Makes sure that the ledger still holds every block at which a frontier of a sink stands, before anything
 * is written: a ledger that was forked between two frontiers would look whole from the first one. */
static int
check_stored_blocks (struct source_thread *thread)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < thread->run->probes_count && result == DCPIPE_OK; i++) {
    const struct dcpipe_resume resume = { .point = &thread->run->probes[i] };
    struct dcpipe_batch batch = { 0 };

    result = open_source (thread, &resume);
    if (result == DCPIPE_OK && !thread->only_lists)
      result = compare_stored (thread, resume.point, &batch);
    batch_clear (&batch);
    source_call_close (thread->source);
  }
  if (result == DCPIPE_DIVERGED)
    name_other_ledger (thread);
  return result;
}

/* ---- the thread --------------------------------------------------------------------------------- */

/* Nothing further for now. True if the run goes on. A source that was asked to begin with a stored block must
 * have delivered that at least. The tip is told once, however often it is seen: sinks put off work until
 * then. */
static bool
at_tip (struct source_thread *thread)
{
  struct run *run = thread->run;

  if (run->start.known && !thread->delivered && !thread->only_lists) {
    fail ("the ledger ends before the stored block at position %" PRIu64 ": it was rolled back or swapped",
          run->start.position);
    send_end (thread, PARCEL_LAST, STATUS_DIVERGED, failure ());
    return false;
  }
  atomic_store (&run->at_tip, true);
  atomic_fetch_add (&run->progress.tips, 1);
  if (!thread->tip_told)
    send_end (thread, PARCEL_AT_TIP, STATUS_DONE, NULL);
  thread->tip_told = true;
  if (run->follow && !stop_wait (run->setup->pipeline.poll_interval))
    return true;
  send_end (thread, PARCEL_LAST, STATUS_DONE, NULL);
  return false;
}

/* One step. A stop and every fault become the end of a parcel, behind all that was sent before, so that this
 * is stored. After a stop the reason of a call that was cut short does not count. True if there are more. */
static bool
feed (struct source_thread *thread, struct dcpipe_batch *batch)
{
  int result = ask (thread, batch);

  if (result == DCPIPE_TIP && !stop_requested () && send_rows (thread, batch))
    return at_tip (thread);
  if (result == DCPIPE_OK)
    atomic_store (&thread->run->at_tip, false);
  if (stop_requested ()
      || (result == DCPIPE_OK && (!send_batch (thread, batch) || !send_rows (thread, batch)))) {
    send_end (thread, PARCEL_LAST, STATUS_DONE, NULL);
    return false;
  }
  if (result == DCPIPE_OK || result == DCPIPE_WAIT)
    return true;
  if (result == DCPIPE_DIVERGED && thread->run->start.known && !thread->delivered)
    name_other_ledger (thread);
  send_end (thread, PARCEL_LAST, status_of (result), failure ());
  return false;
}

void *
source_thread_main (void *argument)
{
  struct run *run = argument;
  struct source_thread thread = { .run = run,
                                  .source = run->setup->source,
                                  .retry = { .max = run->follow ? RETRY_FOR_EVER
                                                                : run->setup->pipeline.max_retries,
                                             .delay = run->setup->pipeline.retry_delay,
                                             .longest = run->setup->pipeline.max_retry_delay } };
  const struct dcpipe_resume resume = { .point = &run->start };
  struct dcpipe_batch batch = { 0 };
  int result;

  log_set_instance (thread.source->title);
  result = check_stored_blocks (&thread);
  if (result == DCPIPE_OK)
    result = open_source (&thread, &resume);
  if (result == DCPIPE_OK)
    while (feed (&thread, &batch))
      ;
  else
    send_end (&thread, PARCEL_LAST, status_of (result), stop_requested () ? NULL : failure ());
  batch_clear (&batch);
  source_call_close (thread.source);
  return NULL;
}
