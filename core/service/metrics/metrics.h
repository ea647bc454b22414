/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of the service for Prometheus (text format 0.0.4): what doc/metrics.md says of each.
 *
 * The main thread takes them from the running pipeline, beside the status cache, which has most of them; the
 * HTTP thread writes them down. Counters go on from run to run, for as long as the process lives. */
#ifndef DCPIPE_SERVICE_METRICS_METRICS_H
#define DCPIPE_SERVICE_METRICS_METRICS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"
#include "pipeline/run.h"

struct sink_metrics {
  struct histogram_counts commit, batch, commit_before,
      batch_before; /* `before`: of the runs that have ended */
  size_t queue;     /* parcels that wait for it */
};

struct metrics {
  pthread_mutex_t mutex;      /* for all that follows */
  struct sink_metrics *sinks; /* in the order of the setup */
  size_t sinks_count;
  size_t queue;        /* parcels that wait for a decode thread */
  size_t memory;       /* bytes of the budget in use */
  uint64_t tips;       /* how often the running pipeline's source had nothing further */
  uint64_t success_ns; /* when all sinks were found at the tip last, since 1970; 0: not yet */
};

/* False after fail. */
bool metrics_init (struct metrics *metrics, size_t sinks_count);
void metrics_destroy (struct metrics *metrics);

/* Takes what the run has done so far. `last`: it is over. Main thread. */
void metrics_take (struct metrics *metrics, const struct run *run, bool last);

#endif
