/* SPDX-License-Identifier: Apache-2.0 */
/* One sink and its thread: applies blocks in order, commits rows and checkpoint together, goes back and
 * repeats after a passing fault. */
#ifndef DCPIPE_PIPELINE_SINK_THREAD_H
#define DCPIPE_PIPELINE_SINK_THREAD_H

#include "base/histogram.h"
#include "pipeline/commit-report.h"
#include "pipeline/run.h"

struct sink_thread;

/* What came of a sink; written by its thread, read by others for progress. */
struct sink_thread_progress {
  atomic_uint_fast64_t committed;       /* position of the last block committed */
  atomic_uint_fast64_t blocks, entries; /* committed in this run */
  atomic_uint_fast64_t commits, commit_ns;
  atomic_uint_fast64_t failed; /* rows of failed_entries, in this run */
  atomic_uint_fast64_t retries;
  struct histogram commit_times;
  struct histogram batch_times; /* from the arrival of a batch's first parcel to the end of its commit */
};

/* Opens the sink (enum dcpipe_mode), reads its checkpoint and prepares the tables. NULL after fail, with
 * the exit status in `status`. */
struct sink_thread *sink_thread_open (struct run *run, struct instance *sink, int mode, const char *scratch,
                                      int *status);

/* Starts the thread, and waits for its end. */
bool sink_thread_start (struct sink_thread *thread);
void sink_thread_join (struct sink_thread *thread);
void sink_thread_free (struct sink_thread *thread);

/* Gives the sink thread its reference to a parcel. If there is no memory for that the run ends, and the sink
 * thread with what it was given before. Called by the sequencer with its lock held. */
void sink_thread_push (struct sink_thread *thread, struct parcel *parcel);

/* Backpressure: somebody waits for memory, so it should commit soon. Any thread. */
void sink_thread_press (struct sink_thread *thread);

/* Parcels that wait. Any thread. */
size_t sink_thread_queue_length (const struct sink_thread *thread);

/* False after fail for a decoder that the sink was filled with in another form: what to do about it. */
bool frontier_check (const struct setup *setup, const char *sink, const struct decoder *decoder,
                     const struct frontier *frontier);

const struct dcpipe_checkpoint *sink_thread_checkpoint (const struct sink_thread *thread);
const struct instance *sink_thread_sink (const struct sink_thread *thread);
const struct sink_thread_progress *sink_thread_progress (const struct sink_thread *thread);
const struct table_changes *sink_thread_changes (const struct sink_thread *thread); /* by table number; after
                                                                             sink_thread_join */

/* What its last commit left, for any thread. */
struct commit_report *sink_thread_report (struct sink_thread *thread);
#endif
