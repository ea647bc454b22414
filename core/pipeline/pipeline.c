/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/pipeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "base/stop.h"
#include "bytes/cleanup.h"
#include "pipeline/decode-thread.h"
#include "pipeline/lock-order.h"
#include "pipeline/queue.h"
#include "pipeline/sequencer.h"
#include "pipeline/sink-thread.h"
#include "pipeline/source-thread.h"
#include "plugin/instance.h"
#include "setup/tables.h"

/* How often progress is shown. */
#define SHOW_MS 200

/* A run that is to stop may take so long before it is said what keeps it. */
#define DELAY_NS UINT64_C (5000000000)

/* ---- parts -------------------------------------------------------------------------------------- */

static bool
names_one_of (const struct decoder *decoder, struct scope scope)
{
  for (size_t i = 0; i < scope.count; i++)
    for (size_t label = 0; label < decoder->labels_count; label++)
      if (strcmp (scope.labels[i], decoder->labels[label]) == 0)
        return true;
  return false;
}

/* A run of some labels does all that it can for them. Decoders that name one of them it runs whole. A '*'
 * decoder would have to see all labels to move on, so only its log gets their rows; and none if it resolves,
 * since what it looked up would not be there. */
static void
set_parts (struct run *run)
{
  for (size_t i = 0; i < run->setup->decoders_count; i++) {
    const struct decoder *decoder = run->setup->decoders[i];

    if (run->scope.count == 0 || names_one_of (decoder, run->scope))
      run->parts[i] = PART_WHOLE;
    else if (decoder->any && !plugin_resolves (decoder->instance.plugin))
      run->parts[i] = PART_AHEAD;
    else
      run->parts[i] = PART_NONE;
  }
}

/* ---- where to begin ----------------------------------------------------------------------------- */

/* The block up to which the sink has all that the run would make with this decoder: its frontier, or when it
 * only runs ahead, the least that any of the run's labels has come to. */
static struct point
done_up_to (const struct run *run, const struct frontier *frontier, enum part part)
{
  struct point least = frontier->at;
  bool first = true;

  if (part == PART_WHOLE)
    return least;
  for (size_t i = 0; i < run->scope.count; i++) {
    const char *label = run->scope.labels[i];
    const struct ahead *ahead =
        frontier_ahead (frontier, (struct dcpipe_bytes){ (const uint8_t *) label, strlen (label) });
    const struct point *point = ahead != NULL ? &ahead->at : &frontier->at;

    if (first || !point->known || (least.known && point->position < least.position))
      least = *point;
    first = false;
  }
  return least;
}

static bool
add_probe (struct run *run, const struct point *point)
{
  struct point *probes;

  for (size_t i = 0; i < run->probes_count; i++)
    if (run->probes[i].position == point->position && hash_equal (&run->probes[i].hash, &point->hash))
      return true;
  probes = realloc (run->probes, (run->probes_count + 1) * sizeof *probes);
  if (probes == NULL) {
    fail ("no memory for the stored blocks");
    return false;
  }
  run->probes = probes;
  run->probes[run->probes_count++] = *point;
  return true;
}

/* Takes what one decoder has done in one sink into account: the run starts with the least of all. A cursor
 * belongs to the source plugin that made it; another would take it for its own. */
static bool
consider (struct run *run, size_t decoder, const struct dcpipe_checkpoint *checkpoint, bool *first)
{
  const char *source = plugin_name (run->setup->source->plugin);
  const struct frontier *frontier =
      checkpoint_find (checkpoint, run->setup->decoders[decoder]->instance.name);
  struct point point = done_up_to (run, frontier, run->parts[decoder]);
  uint64_t stored = point.known ? point.position + 1 : 0;

  if (checkpoint->source == NULL || strcmp (checkpoint->source, source) != 0)
    point.cursor_size = 0;
  if (*first || !point.known || (run->start.known && point.position < run->start.position))
    run->start = point;
  *first = false;
  if (stored < run->stored[decoder])
    run->stored[decoder] = stored;
  return !point.known || add_probe (run, &point);
}

/* Finds the block to begin with, and those that are to be compared before; but not the first itself, which
 * the sequencer compares when it comes. */
