/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/sink-thread.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/retry.h"
#include "base/stop.h"
#include "pipeline/apply.h"
#include "pipeline/queue.h"
#include "sink/sink-calls.h"
#include "sink/sinkopen.h"

struct writer {
  struct run *run;
  struct instance *sink;
  struct parcel_queue *queue;
  pthread_t thread;
  bool started;
  struct dcpipe_checkpoint checkpoint; /* with what was applied; `text` is that of the last commit */
  struct applier applier;
  struct parcel **pending; /* applied since the last commit */
  size_t pending_count, pending_capacity;
  size_t pending_bytes;
  uint64_t pending_entries; /* rows of the source's own tables count as such */
  uint64_t batch_began;     /* CLOCK_MONOTONIC, ns: when the first of them came */
  uint64_t flush_at;        /* CLOCK_MONOTONIC, ns: when the pending ones are to be committed at the latest; 0
                               for none */
  bool at_tip;              /* nothing is left to be fetched */
  bool failed;
  bool lacks_parcel; /* one could not be pushed for lack of memory: none after it may be applied */
  struct retry retry;
  unsigned again; /* transactions begun anew since the last commit */
  struct writer_progress progress;
  struct table_changes *changes;
  struct news news;
};

/* ---- opening ------------------------------------------------------------------------------------ */

bool
frontier_check (const struct setup *setup, const char *sink, const struct decoder *decoder,
                const struct frontier *frontier)
{
  if (frontier->fingerprint == NULL || strcmp (frontier->fingerprint, decoder->fingerprint) == 0
      || (!frontier->at.known && frontier->ahead_count == 0))
    return true;
  fail ("decoder %s makes other rows than those stored: now '%s', stored '%s'. Fill its tables anew: dcpipe "
        "-c %s reset --sink %s "
        "--decoder %s",
        decoder->instance.name, decoder->fingerprint, frontier->fingerprint, setup->path, sink,
        decoder->instance.name);
  return false;
}

static int
add_frontiers (struct writer *writer)
{
  const struct setup *setup = writer->run->setup;

  for (size_t i = 0; i < setup->decoders_count; i++) {
    const struct decoder *decoder = setup->decoders[i];
    struct frontier *frontier = checkpoint_add (&writer->checkpoint, decoder->instance.name);

    if (frontier == NULL)
      return STATUS_FAILED;
    if (!frontier_check (setup, writer->sink->name, decoder, frontier))
      return STATUS_CONFIGURATION;
    if (frontier->fingerprint == NULL || strcmp (frontier->fingerprint, decoder->fingerprint) != 0) {
      free (frontier->fingerprint);
      frontier->fingerprint = strdup (decoder->fingerprint);
    }
    if (frontier->fingerprint == NULL) {
      fail ("no memory for the checkpoint");
      return STATUS_FAILED;
    }
  }
  return STATUS_DONE;
}

/* A decoder that resolves needs to look rows up. */
static int
check_lookups (const struct writer *writer)
{
  const struct dcpipe_sink *plugin = &writer->sink->plugin->u.sink;
  const struct setup *setup = writer->run->setup;

  for (size_t i = 0; i < setup->decoders_count; i++)
    if (setup->decoders[i]->instance.plugin->u.decoder.resolve != NULL && !sink_can_read (plugin)) {
      fail ("the plugin %s cannot look rows up, which the decoder %s needs", plugin->name,
            setup->decoders[i]->instance.name);
      return STATUS_CONFIGURATION;
    }
  return STATUS_DONE;
}

static int
open_and_load (struct writer *writer, int mode, const char *scratch)
{
  int status = check_lookups (writer);

  if (status == STATUS_DONE)
    status = sink_open (writer->sink, mode, scratch, &writer->checkpoint);
  if (status == STATUS_DONE)
    status = add_frontiers (writer);
  if (status == STATUS_DONE
      && !tables_expect (writer->run->tables, writer->run->setup, writer->sink->name, &writer->checkpoint))
    status = STATUS_FAILED;
  if (status == STATUS_DONE)
    status = sink_prepare (writer->sink, writer->run->tables);
  if (status == STATUS_DONE
      && !applier_init (&writer->applier, writer->run, writer->sink, &writer->checkpoint))
    status = STATUS_FAILED;
  return status;
}

