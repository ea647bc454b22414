/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink's thread may be in the middle of:
 *
 *    state     told by                        when a parcel comes    when a commit is due
 *    empty     pending_count 0, flush_at 0    applied: pending       nothing is done
 *    pending   pending_count, flush_at > 0    applied: pending       committed: empty
 *    failed    failed, pending_count 0        released unread        nothing is done
 *
 * A commit is due when the batch is large enough, at `flush_at`, under pressure (somebody waits for memory
 * that only commits give back), at the tip and at the end.
 *
 * A passing fault of applying or committing rolls back to the last commit and applies all that is pending
 * again: as DCPIPE_RETRY after a pause and counted, as DCPIPE_AGAIN at once and counted
 * apart (sink/recovery.h); a commit resets both. When there are no attempts left, or the fault is another,
 * the thread is failed for good. It goes on taking parcels, since others wait for the memory that these hold,
 * and ends with the run.
 *
 * Beside that, `lacks_parcel` belongs to the sequencer: a parcel could not be pushed, so none after it may be
 * applied. The queue is closed; what lies in it is applied and committed as at the end of a run. */
#include "config.h"

#include "pipeline/sink-thread.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "base/stop.h"
#include "bytes/cleanup.h"
#include "data/checkpoint-json.h"
#include "pipeline/apply.h"
#include "pipeline/lock-order.h"
#include "pipeline/queue.h"
#include "setup/tables.h"
#include "sink/recovery.h"
#include "sink/sink-calls.h"

struct sink_thread {
  struct run *run;
  struct instance *sink;
  struct parcel_queue *queue;
  pthread_t id;
  bool started;
  struct dcpipe_checkpoint checkpoint; /* with what was applied; `text` is that of the last commit */
  struct apply apply;
  struct parcel **pending; /* applied since the last commit */
  size_t pending_count, pending_capacity;
  size_t pending_bytes;
  uint64_t pending_entries; /* rows of the source's own tables count as such */
  uint64_t batch_began;     /* CLOCK_MONOTONIC, ns: when the first of them came */
  uint64_t flush_at;        /* CLOCK_MONOTONIC, ns: when they are to be committed at the latest; 0 for none */
  bool failed;
  bool lacks_parcel; /* guarded by the sequencer's lock */
  struct recovery recovery;
  struct sink_thread_progress progress;
  struct table_changes *changes;
  struct commit_report report;
};

static int roll_back (void *context);
static int repeat_pending (void *context);

/* ---- opening ------------------------------------------------------------------------------------ */

/* Rows made by two forms of a decoder do not belong in one table, and nobody could tell them apart later. A
 * decoder that nothing was stored of may change as it likes. */
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

