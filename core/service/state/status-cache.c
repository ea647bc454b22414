/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a store takes time, and some let nobody read while they are written. So with each commit the sinks
 * leave a report, which is gathered here while a run goes on; when none does, checkpoints are compared with
 * those that are known, and only what has changed is read again. */
#include "config.h"

#include "service/state/status-cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/exit-status.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "plugin/instance.h"
#include "service/state/sync-status.h"
#include "data/checkpoint-json.h"
#include "setup/decoders.h"
#include "setup/tables.h"
#include "sink/sink-calls.h"

#define NS_PER_MINUTE UINT64_C (60000000000)

/* ---- reading stores ----------------------------------------------------------------------------- */

/* sync_status has the time of the last commit in every row. */
static bool
take_synced (void *context, const struct dcpipe_row *row)
{
  uint64_t *latest = context, time = dcpipe_get_u64 (row, STATUS_LAST_SYNCED_AT);

  if (!dcpipe_is_null (row, STATUS_LAST_SYNCED_AT) && time > *latest)
    *latest = time;
  return true;
}

static bool
take_failure (void *context, const struct dcpipe_row *row)
{
  failed_entries_add (context, row);
  return true;
}

static int
scan_table (struct instance *sink, const struct dcpipe_table *table,
            bool (*each) (void *context, const struct dcpipe_row *row), void *context)
{
  struct row_scratch scratch = { 0 };
  int result = sink_scan (sink, row_scratch_key (&scratch, table), each, context);

  row_scratch_free (&scratch);
  return result == DCPIPE_OK ? STATUS_DONE : STATUS_FAILED;
}

/* What a store holds besides the checkpoint. */
struct store_extras {
  uint64_t synced_ns;
  struct failed_entries *failures; /* or NULL */
};

/* Opens a handle of its own, beside whoever writes. */
static int
read_store (const struct status_cache *cache, const struct instance *configured,
            struct dcpipe_checkpoint *checkpoint, struct store_extras *extras)
{
  struct instance *sink = instance_clone (configured);
  const struct dcpipe_table *tables = cache->tables->items;
  int status;

  *checkpoint = (struct dcpipe_checkpoint){ 0 };
  if (sink == NULL)
    return STATUS_FAILED;
  LOG_INSTANCE_SCOPE (configured->title);
  status = sink_open (sink, DCPIPE_READ, NULL, checkpoint);
  /* A store without a checkpoint has no tables yet. */
  if (status == STATUS_DONE && checkpoint->text != NULL && plugin_looks_up (sink->plugin)) {
    status = sink_prepare (sink, cache->tables);
    if (status == STATUS_DONE)
      status = scan_table (sink, &tables[CORE_SYNC_STATUS], take_synced, &extras->synced_ns);
    if (status == STATUS_DONE && extras->failures != NULL)
      status = scan_table (sink, &tables[CORE_FAILED_ENTRIES], take_failure, extras->failures);
  }
  sink_call_close (sink);
  instance_free (sink);
  return status;
}

static bool
same_text (const struct dcpipe_checkpoint *a, const struct dcpipe_checkpoint *b)
{
  return a->text != NULL && b->text != NULL && a->text_size == b->text_size
         && memcmp (a->text, b->text, a->text_size) == 0;
}

/* The checkpoint becomes the view's. With the mutex held. */
static void
set_checkpoint (struct status_cache *cache, struct sink_view *view, struct dcpipe_checkpoint *checkpoint,
                uint64_t synced_ns)
{
  checkpoint_free (&view->checkpoint);
  view->checkpoint = *checkpoint;
  view->synced_ns = synced_ns;
  cache->moved++;
}

static void
set_error (struct sink_view *view, const char *error)
{
  free (view->error);
  view->error = error != NULL ? strdup (error) : NULL;
}

static void
read_view (struct status_cache *cache, struct sink_view *view, bool with_failures)
{
  struct dcpipe_checkpoint checkpoint;
  struct failed_entries failures = { 0 };
  struct store_extras extras = { .failures = with_failures ? &failures : NULL };
  /* Without the lock: a large store takes its time, and requests are answered from what is there. */
  int status = read_store (cache, view->sink, &checkpoint, &extras);

  LOCK_SCOPE (&cache->mutex);
  set_error (view, status == STATUS_DONE ? NULL : failure ());
  if (status == STATUS_DONE)
    set_checkpoint (cache, view, &checkpoint, extras.synced_ns);
  else
    checkpoint_free (&checkpoint);
  if (with_failures && status == STATUS_DONE) { /* half a look would tell entries twice after the next one */
    failed_entries_clear (&cache->failures);
    failed_entries_move (&cache->failures, &failures);
  }
  failed_entries_clear (&failures);
}

/* Makes the body anew. With the mutex held. */
static void
make_body (struct status_cache *cache)
{
  const struct sink_view *first = &cache->sinks[0];

  free (cache->body);
  cache->body = sync_status_text (cache->setup, &first->checkpoint, first->synced_ns);
}

