/* SPDX-License-Identifier: Apache-2.0 */
/* Figures are read while other threads change them, each atomic for itself; a line may show blocks of one
 * moment and entries of the next, which no reader of a moving bar sees. The summary comes when all threads
 * have ended. */
#include "config.h"

#include "commands/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "pipeline/completion.h"
#include "pipeline/run.h"
#include "pipeline/scope-status.h"
#include "pipeline/sink-thread.h"

/* Plain lines come this often. */
/* A log that is kept should not grow by a run's length, and one that is watched should show that something
 * moves. */
#define LINE_NS 10000000000u
#define BAR_WIDTH 24

static void
redraw (void *context, bool show)
{
  const struct progress *progress = context;

  fprintf (stderr, "\r\033[K%s", show ? progress->line : "");
  fflush (stderr);
}

void
progress_begin (struct progress *progress)
{
  *progress = (struct progress){ .began = monotonic_ns (), .told = monotonic_ns () };
  /* A bar among lines of JSON, or where only warnings are wanted, would be noise. */
  progress->terminal = isatty (STDERR_FILENO) && !log_is_json () && log_current_level () >= LOG_INFO;
  if (progress->terminal)
    log_set_redraw (redraw, progress);
}

void
progress_end (struct progress *progress)
{
  if (!progress->terminal)
    return;
  log_set_redraw (NULL, NULL);
  redraw (progress, false);
}

static void
draw_bar (struct progress *progress, const struct run *run, double seconds)
{
  uint64_t entries = atomic_load (&run->progress.verified_entries),
           bytes = atomic_load (&run->progress.verified_bytes), listed = atomic_load (&run->progress.listed);
  int done = run_permille (run);
  char bar[BAR_WIDTH + 1];

  if (atomic_load (&run->lists)) {
    snprintf (progress->line, sizeof progress->line, "%" PRIu64 " %s listed, %.0f/s", listed,
              plural (listed, "row", "rows"), (double) listed / seconds);
    redraw (progress, true);
    return;
  }
  memset (bar, ' ', BAR_WIDTH);
  bar[BAR_WIDTH] = '\0';
  if (done > 0)
    memset (bar, '=', (size_t) done * BAR_WIDTH / 1000);
  snprintf (progress->line, sizeof progress->line, "[%s] %3d%%  %" PRIu64 " %s, %.0f/s, %.1f MB/s", bar,
            done < 0 ? 0 : done / 10, entries, plural (entries, "entry", "entries"),
            (double) entries / seconds, (double) bytes / seconds / 1e6);
  redraw (progress, true);
}

static void
tell (struct progress *progress, const struct run *run, double seconds)
{
  uint64_t entries = atomic_load (&run->progress.verified_entries),
           listed = atomic_load (&run->progress.listed);
  int done = run_permille (run);

  if (monotonic_ns () - progress->told < LINE_NS)
    return;
  progress->told = monotonic_ns ();
  if (atomic_load (&run->lists))
    log_info ("%" PRIu64 " %s listed so far, %.0f a second", listed, plural (listed, "row", "rows"),
              (double) listed / seconds);
  else if (done >= 0)
    log_info ("%d%% of the ledger, %" PRIu64 " %s so far, %.0f a second", done / 10, entries,
              plural (entries, "entry", "entries"), (double) entries / seconds);
  else
    log_info ("%" PRIu64 " %s so far, %.0f a second", entries, plural (entries, "entry", "entries"),
              (double) entries / seconds);
}

/* ---- the summary -------------------------------------------------------------------------------- */

static void
number (char text[24], uint64_t value)
{
  snprintf (text, 24, "%" PRIu64, value);
}

static bool
is_any (const struct table_changes *changes)
{
  return changes->added + changes->changed + changes->removed > 0;
}

/* Of the decoders' tables. */
static void
sum_changes (const struct run *run, const struct sink_thread *thread, struct table_changes *sum)
{
  const struct table_changes *changes = sink_thread_changes (thread);

  *sum = (struct table_changes){ 0 };
  /* Core's own tables change with every commit, and say nothing of what was imported. */
  for (size_t i = CORE_TABLES; i < run->tables->count; i++) {
    if (run->tables->items[i].decoder == TABLE_SOURCE)
      continue;
    sum->added += changes[i].added;
    sum->changed += changes[i].changed;
    sum->removed += changes[i].removed;
  }
}

