/* SPDX-License-Identifier: Apache-2.0 */
/* One sink and its thread: applies blocks in order, commits rows and checkpoint together, goes back and
 * repeats after a passing fault. */
#ifndef DCPIPE_PIPELINE_SINK_THREAD_H
#define DCPIPE_PIPELINE_SINK_THREAD_H

#include "base/histogram.h"
#include "pipeline/commit-report.h"
#include "pipeline/run.h"

struct writer;

/* What came of a sink; written by its thread, read by others for progress. */
struct writer_progress {
  atomic_uint_fast64_t committed;       /* position of the last block committed */
  atomic_uint_fast64_t blocks, entries; /* committed in this run */
  atomic_uint_fast64_t commits, commit_ns;
  atomic_uint_fast64_t failed; /* rows of failed_entries, in this run */
  atomic_uint_fast64_t retries;
  struct histogram commit_times;
  struct histogram batch_times; /* from the arrival of a batch's first parcel to the end of its commit */
};

/* Rows of one table, in this run. */
struct table_changes {
  uint64_t added, changed, removed;
};

/* Opens the sink (enum dcpipe_mode), reads its checkpoint and prepares the tables. NULL after fail, with
 * the exit status in `status`. */
struct writer *writer_open (struct run *run, struct instance *sink, int mode, const char *scratch,
                            int *status);

/* Starts the thread, and waits for its end. */
bool writer_start (struct writer *writer);
void writer_join (struct writer *writer);
void writer_free (struct writer *writer);

/* Gives the writer its reference to a parcel. If there is no memory for that the run ends, and the writer
 * with what it was given before. Any thread, but one at a time. */
void writer_push (struct writer *writer, struct parcel *parcel);

/* Somebody waits for memory: commit soon. Any thread. */
void writer_hurry (struct writer *writer);

/* Parcels that wait. Any thread. */
size_t writer_queue_length (const struct writer *writer);

/* False after fail for a decoder that the sink was filled with in another form: what to do about it. */
bool frontier_check (const struct setup *setup, const char *sink, const struct decoder *decoder,
                     const struct frontier *frontier);

const struct dcpipe_checkpoint *writer_checkpoint (const struct writer *writer);
const struct instance *writer_sink (const struct writer *writer);
const struct writer_progress *writer_progress (const struct writer *writer);
const struct table_changes *writer_changes (const struct writer *writer); /* by table number; after
                                                                             writer_join */

/* What its last commit left, for any thread. */
struct news *writer_news (struct writer *writer);

/* True if the sink failed for good. */
bool writer_failed (const struct writer *writer);

#endif