static bool
find_start (struct run *run)
{
  bool first = true;

  for (size_t decoder = 0; decoder < run->setup->decoders_count; decoder++) {
    run->stored[decoder] = UINT64_MAX;
    for (size_t i = 0; i < run->sink_threads_count && run->parts[decoder] != PART_NONE; i++) {
      const struct dcpipe_checkpoint *checkpoint = sink_thread_checkpoint (run->sink_threads[i]);

      if (!consider (run, decoder, checkpoint, &first))
        return false;
      if (checkpoint->ledger.size > 0)
        run->ledger = checkpoint->ledger;
    }
  }
  for (size_t i = 0; i < run->probes_count;)
    if (run->start.known && run->probes[i].position == run->start.position
        && hash_equal (&run->probes[i].hash, &run->start.hash))
      run->probes[i] = run->probes[--run->probes_count];
    else
      i++;
  return true;
}

/* ---- life --------------------------------------------------------------------------------------- */

/* Backpressure: whoever waits for memory waits for commits, so the sink threads are told. Called with the
 * budget's lock held. */
static void
press_sinks (void *context)
{
  struct run *run = context;

  assert (lock_level == LOCK_BUDGET);
  for (size_t i = 0; i < run->sink_threads_count; i++)
    sink_thread_press (run->sink_threads[i]);
}

static void
begin_run (struct run *run, const struct setup *setup, const struct run_options *options)
{
  run_init (run, setup, press_sinks);
  run->scope = options->scope;
  run->follow = options->follow;
  run->until = options->until;
  for (size_t i = 0; options->until != NULL && i < setup->decoders_count; i++)
    if (options->until[i] > run->until_all)
      run->until_all = options->until[i];
  block_set_limit (setup->pipeline.max_block_size);
  stop_set_following (options->follow);
}

/* Those who hold parcels go first, then what parcels are made of. */
static void
free_run (struct run *run)
{
  for (size_t i = 0; run->sink_threads != NULL && i < run->sink_threads_count; i++)
    sink_thread_free (run->sink_threads[i]);
  free (run->sink_threads);
  sequencer_free (run->sequencer);
  queue_free (run->work);
  routes_free (run->routes);
  tables_free (run->tables);
  run_destroy (run);
  arena_pool_free ();
}

/* Everything but sinks and threads. */
static bool
make_parts (struct run *run)
{
  const struct setup *setup = run->setup;

  run->tables = tables_make (setup);
  run->routes = routes_make (setup, run->scope.labels, run->scope.count);
  run->parts = calloc (setup->decoders_count + 1, sizeof *run->parts);
  run->stored = calloc (setup->decoders_count + 1, sizeof *run->stored);
  run->sink_threads = calloc (setup->sinks_count + 1, sizeof (struct sink_thread *));
  run->work = queue_make ();
  run->sequencer = sequencer_make (run);
  if (run->tables == NULL || run->routes == NULL || run->work == NULL || run->sequencer == NULL)
    return false;
  if (run->parts == NULL || run->stored == NULL || run->sink_threads == NULL) {
    fail ("no memory for a run");
    return false;
  }
  set_parts (run);
  return true;
}

/* Opens a sink, after passing faults again with a handle of its own for each attempt; but a throw-away store
 * only once, since its directory must be empty. */
static struct sink_thread *
open_one_sink (struct run *run, struct instance *sink, const struct run_options *options, int *status)
{
  const struct pipeline_settings *settings = &run->setup->pipeline;
  int mode = options->scratch != NULL ? DCPIPE_SCRATCH : DCPIPE_WRITE;
  struct retry retry = { .max = options->scratch != NULL ? 0 : settings->max_retries,
                         .delay = settings->retry_delay,
                         .longest = settings->max_retry_delay };
  struct sink_thread *thread;

  LOG_INSTANCE_SCOPE (sink->title);
  for (;;) {
    retry_begin ();
    thread = sink_thread_open (run, sink, mode, options->scratch, status);
    if (thread != NULL || *status != STATUS_TEMPORARY
        || !retry_wait_idle (&retry, options->idle, options->context))
      break;
    if (!instance_renew (sink)) {
      *status = STATUS_FAILED;
      break;
    }
  }
  if (*status == STATUS_TEMPORARY && stop_signal () != 0)
    *status = 128 + stop_signal ();
  return thread;
}

static int
open_sinks (struct run *run, const struct run_options *options)
{
  int status = STATUS_DONE;

  for (size_t i = 0; i < run->setup->sinks_count && status == STATUS_DONE; i++) {
    struct sink_thread *thread = open_one_sink (run, run->setup->sinks[i], options, &status);

    if (thread != NULL)
      run->sink_threads[run->sink_threads_count++] = thread;
  }
  return status;
}

