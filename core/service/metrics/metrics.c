/* SPDX-License-Identifier: Apache-2.0 */
/* Each run counts from 0, and Prometheus expects counters that only grow: what ended runs have counted is
 * kept, and the present one is added to it whenever it shows itself. */
#include "config.h"

#include "service/metrics/metrics.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "pipeline/queue.h"
#include "pipeline/sink-thread.h"

bool
metrics_init (struct metrics *metrics, size_t sinks_count)
{
  *metrics =
      (struct metrics){ .sinks = calloc (sinks_count, sizeof *metrics->sinks), .sinks_count = sinks_count };
  pthread_mutex_init (&metrics->mutex, NULL);
  if (metrics->sinks != NULL)
    return true;
  fail ("no memory for metrics");
  return false;
}

void
metrics_destroy (struct metrics *metrics)
{
  free (metrics->sinks);
  pthread_mutex_destroy (&metrics->mutex);
}

static void
take_sink (struct sink_metrics *sink, const struct sink_thread *thread, bool last)
{
  const struct sink_thread_progress *progress = sink_thread_progress (thread);

  sink->commit = histogram_read (&progress->commit_times, &sink->commit_before);
  sink->batch = histogram_read (&progress->batch_times, &sink->batch_before);
  sink->queue = last ? 0 : sink_thread_queue_length (thread);
  if (!last)
    return;
  sink->commit_before = sink->commit;
  sink->batch_before = sink->batch;
}

/* True if every sink has committed all that there is. */
static bool
has_caught_up (const struct run *run)
{
  uint64_t verified = atomic_load (&run->progress.verified);

  if (!atomic_load (&run->at_tip) || run->scope.count > 0)
    return false;
  for (size_t i = 0; i < run->sink_threads_count; i++)
    if (atomic_load (&sink_thread_progress (run->sink_threads[i])->committed) < verified)
      return false;
  return true;
}

/* The source tells each time that it had nothing further; only then it is worth a look whether the sinks have
 * all of it, and that moment is what an alert on a stale copy needs. */
void
metrics_take (struct metrics *metrics, const struct run *run, bool last)
{
  uint64_t tips = atomic_load (&run->progress.tips);
  LOCK_SCOPE (&metrics->mutex);

  for (size_t i = 0; i < run->sink_threads_count && i < metrics->sinks_count; i++)
    take_sink (&metrics->sinks[i], run->sink_threads[i], last);
  metrics->queue = last ? 0 : queue_length (run->work);
  metrics->memory = last ? 0 : run_memory_used (run);
  /* Remembered only when all sinks have reached it, so that a slow one is looked at again with each call. */
  if (tips != metrics->tips && has_caught_up (run)) {
    metrics->tips = tips;
    metrics->success_ns = realtime_ns ();
  }
  if (last)
    metrics->tips = 0;
}