struct writer *
writer_open (struct run *run, struct instance *sink, int mode, const char *scratch, int *status)
{
  struct writer *writer = calloc (1, sizeof *writer);
  const char *title = log_instance ();

  *status = STATUS_FAILED;
  if (writer == NULL) {
    fail ("no memory for a sink");
    return NULL;
  }
  writer->run = run;
  writer->sink = sink;
  writer->retry.max = run->setup->pipeline.max_retries;
  writer->retry.delay = run->setup->pipeline.retry_delay;
  writer->retry.longest = run->setup->pipeline.max_retry_delay;
  writer->queue = queue_make ();
  writer->changes = calloc (run->tables->count, sizeof *writer->changes);
  news_init (&writer->news, run->tables->count);
  log_set_instance (sink->title);
  if (writer->changes == NULL)
    fail ("no memory for a sink");
  else if (writer->queue != NULL)
    *status = open_and_load (writer, mode, scratch);
  log_set_instance (title);
  if (*status == STATUS_DONE)
    return writer;
  writer_free (writer);
  return NULL;
}

/* ---- committing --------------------------------------------------------------------------------- */

static void
release_pending (struct writer *writer)
{
  for (size_t i = 0; i < writer->pending_count; i++)
    parcel_release (writer->pending[i]);
  writer->pending_count = 0;
  writer->pending_bytes = 0;
  writer->pending_entries = 0;
  writer->flush_at = 0;
}

static void
publish (struct writer *writer)
{
  news_publish (&writer->news, &writer->checkpoint, writer->applier.synced_ns, writer->changes,
                &writer->applier.notes);
}

static void
count_commit (struct writer *writer, uint64_t began)
{
  struct writer_progress *progress = &writer->progress;
  uint64_t now = monotonic_ns ();

  if (writer->applier.last != NULL)
    atomic_store (&progress->committed, writer->applier.last->frame.position);
  atomic_fetch_add (&progress->blocks, writer->applier.blocks);
  atomic_fetch_add (&progress->entries, writer->applier.entries);
  atomic_fetch_add (&progress->failed, writer->applier.failures.count);
  atomic_fetch_add (&progress->commits, 1);
  atomic_fetch_add (&progress->commit_ns, now - began);
  histogram_add (&progress->commit_times, now - began);
  histogram_add (&progress->batch_times, now - writer->batch_began);
  for (size_t i = 0; i < writer->run->tables->count; i++) {
    writer->changes[i].added += writer->applier.changes[i].added;
    writer->changes[i].changed += writer->applier.changes[i].changed;
    writer->changes[i].removed += writer->applier.changes[i].removed;
  }
  publish (writer);
}

/* Did a commit that seemed to fail take place all the same? Its reason stays the last failure. */
static bool
commit_took_place (struct writer *writer, const char *text, size_t size)
{
  struct dcpipe_checkpoint stored = { 0 };
  CLEANUP_FREE char *reason = strdup (failure_reason ());
  bool same;

  sink_call_rollback (writer->sink);
  same = sink_call_load (writer->sink, &stored) == DCPIPE_OK && stored.text != NULL
         && stored.text_size == size && memcmp (stored.text, text, size) == 0;
  checkpoint_free (&stored);
  if (reason != NULL)
    fail ("%s", reason);
  return same;
}

/* Writes what was applied and the checkpoint. The text of the commit before is lost even if it fails:
 * recover reads it back. */
static int
try_commit (struct writer *writer)
{
  uint64_t began = monotonic_ns ();
  int result = applier_finish (&writer->applier);

  if (result == DCPIPE_OK && !checkpoint_format (&writer->checkpoint))
    result = DCPIPE_FAIL;
  if (result != DCPIPE_OK)
    return result;
  result = sink_call_commit (writer->sink, &writer->checkpoint);
  if ((result == DCPIPE_RETRY || result == DCPIPE_AGAIN)
      && commit_took_place (writer, writer->checkpoint.text, writer->checkpoint.text_size))
    result = DCPIPE_OK;
  if (result != DCPIPE_OK)
    return result;
  count_commit (writer, began);
  applier_committed (&writer->applier);
  release_pending (writer);
  retry_reset (&writer->retry);
  writer->again = 0;
  return DCPIPE_OK;
}

/* ---- applying ----------------------------------------------------------------------------------- */

static int
apply_parcel (struct writer *writer, const struct parcel *parcel)
{
  int result = DCPIPE_OK;

  retry_begin ();
  for (size_t i = 0; i < parcel->good && result == DCPIPE_OK; i++)
    result = applier_block (&writer->applier, &parcel->blocks[i]);
  return result == DCPIPE_OK ? applier_rows (&writer->applier, &parcel->rows) : result;
}

/* Goes back to the last commit. */
static int
roll_back (struct writer *writer)
{
  struct dcpipe_checkpoint stored = { 0 };
  int result = sink_call_rollback (writer->sink);
  int status;

  if (result != DCPIPE_OK)
    return result;
  status = sink_load_checkpoint (writer->sink, &stored);
  if (status != STATUS_DONE) {
    checkpoint_free (&stored);
    return status == STATUS_TEMPORARY ? DCPIPE_RETRY : DCPIPE_FAIL;
  }
  checkpoint_free (&writer->checkpoint);
  writer->checkpoint = stored;
  applier_rolled_back (&writer->applier);
  return add_frontiers (writer) == STATUS_DONE ? DCPIPE_OK : DCPIPE_FAIL;
}

