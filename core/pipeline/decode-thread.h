/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that unpack blocks and decode their entries. */
#ifndef DCPIPE_PIPELINE_DECODE_THREAD_H
#define DCPIPE_PIPELINE_DECODE_THREAD_H

#include "pipeline/run.h"

/* The thread: takes parcels from the run's work queue until that is closed. The argument is the
 * struct run. */
void *decode_thread_main (void *run);

#endif