/* What became of one of the source's own tables. */
static void
summarise_listing (const struct sink_thread *thread, const struct dcpipe_table *table,
                   const struct table_changes *changes)
{
  char added[24], changed[24], removed[24], message[512];
  const char *const fields[] = { "sink",    sink_thread_sink (thread)->name,
                                 "table",   table->name,
                                 "added",   added,
                                 "changed", changed,
                                 "removed", removed,
                                 NULL };

  number (added, changes->added);
  number (changed, changes->changed);
  number (removed, changes->removed);
  snprintf (message, sizeof message, "%s: %s: %s added, %s changed, %s removed",
            sink_thread_sink (thread)->title, table->name, added, changed, removed);
  log_event (LOG_INFO, "listing", message, fields);
}

static void
summarise_listings (const struct run *run, const struct sink_thread *thread)
{
  const struct table_changes *changes = sink_thread_changes (thread);

  for (size_t i = CORE_TABLES; i < run->tables->count; i++)
    if (run->tables->items[i].decoder == TABLE_SOURCE && is_any (&changes[i]))
      summarise_listing (thread, &run->tables->items[i], &changes[i]);
}

/* Where a sink stands, and the beginning of its digest (status has all of it). */
static void
summarise_position (const struct run *run, const struct sink_thread *thread, const char *const *fields)
{
  struct scope_status status = scope_status (run->setup, sink_thread_checkpoint (thread), NULL);
  char message[512], digest[65];

  if (!status.known)
    return;
  digest_text (digest, status.digest);
  snprintf (message, sizeof message, "%s: stands at %" PRIu64 "; trust: %s; digest %.12s",
            sink_thread_sink (thread)->title, status.position, trust_name (status.trust), digest);
  log_event (LOG_INFO, "checkpoint", message, fields);
}

static void
summarise_rows (const struct sink_thread *thread, const struct table_changes *sum, const char *const *fields)
{
  const struct sink_thread_progress *progress = sink_thread_progress (thread);
  uint64_t failed = atomic_load (&progress->failed), blocks = atomic_load (&progress->blocks),
           entries = atomic_load (&progress->entries);
  char message[512];
  int size = snprintf (message, sizeof message, "%s: %" PRIu64 " %s, %" PRIu64 " %s",
                       sink_thread_sink (thread)->title, blocks, plural (blocks, "block", "blocks"), entries,
                       plural (entries, "entry", "entries"));

  if (failed > 0 && size > 0 && (size_t) size < sizeof message)
    snprintf (message + size, sizeof message - (size_t) size, ", %" PRIu64 " of them failed", failed);
  log_event (LOG_INFO, "sink", message, fields);
  snprintf (message, sizeof message, "%s: rows: %" PRIu64 " added, %" PRIu64 " changed, %" PRIu64 " removed",
            sink_thread_sink (thread)->title, sum->added, sum->changed, sum->removed);
  log_event (LOG_INFO, "rows", message, fields);
}

static void
summarise_sink (const struct run *run, const struct sink_thread *thread)
{
  const struct sink_thread_progress *progress = sink_thread_progress (thread);
  struct scope_status status = scope_status (run->setup, sink_thread_checkpoint (thread), NULL);
  struct table_changes sum;
  char blocks[24], entries[24], failed[24], added[24], commits[24], position[24], digest[65];
  const char *const fields[] = { "sink",       sink_thread_sink (thread)->name,
                                 "blocks",     blocks,
                                 "entries",    entries,
                                 "failed",     failed,
                                 "rows_added", added,
                                 "commits",    commits,
                                 "position",   position,
                                 "trust",      trust_name (status.trust),
                                 "digest",     digest,
                                 NULL };

  sum_changes (run, thread, &sum);
  number (blocks, atomic_load (&progress->blocks));
  number (entries, atomic_load (&progress->entries));
  number (failed, atomic_load (&progress->failed));
  number (added, sum.added);
  number (commits, atomic_load (&progress->commits));
  number (position, status.position);
  digest_text (digest, status.digest);
  if (atomic_load (&progress->blocks) > 0 || is_any (&sum))
    summarise_rows (thread, &sum, fields);
  summarise_listings (run, thread);
  summarise_position (run, thread, fields);
}

