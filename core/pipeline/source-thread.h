/* SPDX-License-Identifier: Apache-2.0 */
/* The source's thread: asks for frames, cuts them into parcels, and pays for them out of the budget. */
#ifndef DCPIPE_PIPELINE_SOURCE_THREAD_H
#define DCPIPE_PIPELINE_SOURCE_THREAD_H

#include "pipeline/run.h"

/* Where a source is asked to begin. */
struct dcpipe_resume {
  const struct point *point; /* unknown: from the first block on */
};

/* The thread: from the run's start to the tip, a stop or a fault. The argument is the struct run. */
void *source_thread_main (void *run);

#endif
