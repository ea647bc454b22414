/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that unpack blocks and decode their entries. */
#ifndef DCPIPE_PIPELINE_DECODE_THREAD_H
#define DCPIPE_PIPELINE_DECODE_THREAD_H

#include "pipeline/run.h"

/* A decode thread's thread: takes parcels from the run's work queue until that is closed. The argument is the
 * struct run. */
void *decode_thread_main (void *run);

/* Unpacks all blocks of a parcel, without decoding. A fault is noted in the parcel. */
void unpack_parcel (const struct run *run, struct parcel *parcel);

#endif