/* Something of what the source gives was stored in the sink. */
static bool
has_stored (const struct run *run, const struct sink_thread *thread)
{
  const struct table_changes *changes = sink_thread_changes (thread);

  for (size_t i = CORE_TABLES; i < run->tables->count && atomic_load (&run->lists); i++)
    if (is_any (&changes[i]))
      return true;
  return atomic_load (&sink_thread_progress (thread)->blocks) > 0;
}

/* The source had no more, and no sink had anything to store. */
static bool
nothing_was_new (const struct run *run)
{
  if (run->ended || !atomic_load (&run->at_tip))
    return false;
  for (size_t i = 0; i < run->sink_threads_count; i++)
    if (has_stored (run, run->sink_threads[i]))
      return false;
  return true;
}

/* How the run went, in one line. */
static void
describe_run (const struct run *run, double seconds, char *text, size_t size)
{
  uint64_t blocks = atomic_load (&run->progress.verified_blocks),
           entries = atomic_load (&run->progress.verified_entries);
  bool lists = atomic_load (&run->lists);

  if (nothing_was_new (run))
    snprintf (text, size, "up to date: %s", lists ? "nothing new is listed" : "the ledger has nothing new");
  else if (lists)
    snprintf (text, size, "listed %s in %.2f s",
              atomic_load (&run->at_tip) ? "all that there is" : "what came", seconds);
  else
    snprintf (text, size, "verified %" PRIu64 " %s with %" PRIu64 " %s in %.2f s (%.0f/s)", blocks,
              plural (blocks, "block", "blocks"), entries, plural (entries, "entry", "entries"), seconds,
              (double) entries / seconds);
}

/* A label that a decoder of any label was given, and that no entry has, may be misspelt. */
static void
warn_of_unseen (const struct run *run, const struct decoder *decoder)
{
  /* All sinks have been through the whole ledger, so any of them can tell. */
  const struct frontier *frontier =
      checkpoint_find (sink_thread_checkpoint (run->sink_threads[0]), decoder->instance.name);

  if (plugin_labels (decoder->instance.plugin)->count > 0 || frontier == NULL)
    return;
  for (size_t i = 0; i < decoder->labels_count; i++)
    if (frontier_label_find (frontier, decoder->labels[i]) == NULL)
      log_warning ("[decoder %s]: no entry of the ledger has this label", decoder->labels[i]);
}

/* Only a run that has seen the whole ledger can tell. */
static bool
has_seen_all (const struct run *run)
{
  return !run->start.known && run->scope.count == 0 && !run->ended && atomic_load (&run->at_tip)
         && !atomic_load (&run->lists) && run->sink_threads_count > 0;
}

static void
summarise (const struct run *run, double seconds)
{
  char blocks[24], entries[24], listed[24], seconds_text[24], message[256];
  const char *const fields[] = { "blocks", blocks,    "entries",    entries, "listed",
                                 listed,   "seconds", seconds_text, NULL };

  number (blocks, atomic_load (&run->progress.verified_blocks));
  number (entries, atomic_load (&run->progress.verified_entries));
  number (listed, atomic_load (&run->progress.listed));
  snprintf (seconds_text, sizeof seconds_text, "%.3f", seconds);
  describe_run (run, seconds, message, sizeof message);
  log_event (LOG_INFO, "run", message, fields);
  for (size_t i = 0; i < run->sink_threads_count; i++)
    summarise_sink (run, run->sink_threads[i]);
  for (size_t i = 0; i < run->setup->decoders_count && has_seen_all (run); i++)
    warn_of_unseen (run, run->setup->decoders[i]);
}

void
progress_show (void *context, const struct run *run, bool last)
{
  struct progress *progress = context;
  double seconds = (double) (monotonic_ns () - progress->began) / 1e9;

  if (last) {
    /* The bar goes before the summary, which is made of log lines. */
    progress_end (progress);
    progress->terminal = false;
    summarise (run, seconds > 0 ? seconds : 1e-9);
  } else if (progress->terminal)
    draw_bar (progress, run, seconds);
  else
    tell (progress, run, seconds);
}
