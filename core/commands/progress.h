/* SPDX-License-Identifier: Apache-2.0 */
/* What a run has done so far, for the person in front of it: a bar on a terminal, plain lines now and then
 * elsewhere, a summary at the end. */
#ifndef DCPIPE_COMMANDS_PROGRESS_H
#define DCPIPE_COMMANDS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct run;

struct progress {
  uint64_t began; /* CLOCK_MONOTONIC, ns */
  uint64_t told;  /* when the last plain line was logged */
  bool terminal;
  char line[256]; /* of the bar, as it stands */
};

void progress_begin (struct progress *progress);
void progress_end (struct progress *progress);

/* For run_pipeline. */
void progress_show (void *progress, const struct run *run, bool last);

#endif
