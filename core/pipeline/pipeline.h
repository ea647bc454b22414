/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the pipeline, from its start to the tip, a stop or a fault.
 *
 *    source thread ──parcels──▶ decode threads ──▶ sequencer (on the decode threads) ──▶ sink threads
 *
 * Arrows of calls go the same way, and from all of them down to run.c, which is what they share. */
#ifndef DCPIPE_PIPELINE_PIPELINE_H
#define DCPIPE_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/run.h"

struct run_options {
  struct scope scope;
  bool follow;           /* go on beyond the tip */
  const char *scratch;   /* NULL, or a directory in which the sink makes a throw-away store */
  const uint64_t *until; /* NULL, or for each decoder the position before which it is applied */
  /* Called now and then on the thread that called run_pipeline, and once at the end with `last`, when the
   * sinks are still open but no thread uses them; or NULL. */
  void (*show) (void *context, const struct run *run, bool last);
  /* Called about once a second on that thread while it waits for another attempt to open a sink; or NULL. */
  void (*idle) (void *context);
  void *context;
};

/* Runs the pipeline to its end: an enum status. Reasons have been logged. */
int run_pipeline (const struct setup *setup, const struct run_options *options);

#endif