/* ---- life --------------------------------------------------------------------------------------- */

static bool
make_view (struct status_cache *cache, const struct instance *sink)
{
  struct sink_view *view = &cache->sinks[cache->sinks_count++];

  view->sink = sink;
  view->changes = calloc (cache->tables->count, sizeof *view->changes);
  view->changes_before = calloc (cache->tables->count, sizeof *view->changes);
  return view->changes != NULL && view->changes_before != NULL;
}

static bool
make_views (struct status_cache *cache)
{
  const struct setup *setup = cache->setup;
  bool good;

  cache->tables = tables_make (setup);
  if (cache->tables == NULL)
    return false;
  cache->sinks = calloc (setup->sinks_count, sizeof *cache->sinks);
  good = cache->sinks != NULL;
  for (size_t i = 0; good && i < setup->sinks_count; i++)
    good = make_view (cache, setup->sinks[i]);
  if (!good)
    fail ("no memory for the state of the sinks");
  return good;
}

bool
status_cache_init (struct status_cache *cache, const struct setup *setup)
{
  *cache = (struct status_cache){ .setup = setup };
  pthread_mutex_init (&cache->mutex, NULL);
  if (!make_views (cache))
    return false;
  for (size_t i = 0; i < cache->sinks_count; i++) {
    read_view (cache, &cache->sinks[i], i == 0);
    /* Whatever it is may pass, and it is looked at again each time; so the service starts. */
    if (cache->sinks[i].error != NULL)
      log_warning ("%s", cache->sinks[i].error);
  }
  LOCK_SCOPE (&cache->mutex);
  make_body (cache);
  return true;
}

void
status_cache_destroy (struct status_cache *cache)
{
  for (size_t i = 0; i < cache->sinks_count; i++) {
    checkpoint_free (&cache->sinks[i].checkpoint);
    free (cache->sinks[i].error);
    free (cache->sinks[i].changes);
    free (cache->sinks[i].changes_before);
  }
  free (cache->sinks);
  failed_entries_clear (&cache->failures);
  tables_free (cache->tables);
  free (cache->body);
  pthread_mutex_destroy (&cache->mutex);
}

/* Comparing the checkpoint's text is enough: no two commits of a store have the same one. A store that could
 * not be read is tried again each time, for what kept us out may have gone. */
void
status_cache_refresh (struct status_cache *cache)
{
  /* Read without the lock, as the views below are: only the main thread, which this is, changes them. */
  uint64_t before = cache->moved;

  for (size_t i = 0; i < cache->sinks_count; i++) {
    struct sink_view *view = &cache->sinks[i];
    struct dcpipe_checkpoint stored;
    bool good = sink_peek (view->sink, &stored) == STATUS_DONE;
    bool same = good && view->error == NULL
                && (same_text (&stored, &view->checkpoint) || (!stored.text && !view->checkpoint.text));

    checkpoint_free (&stored);
    if (!same)
      read_view (cache, view, i == 0);
  }
  LOCK_SCOPE (&cache->mutex);
  if (cache->moved != before)
    make_body (cache);
}

/* ---- from a run --------------------------------------------------------------------------------- */

/* Runs count from 0, and what is shown counts from the start of the process: sums of ended runs are kept
 * beside. */
static void
take_totals (struct sink_view *view, const struct sink_thread *thread, bool last)
{
  const struct sink_thread_progress *progress = sink_thread_progress (thread);

  view->totals.blocks = view->before.blocks + atomic_load (&progress->blocks);
  view->totals.entries = view->before.entries + atomic_load (&progress->entries);
  view->totals.failed = view->before.failed + atomic_load (&progress->failed);
  view->totals.commits = view->before.commits + atomic_load (&progress->commits);
  view->totals.commit_ns = view->before.commit_ns + atomic_load (&progress->commit_ns);
  view->totals.retries = view->before.retries + atomic_load (&progress->retries);
  if (last)
    view->before = view->totals;
}

static void
take_changes (struct status_cache *cache, struct sink_view *view, const struct table_changes *changes)
{
  for (size_t i = 0; i < cache->tables->count; i++) {
    view->changes[i].added = view->changes_before[i].added + changes[i].added;
    view->changes[i].changed = view->changes_before[i].changed + changes[i].changed;
    view->changes[i].removed = view->changes_before[i].removed + changes[i].removed;
  }
}

static struct dcpipe_checkpoint
parse_report (const struct commit_report *report)
{
  struct dcpipe_checkpoint checkpoint = { 0 };

  dcpipe_checkpoint_set (&checkpoint, report->text, report->size);
  if (checkpoint.no_memory || !checkpoint_parse (&checkpoint))
    checkpoint_free (&checkpoint);
  return checkpoint;
}

/* Takes what the sink's last commit left. */
static void
take_report (struct status_cache *cache, struct sink_view *view, struct commit_report *report,
             struct failed_entries *failures)
{
  struct dcpipe_checkpoint checkpoint = { 0 };

