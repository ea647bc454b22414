/* SPDX-License-Identifier: Apache-2.0 */
/* What the threads of one run share.
 *
 * Whoever holds one of these locks may take those below it, and no other:
 *
 *    sequencer         because parcels are handed on in order
 *    budget            a parcel that is handed on is told to it; whoever waits there presses the sinks
 *    a sink's queue    gets the parcel, or is told of the pressure
 *
 * The run's own lock, a commit report's and the queue of the decode threads are innermost as well: nothing is
 * taken while one of them is held. lock-order.h asserts all that. */
#ifndef DCPIPE_PIPELINE_RUN_H
#define DCPIPE_PIPELINE_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/exit-status.h"
#include "pipeline/parcel.h"
#include "data/checkpoint.h"
#include "data/table.h"
#include "pipeline/budget.h"
#include "pipeline/routes.h"
#include "setup/setup.h"

struct sequencer;
struct sink_thread;

/* Assumed expansion (decoded bytes per wire byte) before any was measured; also the floor. */
#define RUN_GROWTH 12

/* What a run covers: everything, or some labels. */
struct scope {
  const char *const *labels; /* canonical */
  size_t count;              /* 0: all */
};

/* What the run does for a decoder. */
enum part {
  PART_NONE,
  PART_WHOLE, /* applies its entries and moves its frontiers */
  PART_AHEAD  /* a '*' decoder in a run of some labels: inserts their rows into its logs, leaving the
                 frontiers where they are */
};

/* Heights, for progress; written by one thread each. */
struct run_progress {
  atomic_uint_fast64_t first, end; /* extent of the ledger, as far as known; 0 if not */
  atomic_uint_fast64_t fetched;    /* position behind the last frame that came */
  atomic_uint_fast64_t fetched_bytes;
  atomic_uint_fast64_t verified; /* position of the last block in the chain */
  atomic_uint_fast64_t verified_blocks, verified_entries, verified_bytes;
  atomic_uint_fast64_t listed; /* rows of the source's own tables that came, repeated ones included */
  atomic_uint_fast64_t retries;
  atomic_uint_fast64_t tips; /* how often the source had nothing further */
};

struct run {
  const struct setup *setup;
  struct dcpipe_tables *tables;
  struct routes *routes;
  struct scope scope;
  bool follow;
  const uint64_t *until;
  uint64_t until_all;   /* the greatest of them: nothing is read from there on */
  enum part *parts;     /* of each decoder */
  struct point start;   /* the block to begin with; unknown: the first one */
  struct point *probes; /* stored blocks to be compared before anything is written */
  size_t probes_count;
  struct hash ledger; /* what the sinks know of the first block's hash; size 0 if nothing */
  uint64_t *stored;   /* for each decoder: position + 1 up to which every sink thread has its rows already */

  struct budget budget;
  struct parcel_queue *work;
  struct sequencer *sequencer;
  struct sink_thread **sink_threads;
  size_t sink_threads_count;

  atomic_size_t growth; /* expansion, unpacked and with rows: as it was lately; 0 at first */
  struct run_progress progress;

  atomic_bool asked;  /* the source's callback `next` has not returned yet */
  atomic_bool lists;  /* it turned out that the source gives listings, no blocks */
  atomic_bool at_tip; /* the source had nothing further when it was asked last */

  pthread_mutex_t mutex; /* for what follows */
  pthread_cond_t gone;   /* a sink thread is done */
  bool ended;            /* nothing further is fetched or unpacked */
  int status;            /* enum status: why it ended; the first cause counts */
  char *reason;          /* of a failure, or NULL */
  size_t sinks_at_work;  /* sink threads that are not done */
};

/* What a run begins with; the rest is empty. `pressure` is called when somebody begins to wait for memory,
 * with the budget's lock held. */
void run_init (struct run *run, const struct setup *setup, void (*pressure) (void *run));

/* Frees what is not made by parts of the pipeline above this one. All parcels have been released. */
void run_destroy (struct run *run);

/* Ends the run; the first cause counts, and false is returned for others. Any thread. `reason` may be NULL.
 */
bool run_end (struct run *run, int status, const char *reason);
bool run_has_ended (struct run *run);

/* Why the run failed, to be freed; NULL if it did not (yet). */
char *run_reason (struct run *run);

/* Lets go whoever waits: for a stop, or for memory. */
void run_stop (struct run *run);

/* Bytes in flight now. Any thread. */
size_t run_memory_used (const struct run *run);

/* True when somebody waits for what the sinks alone can give back: they should commit. */
bool run_lacks_memory (struct run *run);

/* A sink thread is done. When none is left the run has ended. */
void run_sink_done (struct run *run);

/* True if the source, as it is configured and has found out, delivers no whole blocks that can be told apart
 * and linked, but rows of tables of its own alone. */
bool run_only_lists (const struct run *run);

/* Whether the run can do with what the source delivers; false after fail. */
bool run_check_source (const struct run *run);

/* True if the part of the run for `decoder` covers entries with that label number in the routes. */
bool run_covers (const struct run *run, size_t decoder, const struct route *route);

#endif
