/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the source and the sinks, for all who ask: kept by the main thread, which takes it from
 * the running pipeline, or, when none runs, from the stores, where other processes may have written. Asking
 * costs the pipeline nothing. */
#ifndef DCPIPE_SERVICE_STATE_STATUS_CACHE_H
#define DCPIPE_SERVICE_STATE_STATUS_CACHE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/checkpoint.h"
#include "data/table.h"
#include "pipeline/commit-report.h"
#include "pipeline/run.h"
#include "pipeline/sink-thread.h"
#include "setup/setup.h"

#define MINUTES 61

/* Sums since the process began. */
struct sink_totals {
  uint64_t blocks, entries, failed, commits, commit_ns, retries;
};

struct source_totals {
  uint64_t blocks, entries, bytes, fetched_bytes, retries;
};

struct sink_view {
  const struct instance *sink;
  char *error; /* why it cannot be read, or NULL */
  struct dcpipe_checkpoint checkpoint;
  uint64_t synced_ns;                             /* when that was committed, since 1970; 0 if nothing was */
  uint64_t taken;                                 /* commits of the running pipeline that are in here */
  struct sink_totals totals, before;              /* `before`: of the runs that have ended */
  struct table_changes *changes, *changes_before; /* by table */
};

struct minute {
  uint64_t at; /* minutes since 1970 */
  uint64_t blocks, entries;
};

struct status_cache {
  pthread_mutex_t mutex; /* for all that follows */
  const struct setup *setup;
  struct dcpipe_tables *tables;
  struct sink_view *sinks; /* in the order of the setup */
  size_t sinks_count;
  uint64_t first, tip, fetched, verified; /* positions, as in struct run_progress; tip 0: not known */
  uint64_t tip_ns;                        /* when the source told of the tip, since 1970 */
  bool at_tip; /* the last run of everything reached it, and no more was told of since */
  struct source_totals source, source_before;
  struct failed_entries failures; /* the newest of the first sink */
  struct minute minutes[MINUTES]; /* of the first sink; a ring by `at` */
  char *body;                     /* the body of GET /api/sync/status; NULL when memory is short */
  uint64_t moved;                 /* counts changes of checkpoints and of the tip */
};

/* Reads all sinks. False after fail. Main thread, as all that does not say otherwise. */
bool status_cache_init (struct status_cache *cache, const struct setup *setup);
void status_cache_destroy (struct status_cache *cache);

/* Looks whether other processes have written. Not during a run. */
void status_cache_refresh (struct status_cache *cache);

/* Takes what the run has done so far. `last`: it is over. Entries that failed in the first sink since the
 * last call are appended to `failures`, too. */
void status_cache_take (struct status_cache *cache, const struct run *run, bool last,
                        struct failed_entries *failures);

/* The body of GET /api/sync/status, to be freed. NULL after fail: the first sink cannot be read, or no
 * memory. Any thread. */
char *status_cache_body (struct status_cache *cache);

/* Changes whenever a checkpoint or the tip does. Any thread. */
uint64_t status_cache_moved (struct status_cache *cache);

/* True if a decoder names the label, or a sink holds entries of it. Any thread. */
bool status_cache_knows_label (struct status_cache *cache, const char *label);

#endif