static int
repeat_pending (struct writer *writer)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < writer->pending_count && result == DCPIPE_OK; i++)
    result = apply_parcel (writer, writer->pending[i]);
  return result;
}

/* After a passing fault: rolls back, waits if need be, and repeats everything since the last commit, until
 * that goes well or the attempts are used up. */
static int
recover (struct writer *writer, int result)
{
  while (result == DCPIPE_RETRY || result == DCPIPE_AGAIN) {
    if (result == DCPIPE_RETRY) {
      atomic_fetch_add (&writer->progress.retries, 1);
      if (!retry_wait (&writer->retry))
        return DCPIPE_RETRY;
    } else if (++writer->again > 100) {
      fail ("the sink began its transaction anew a hundred times without success");
      return DCPIPE_FAIL;
    }
    result = roll_back (writer);
    if (result == DCPIPE_OK)
      result = repeat_pending (writer);
  }
  return result;
}

/* Why the sink is lost, as an exit status. Waiting for another attempt may have been cut short by a signal.
 */
static int
status_of_loss (int result)
{
  if (result != DCPIPE_RETRY)
    return STATUS_FAILED;
  return stop_signal () != 0 ? 128 + stop_signal () : STATUS_TEMPORARY;
}

/* The sink is lost for this run. For the summary, its checkpoint is the one that is stored. */
static void
give_up (struct writer *writer, int result)
{
  char *reason = NULL;

  if (asprintf (&reason, "%s", failure ()) < 0)
    reason = NULL;
  writer->failed = true;
  if (roll_back (writer) != DCPIPE_OK)
    log_debug ("after the fault: %s", failure ());
  release_pending (writer);
  if (!run_end (writer->run, status_of_loss (result), reason))
    log_error ("%s", reason != NULL ? reason : "no memory");
  free (reason);
}

static void
commit (struct writer *writer)
{
  int result;

  if (writer->failed || writer->pending_count == 0)
    return;
  if (writer->applier.blocks == 0
      && writer->applier.source_rows == 0) { /* all of it was stored by an earlier run */
    if (writer->applier.last != NULL)
      atomic_store (&writer->progress.committed, writer->applier.last->frame.position);
    applier_committed (&writer->applier);
    release_pending (writer);
    return;
  }
  result = try_commit (writer);
  while (result == DCPIPE_RETRY || result == DCPIPE_AGAIN) {
    result = recover (writer, result);
    if (result == DCPIPE_OK)
      result = try_commit (writer);
    else if (result == DCPIPE_RETRY)
      break;
  }
  if (result != DCPIPE_OK)
    give_up (writer, result);
}

static bool
keep_pending (struct writer *writer, struct parcel *parcel)
{
  const struct pipeline_settings *settings = &writer->run->setup->pipeline;

  if (writer->pending_count == writer->pending_capacity) {
    size_t capacity = writer->pending_capacity ? 2 * writer->pending_capacity : 64;
    struct parcel **pending = realloc (writer->pending, capacity * sizeof (struct parcel *));

    if (pending == NULL) {
      fail ("no memory for a batch");
      return false;
    }
    writer->pending = pending;
    writer->pending_capacity = capacity;
  }
  if (writer->pending_count == 0) {
    writer->batch_began = monotonic_ns ();
    writer->flush_at = writer->batch_began + settings->flush_interval * 1000000u;
  }
  writer->pending[writer->pending_count++] = parcel;
  writer->pending_bytes += parcel->charge;
  for (size_t i = 0; i < parcel->good; i++)
    writer->pending_entries += parcel->blocks[i].entries_count;
  writer->pending_entries += parcel->rows.count;
  return true;
}

static void
take_content (struct writer *writer, struct parcel *parcel)
{
  const struct pipeline_settings *settings = &writer->run->setup->pipeline;
  int result;

  if (!keep_pending (writer, parcel)) {
    parcel_release (parcel);
    give_up (writer, DCPIPE_FAIL);
    return;
  }
  result = recover (writer, apply_parcel (writer, parcel));
  if (result != DCPIPE_OK)
    give_up (writer, result);
  else if (writer->pending_entries >= settings->batch_size
           && (writer->pending_bytes >= settings->commit_size || monotonic_ns () >= writer->flush_at))
    commit (writer);
}

/* The tip: what is pending is committed at once, and the sink may do what it put off. */
static void
reach_tip (struct writer *writer)
{
  int result;

  commit (writer);
  if (writer->failed || stop_signal () != 0)
    return;
  do {
    retry_begin ();
    result = sink_call_tip_reached (writer->sink);
  } while (result == DCPIPE_RETRY && retry_wait (&writer->retry));
  if (result != DCPIPE_OK)
    give_up (writer, result);
}