/* Also after each rollback, since frontiers that were added before it and never stored are gone. */
static int
add_frontiers (struct sink_thread *thread)
{
  const struct setup *setup = thread->run->setup;

  for (size_t i = 0; i < setup->decoders_count; i++) {
    const struct decoder *decoder = setup->decoders[i];
    struct frontier *frontier = checkpoint_add (&thread->checkpoint, decoder->instance.name);

    if (frontier == NULL)
      return STATUS_FAILED;
    if (!frontier_check (setup, thread->sink->name, decoder, frontier))
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
check_lookups (const struct sink_thread *thread)
{
  const struct plugin *plugin = thread->sink->plugin;
  const struct setup *setup = thread->run->setup;

  for (size_t i = 0; i < setup->decoders_count; i++)
    if (plugin_resolves (setup->decoders[i]->instance.plugin) && !plugin_looks_up (plugin)) {
      fail ("the plugin %s cannot look rows up, which the decoder %s needs", plugin_name (plugin),
            setup->decoders[i]->instance.name);
      return STATUS_CONFIGURATION;
    }
  return STATUS_DONE;
}

/* In this order: what the configuration alone can tell comes first, so that nothing is opened for it; tables
 * are only prepared once it is known that the decoders fit to what is stored; rows come last. */
static int
open_and_load (struct sink_thread *thread, int mode, const char *scratch)
{
  int status = check_lookups (thread);

  if (status == STATUS_DONE)
    status = sink_open (thread->sink, mode, scratch, &thread->checkpoint);
  if (status == STATUS_DONE)
    status = add_frontiers (thread);
  if (status == STATUS_DONE
      && !tables_expect (thread->run->tables, thread->run->setup, thread->sink->name, &thread->checkpoint))
    status = STATUS_FAILED;
  if (status == STATUS_DONE)
    status = sink_prepare (thread->sink, thread->run->tables);
  if (status == STATUS_DONE && !apply_init (&thread->apply, thread->run, thread->sink, &thread->checkpoint))
    status = STATUS_FAILED;
  return status;
}

struct sink_thread *
sink_thread_open (struct run *run, struct instance *sink, int mode, const char *scratch, int *status)
{
  struct sink_thread *thread = calloc (1, sizeof *thread);

  *status = STATUS_FAILED;
  if (thread == NULL) {
    fail ("no memory for a sink");
    return NULL;
  }
  thread->run = run;
  thread->sink = sink;
  thread->recovery = (struct recovery){ .retry = { .max = run->setup->pipeline.max_retries,
                                                   .delay = run->setup->pipeline.retry_delay,
                                                   .longest = run->setup->pipeline.max_retry_delay },
                                        .retries = &thread->progress.retries,
                                        .roll_back = roll_back,
                                        .repeat = repeat_pending,
                                        .context = thread };
  thread->queue = queue_make ();
  thread->changes = calloc (run->tables->count, sizeof *thread->changes);
  commit_report_init (&thread->report, run->tables->count);
  if (thread->changes == NULL)
    fail ("no memory for a sink");
  else if (thread->queue != NULL)
    *status = open_and_load (thread, mode, scratch);
  if (*status == STATUS_DONE)
    return thread;
  sink_thread_free (thread);
  return NULL;
}

/* ---- committing --------------------------------------------------------------------------------- */

static void
release_pending (struct sink_thread *thread)
{
  for (size_t i = 0; i < thread->pending_count; i++)
    parcel_release (thread->pending[i]);
  thread->pending_count = 0;
  thread->pending_bytes = 0;
  thread->pending_entries = 0;
  thread->flush_at = 0;
}

static void
publish (struct sink_thread *thread)
{
  commit_report_publish (&thread->report, &thread->checkpoint, thread->apply.synced_ns, thread->changes,
                         &thread->apply.failed);
}

/* Only commits are counted, since anything before may be rolled back. */
static void
count_commit (struct sink_thread *thread, uint64_t began)
{
  struct sink_thread_progress *progress = &thread->progress;
  uint64_t now = monotonic_ns ();

  if (thread->apply.last != NULL)
    atomic_store (&progress->committed, thread->apply.last->frame.position);
  atomic_fetch_add (&progress->blocks, thread->apply.blocks);
  atomic_fetch_add (&progress->entries, thread->apply.entries);
  atomic_fetch_add (&progress->failed, thread->apply.failed_keys.count);
  atomic_fetch_add (&progress->commits, 1);
  atomic_fetch_add (&progress->commit_ns, now - began);
  histogram_add (&progress->commit_times, now - began);
  histogram_add (&progress->batch_times, now - thread->batch_began);
  for (size_t i = 0; i < thread->run->tables->count; i++) {
    thread->changes[i].added += thread->apply.changes[i].added;
    thread->changes[i].changed += thread->apply.changes[i].changed;
    thread->changes[i].removed += thread->apply.changes[i].removed;
  }
  publish (thread);
}

/* Did a commit that seemed to fail take place all the same? A connection may break after the store has the
 * commit and before the answer is here; to apply the rows again would then store them twice. The checkpoint
 * tells, because it is in the same transaction and no two are alike. The commit's reason stays the last
 * failure. */
static bool
commit_took_place (struct sink_thread *thread, const char *text, size_t size)
{
  struct dcpipe_checkpoint stored = { 0 };
  CLEANUP_FREE char *reason = strdup (failure_reason ());
  bool same;

  sink_call_rollback (thread->sink);
  same = sink_call_load (thread->sink, &stored) == DCPIPE_OK && stored.text != NULL
         && stored.text_size == size && memcmp (stored.text, text, size) == 0;
  checkpoint_free (&stored);
  if (reason != NULL)
    fail ("%s", reason);
  return same;
}

/* Writes what was applied and the checkpoint. The text of the commit before is lost even if it fails:
 * roll_back reads it back. */
static int
try_commit (struct sink_thread *thread)
{
  uint64_t began = monotonic_ns ();
  int result;

  assert (!thread->failed && thread->pending_count > 0);
  result = apply_finish (&thread->apply);

  if (result == DCPIPE_OK && !checkpoint_format (&thread->checkpoint))
    result = DCPIPE_FAIL;
  if (result != DCPIPE_OK)
    return result;
  result = sink_call_commit (thread->sink, &thread->checkpoint);
  if ((result == DCPIPE_RETRY || result == DCPIPE_AGAIN)
      && commit_took_place (thread, thread->checkpoint.text, thread->checkpoint.text_size))
    result = DCPIPE_OK;
  if (result != DCPIPE_OK)
    return result;
  count_commit (thread, began);
  apply_committed (&thread->apply);
  release_pending (thread);
  recovery_committed (&thread->recovery);
  return DCPIPE_OK;
}

/* ---- applying ----------------------------------------------------------------------------------- */

static int
apply_parcel (struct sink_thread *thread, const struct parcel *parcel)
{
  int result = DCPIPE_OK;

  retry_begin ();
  for (size_t i = 0; i < parcel->good && result == DCPIPE_OK; i++)
    result = apply_block (&thread->apply, &parcel->blocks[i]);
  return result == DCPIPE_OK ? apply_source_rows (&thread->apply, &parcel->rows) : result;
}

/* Goes back to the last commit. The checkpoint is read from the store and not remembered, since only the
 * store knows which commit was the last. */
static int
roll_back (void *context)
{
  struct sink_thread *thread = context;
  struct dcpipe_checkpoint stored = { 0 };
  int result = sink_call_rollback (thread->sink);
  int status;

  if (result != DCPIPE_OK)
    return result;
  status = sink_load_checkpoint (thread->sink, &stored);
  if (status != STATUS_DONE) {
    checkpoint_free (&stored);
    return status == STATUS_TEMPORARY ? DCPIPE_RETRY : DCPIPE_FAIL;
  }
  checkpoint_free (&thread->checkpoint);
  thread->checkpoint = stored;
  apply_rolled_back (&thread->apply);
  if (add_frontiers (thread) != STATUS_DONE)
    return DCPIPE_FAIL;
  apply_find_frontiers (&thread->apply);
  return DCPIPE_OK;
}

static int
repeat_pending (void *context)
{
  struct sink_thread *thread = context;
  int result = DCPIPE_OK;

  for (size_t i = 0; i < thread->pending_count && result == DCPIPE_OK; i++)
    result = apply_parcel (thread, thread->pending[i]);
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

/* The sink is lost, and the run ends. For the summary, its checkpoint is the one that is stored. */
static void
give_up (struct sink_thread *thread, int result)
{
  char *reason = NULL;

  if (asprintf (&reason, "%s", failure ()) < 0)
    reason = NULL;
  thread->failed = true;
  if (roll_back (thread) != DCPIPE_OK)
    log_debug ("after the fault: %s", failure ());
  release_pending (thread);
  if (!run_end (thread->run, status_of_loss (result), reason))
    log_error ("%s", reason != NULL ? reason : "no memory");
  free (reason);
}

static void
commit (struct sink_thread *thread)
{
  int result;

  if (thread->failed || thread->pending_count == 0)
    return;
  if (thread->apply.blocks == 0
      && thread->apply.source_rows == 0) { /* all of it was stored by an earlier run */
    if (thread->apply.last != NULL)
      atomic_store (&thread->progress.committed, thread->apply.last->frame.position);
    apply_committed (&thread->apply);
    release_pending (thread);
    return;
  }
  result = try_commit (thread);
  while (result == DCPIPE_RETRY || result == DCPIPE_AGAIN) {
    result = recovery_run (&thread->recovery, result);
    if (result == DCPIPE_OK)
      result = try_commit (thread);
    else if (result == DCPIPE_RETRY)
      break;
  }
  if (result != DCPIPE_OK)
    give_up (thread, result);
}

/* Parcels are kept until the commit, for a rollback to repeat. That they came from memory in flight is why a
 * batch must end when somebody waits for it. */
static bool
keep_pending (struct sink_thread *thread, struct parcel *parcel)
{
  const struct pipeline_settings *settings = &thread->run->setup->pipeline;

  if (thread->pending_count == thread->pending_capacity) {
    size_t capacity = thread->pending_capacity ? 2 * thread->pending_capacity : 64;
    struct parcel **pending = realloc (thread->pending, capacity * sizeof (struct parcel *));

    if (pending == NULL) {
      fail ("no memory for a batch");
      return false;
    }
    thread->pending = pending;
    thread->pending_capacity = capacity;
  }
  if (thread->pending_count == 0) {
    thread->batch_began = monotonic_ns ();
    thread->flush_at = thread->batch_began + settings->flush_interval * 1000000u;
  }
  thread->pending[thread->pending_count++] = parcel;
  thread->pending_bytes += parcel->charge;
  for (size_t i = 0; i < parcel->good; i++)
    thread->pending_entries += parcel->blocks[i].entries_count;
  thread->pending_entries += parcel->rows.count;
  return true;
}

/* A batch is full when it has both enough entries to be worth a transaction and either many bytes or age: so
 * a fast ledger makes large transactions, and at the tip nobody waits longer than flush_interval. */
static void
take_content (struct sink_thread *thread, struct parcel *parcel)
{
  const struct pipeline_settings *settings = &thread->run->setup->pipeline;
  int result;

  if (!keep_pending (thread, parcel)) {
    parcel_release (parcel);
    give_up (thread, DCPIPE_FAIL);
    return;
  }
  result = recovery_run (&thread->recovery, apply_parcel (thread, parcel));
  if (result != DCPIPE_OK)
    give_up (thread, result);
  else if (thread->pending_entries >= settings->batch_size
           && (thread->pending_bytes >= settings->commit_size || monotonic_ns () >= thread->flush_at))
    commit (thread);
}

/* The tip: what is pending is committed at once, and the sink may do what it put off. That is outside of any
 * transaction, so a passing fault of it needs no rollback. After a stop there is no time for it. */
static void
reach_tip (struct sink_thread *thread)
{
  int result;

  commit (thread);
  if (thread->failed || stop_signal () != 0)
    return;
  do {
    retry_begin ();
    result = sink_call_tip_reached (thread->sink);
  } while (result == DCPIPE_RETRY && retry_wait (&thread->recovery.retry));
  if (result != DCPIPE_OK)
    give_up (thread, result);
}

static void
take (struct sink_thread *thread, struct parcel *parcel)
{
  enum parcel_end end = parcel->end;

  if ((parcel->good > 0 || parcel->rows.count > 0) && !thread->failed)
    take_content (thread, parcel);
  else
    parcel_release (parcel);
  if (end == PARCEL_AT_TIP)
    reach_tip (thread);
}

/* ---- the thread --------------------------------------------------------------------------------- */

/* The last run of that scope failed. */
static bool
has_error (const struct sink_thread *thread, const char *scope)
{
  const struct scope_error *error = checkpoint_error (&thread->checkpoint, scope);

  return error != NULL && error->last != NULL;
}

/* Notes in the store how the run ended for its scope: nothing but the error columns of sync_status changes.
 */
static void
note_end (struct sink_thread *thread, const char *reason)
{
  const struct scope *scope = &thread->run->scope;
  bool noted = true, report = reason != NULL || (scope->count == 0 && has_error (thread, "all"));
  int result = DCPIPE_FAIL;

  for (size_t i = 0; i < scope->count; i++)
    report = report || has_error (thread, scope->labels[i]);
  if (!report)
    return;
  if (scope->count == 0)
    noted = checkpoint_set_error (&thread->checkpoint, "all", reason);
  for (size_t i = 0; i < scope->count && noted; i++)
    noted = checkpoint_set_error (&thread->checkpoint, scope->labels[i], reason);
  if (noted)
    result = apply_sync_status (&thread->apply);
  if (result == DCPIPE_OK && checkpoint_format (&thread->checkpoint))
    result = sink_call_commit (thread->sink, &thread->checkpoint);
  if (result != DCPIPE_OK) {
    log_warning ("how the run ended could not be noted: %s", failure ());
    sink_call_rollback (thread->sink);
  } else
    publish (thread);
}

/* What the table above says of the fields that tell a state. */
static void
check_state (const struct sink_thread *thread)
{
  assert ((thread->pending_count == 0) == (thread->flush_at == 0));
  assert (thread->pending_count > 0 || (thread->pending_bytes == 0 && thread->pending_entries == 0));
  assert (!thread->failed || thread->pending_count == 0);
}

/* True when what is pending should not wait for more. */
static bool
is_due (struct sink_thread *thread)
{
  if (thread->pending_count == 0)
    return false;
  return run_lacks_memory (thread->run) || monotonic_ns () >= thread->flush_at;
}

/* The queue is looked at before a commit that is due for its age or for pressure: as long as parcels wait
 * there, they go into the batch first. */
static void *
sink_thread_main (void *argument)
{
  struct sink_thread *thread = argument;
  bool last = false;
  char *reason;

  log_set_instance (thread->sink->title);
  while (!last) {
    struct parcel *parcel;

    check_state (thread);
    if (queue_length (thread->queue) == 0 && is_due (thread))
      commit (thread);
    parcel = queue_pop (thread->queue, thread->flush_at);
    last = parcel != NULL ? parcel->end == PARCEL_LAST : queue_is_over (thread->queue);
    if (parcel != NULL)
      take (thread, parcel);
  }
  commit (thread);
  reason = run_reason (thread->run);
  if (!thread->failed)
    note_end (thread, reason);
  free (reason);
  run_sink_done (thread->run);
  return NULL;
}

bool
sink_thread_start (struct sink_thread *thread)
{
  int code = pthread_create (&thread->id, NULL, sink_thread_main, thread);

  if (code != 0) {
    fail ("a thread cannot be started: %s", strerror (code));
    return false;
  }
  thread->started = true;
  return true;
}

void
sink_thread_join (struct sink_thread *thread)
{
  if (thread->started)
    pthread_join (thread->id, NULL);
  thread->started = false;
}

void
sink_thread_free (struct sink_thread *thread)
{
  if (thread == NULL)
    return;
  release_pending (thread);
  free (thread->pending);
  apply_free (&thread->apply);
  sink_call_close (thread->sink);
  queue_free (thread->queue);
  checkpoint_free (&thread->checkpoint);
  commit_report_destroy (&thread->report);
  free (thread->changes);
  free (thread);
}

void
sink_thread_push (struct sink_thread *thread, struct parcel *parcel)
{
  assert (lock_level == LOCK_SEQUENCER);
  if (!thread->lacks_parcel && queue_push (thread->queue, parcel))
    return;
  if (!thread->lacks_parcel)
    run_end (thread->run, STATUS_FAILED, failure ());
  thread->lacks_parcel = true;
  queue_close (thread->queue);
  parcel_release (parcel);
}

void
sink_thread_press (struct sink_thread *thread)
{
  queue_kick (thread->queue);
}

size_t
sink_thread_queue_length (const struct sink_thread *thread)
{
  return queue_length (thread->queue);
}

const struct dcpipe_checkpoint *
sink_thread_checkpoint (const struct sink_thread *thread)
{
  return &thread->checkpoint;
}

const struct instance *
sink_thread_sink (const struct sink_thread *thread)
{
  return thread->sink;
}

const struct sink_thread_progress *
sink_thread_progress (const struct sink_thread *thread)
{
  return &thread->progress;
}

const struct table_changes *
sink_thread_changes (const struct sink_thread *thread)
{
  return thread->changes;
}

struct commit_report *
sink_thread_report (struct sink_thread *thread)
{
  return &thread->report;
}