/* Says once what keeps a run that is to stop, for those who wait for its end. `since`: when that was seen
 * first, 0 before. */
static void
tell_of_delay (struct run *run, uint64_t *since)
{
  uint64_t now = monotonic_ns ();

  if (stop_signal () == 0 || *since == UINT64_MAX)
    return;
  if (*since == 0)
    *since = now;
  if (now - *since < DELAY_NS)
    return;
  *since = UINT64_MAX;
  if (atomic_load (&run->asked))
    log_warning ("%s: its callback next does not return, though dcpipe is to stop; another signal ends it at "
                 "once",
                 run->setup->source->title);
  else
    log_warning ("what was begun is not at its end yet; another signal ends dcpipe at once");
}

static void
wait_for_sinks (struct run *run, const struct run_options *options)
{
  uint64_t since = 0;
  bool done = false;

  while (!done) {
    struct timespec until;

    clock_gettime (CLOCK_MONOTONIC, &until);
    until.tv_nsec += SHOW_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    {
      ORDERED_LOCK_SCOPE (&run->mutex, LOCK_INNERMOST);
      if (run->sinks_at_work > 0)
        pthread_cond_timedwait (&run->gone, &run->mutex, &until);
      done = run->sinks_at_work == 0;
    }
    if (!done)
      tell_of_delay (run, &since);
    if (options->show != NULL && !done)
      options->show (options->context, run, false);
  }
}

/* Starts all threads, waits for their end, and gathers them, in the order in which parcels go, backwards:
 * when the sinks are done nothing needs to be fetched or decoded any more, and whoever still waits is let go.
 * If a thread cannot be started there is no way to end those that run already, and nothing has been stored
 * yet. */
static void
run_threads (struct run *run, const struct run_options *options)
{
  size_t workers = run->setup->pipeline.workers, started = 0;
  CLEANUP_FREE pthread_t *threads = calloc (workers + 1, sizeof *threads);
  pthread_t thread;
  bool good = threads != NULL;

  run->sinks_at_work = run->sink_threads_count;
  for (size_t i = 0; i < run->sink_threads_count && good; i++)
    good = sink_thread_start (run->sink_threads[i]);
  while (good && started < workers && pthread_create (&threads[started], NULL, decode_thread_main, run) == 0)
    started++;
  if (!good || started == 0 || pthread_create (&thread, NULL, source_thread_main, run) != 0) {
    log_error ("threads cannot be started: %s", failure ());
    _exit (STATUS_FAILED);
  }
  wait_for_sinks (run, options);
  for (size_t i = 0; i < run->sink_threads_count; i++)
    sink_thread_join (run->sink_threads[i]);
  run_stop (run);
  pthread_join (thread, NULL);
  queue_close (run->work);
  for (size_t i = 0; i < started; i++)
    pthread_join (threads[i], NULL);
}

/* How the run ended. */
static int
final_status (struct run *run)
{
  uint64_t failed = 0;

  for (size_t i = 0; i < run->sink_threads_count; i++)
    failed += atomic_load (&sink_thread_progress (run->sink_threads[i])->failed);
  if (run->ended) {
    log_error ("%s", run->reason != NULL ? run->reason : "no memory");
    return run->status;
  }
  if (stop_signal () != 0 && !atomic_load (&run->at_tip))
    return 128 + stop_signal ();
  return failed > 0 ? STATUS_DONE_WITH_FAILED_ENTRIES : STATUS_DONE;
}

/* Whatever happens the run is freed in one place. `show` gets to see the end only if there was a run. */
int
run_pipeline (const struct setup *setup, const struct run_options *options)
{
  struct run run;
  int status = STATUS_FAILED;
  bool ready;

  begin_run (&run, setup, options);
  stop_reset ();
  ready = stop_init () && make_parts (&run);
  if (ready && !run_check_source (&run)) {
    ready = false;
    status = STATUS_CONFIGURATION;
  }
  if (ready) {
    status = open_sinks (&run, options);
    ready = status == STATUS_DONE;
  }
  if (ready && !find_start (&run)) {
    ready = false;
    status = STATUS_FAILED;
  }
  if (ready) {
    run_threads (&run, options);
    status = final_status (&run);
    if (options->show != NULL)
      options->show (options->context, &run, true);
  } else
    log_error ("%s", failure ());
  free_run (&run);
  return status;
}