static void
take (struct writer *writer, struct parcel *parcel)
{
  enum parcel_end end = parcel->end;

  if ((parcel->good > 0 || parcel->rows.count > 0) && !writer->failed)
    take_content (writer, parcel);
  else
    parcel_release (parcel);
  if (end == PARCEL_AT_TIP)
    reach_tip (writer);
}

/* ---- the thread --------------------------------------------------------------------------------- */

/* The last run of that scope failed. */
static bool
has_error (const struct writer *writer, const char *scope)
{
  const struct scope_error *error = checkpoint_error (&writer->checkpoint, scope);

  return error != NULL && error->last != NULL;
}

/* Notes in the store how the run ended for its scope: nothing but the error columns of sync_status changes.
 */
static void
note_end (struct writer *writer, const char *reason)
{
  const struct scope *scope = &writer->run->scope;
  bool noted = true, news = reason != NULL || (scope->count == 0 && has_error (writer, "all"));
  int result = DCPIPE_FAIL;

  for (size_t i = 0; i < scope->count; i++)
    news = news || has_error (writer, scope->labels[i]);
  if (!news)
    return;
  if (scope->count == 0)
    noted = checkpoint_set_error (&writer->checkpoint, "all", reason);
  for (size_t i = 0; i < scope->count && noted; i++)
    noted = checkpoint_set_error (&writer->checkpoint, scope->labels[i], reason);
  if (noted)
    result = applier_sync_status (&writer->applier);
  if (result == DCPIPE_OK && checkpoint_format (&writer->checkpoint))
    result = sink_call_commit (writer->sink, &writer->checkpoint);
  if (result != DCPIPE_OK) {
    log_warning ("how the run ended could not be noted: %s", failure ());
    sink_call_rollback (writer->sink);
  } else
    publish (writer);
}

/* True when what is pending should not wait for more. */
static bool
is_due (struct writer *writer)
{
  if (writer->pending_count == 0)
    return false;
  return budget_is_short (&writer->run->budget) || monotonic_ns () >= writer->flush_at;
}

static void *
writer_main (void *argument)
{
  struct writer *writer = argument;
  bool last = false;
  char *reason;

  log_set_instance (writer->sink->title);
  while (!last) {
    struct parcel *parcel;

    if (queue_length (writer->queue) == 0 && is_due (writer))
      commit (writer);
    parcel = queue_pop (writer->queue, writer->flush_at);
    last = parcel != NULL ? parcel->end == PARCEL_LAST : queue_is_over (writer->queue);
    if (parcel != NULL)
      take (writer, parcel);
  }
  commit (writer);
  reason = run_reason (writer->run);
  if (!writer->failed)
    note_end (writer, reason);
  free (reason);
  run_writer_gone (writer->run);
  return NULL;
}

bool
writer_start (struct writer *writer)
{
  int code = pthread_create (&writer->thread, NULL, writer_main, writer);

  if (code != 0) {
    fail ("a thread cannot be started: %s", strerror (code));
    return false;
  }
  writer->started = true;
  return true;
}

void
writer_join (struct writer *writer)
{
  if (writer->started)
    pthread_join (writer->thread, NULL);
  writer->started = false;
}

void
writer_free (struct writer *writer)
{
  if (writer == NULL)
    return;
  release_pending (writer);
  free (writer->pending);
  applier_free (&writer->applier);
  sink_call_close (writer->sink);
  queue_free (writer->queue);
  checkpoint_free (&writer->checkpoint);
  news_destroy (&writer->news);
  free (writer->changes);
  free (writer);
}

void
writer_push (struct writer *writer, struct parcel *parcel)
{
  if (!writer->lacks_parcel && queue_push (writer->queue, parcel))
    return;
  if (!writer->lacks_parcel)
    run_end (writer->run, STATUS_FAILED, failure ());
  writer->lacks_parcel = true;
  queue_close (writer->queue);
  parcel_release (parcel);
}

void
writer_hurry (struct writer *writer)
{
  queue_kick (writer->queue);
}

size_t
writer_queue_length (const struct writer *writer)
{
  return queue_length (writer->queue);
}

const struct dcpipe_checkpoint *
writer_checkpoint (const struct writer *writer)
{
  return &writer->checkpoint;
}

const struct instance *
writer_sink (const struct writer *writer)
{
  return writer->sink;
}

const struct writer_progress *
writer_progress (const struct writer *writer)
{
  return &writer->progress;
}

const struct table_changes *
writer_changes (const struct writer *writer)
{
  return writer->changes;
}

struct news *
writer_news (struct writer *writer)
{
  return &writer->news;
}

bool
writer_failed (const struct writer *writer)
{
  return writer->failed;
}