  /* The sink's thread takes this lock with each commit; what is slow, to parse the checkpoint, comes only
   * when there was one. */
  LOCK_SCOPE (&report->mutex);
  if (report->commits == view->taken)
    return;
  view->taken = report->commits;
  checkpoint = parse_report (report);
  take_changes (cache, view, report->changes);
  /* All sinks meet the same entries that fail; those of the first stand for all, in its order. */
  if (view == cache->sinks) {
    failed_entries_copy (failures, &report->failed);
    failed_entries_move (&cache->failures, &report->failed);
  }
  if (checkpoint.text != NULL)
    /* A report that cannot be parsed for want of memory leaves the one before; the next commit brings
     * another. */
    set_checkpoint (cache, view, &checkpoint, report->time_ns);
}

static void
count_minute (struct status_cache *cache, const struct sink_totals *before, const struct sink_totals *now)
{
  uint64_t at = realtime_ns () / NS_PER_MINUTE;
  /* A slot is an hour old when its minute comes round again. */
  struct minute *minute = &cache->minutes[at % MINUTES];

  if (minute->at != at)
    *minute = (struct minute){ .at = at };
  minute->blocks += now->blocks - before->blocks;
  minute->entries += now->entries - before->entries;
}

static void
take_sink (struct status_cache *cache, struct sink_view *view, struct sink_thread *thread, bool last,
           struct failed_entries *failures)
{
  struct sink_totals before = view->totals;

  set_error (view, NULL);
  take_totals (view, thread, last);
  take_report (cache, view, sink_thread_report (thread), failures);
  if (view == cache->sinks)
    count_minute (cache, &before, &view->totals);
  /* The next run's sink counts from 0 again. */
  if (!last)
    return;
  view->taken = 0;
  memcpy (view->changes_before, view->changes, cache->tables->count * sizeof *view->changes);
}

static void
take_heights (struct status_cache *cache, const struct run *run)
{
  uint64_t end = atomic_load (&run->progress.end), fetched = atomic_load (&run->progress.fetched),
           verified = atomic_load (&run->progress.verified);

  if (end > 0) {
    cache->moved += end != cache->tip;
    cache->first = atomic_load (&run->progress.first);
    cache->tip = end;
    cache->tip_ns = realtime_ns ();
  }
  if (fetched > 0)
    cache->fetched = fetched;
  if (verified > 0)
    cache->verified = verified;
  /* A run of some labels that reached the tip has left the others behind. */
  if (run->scope.count == 0)
    cache->at_tip = atomic_load (&run->at_tip);
}

static void
take_source (struct status_cache *cache, const struct run *run, bool last)
{
  const struct source_totals *before = &cache->source_before;

  cache->source =
      (struct source_totals){ .blocks = before->blocks + atomic_load (&run->progress.verified_blocks),
                              .entries = before->entries + atomic_load (&run->progress.verified_entries),
                              .bytes = before->bytes + atomic_load (&run->progress.verified_bytes),
                              .fetched_bytes =
                                  before->fetched_bytes + atomic_load (&run->progress.fetched_bytes),
                              .retries = before->retries + atomic_load (&run->progress.retries) };
  if (last)
    cache->source_before = cache->source;
}

void
status_cache_take (struct status_cache *cache, const struct run *run, bool last,
                   struct failed_entries *failures)
{
  /* The locks of reports are taken below this one. The sinks' threads, which take those too, know nothing of
   * this one, so it cannot be the other way round. */
  LOCK_SCOPE (&cache->mutex);
  uint64_t before = cache->moved;

  take_heights (cache, run);
  take_source (cache, run, last);
  for (size_t i = 0; i < run->sink_threads_count && i < cache->sinks_count; i++)
    take_sink (cache, &cache->sinks[i], run->sink_threads[i], last, failures);
  if (cache->moved != before)
    make_body (cache);
}

uint64_t
status_cache_moved (struct status_cache *cache)
{
  LOCK_SCOPE (&cache->mutex);
  return cache->moved;
}

bool
status_cache_knows_label (struct status_cache *cache, const char *label)
{
  bool known = label_is_named (cache->setup, label);

  LOCK_SCOPE (&cache->mutex);
  for (size_t i = 0; i < cache->sinks_count && !known; i++)
    known = label_is_stored (&cache->sinks[i].checkpoint, label);
  return known;
}

char *
status_cache_body (struct status_cache *cache)
{
  char *copy;

  LOCK_SCOPE (&cache->mutex);
  if (cache->sinks[0].error != NULL) {
    fail ("%s", cache->sinks[0].error);
    return NULL;
  }
  /* Copied, since the next commit frees it while the answer may still be made. */
  copy = cache->body != NULL ? strdup (cache->body) : NULL;
  if (copy == NULL)
    fail ("no memory for the status");
  return copy;
}
