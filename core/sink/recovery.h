/* SPDX-License-Identifier: Apache-2.0 */
/* What is done after a passing fault of a sink: back to the last commit, and all that came since once more.
 * The engine and dcpipe-plugin-test do it with this one function, so that a sink meets in both what the
 * header promises. */
#ifndef DCPIPE_SINK_RECOVERY_H
#define DCPIPE_SINK_RECOVERY_H

#include <stdatomic.h>

#include "base/retry.h"

/* Transactions that a sink may have begun anew (DCPIPE_AGAIN) between two commits. */
#define RECOVERY_AGAIN_MAX 100

struct recovery {
  struct retry retry;               /* for DCPIPE_RETRY: max, delay and longest are the caller's to set */
  unsigned again;                   /* transactions begun anew since the last commit */
  atomic_uint_fast64_t *retries;    /* counts what was tried again after a pause; NULL if nobody asks */
  int (*roll_back) (void *context); /* to the last commit */
  int (*repeat) (void *context);    /* all that came since */
  void *context;
};

/* `result` is what a call on the sink gave: anything but DCPIPE_RETRY and DCPIPE_AGAIN comes back as it is.
 * Otherwise rolls back and repeats, after a pause where the sink asks for one, until that goes well
 * (DCPIPE_OK), fails for good (DCPIPE_FAIL), or the attempts are used up or a stop was asked for
 * (DCPIPE_RETRY); failure () has the reason. */
int recovery_run (struct recovery *recovery, int result);

/* A commit took place: attempts are counted anew. */
void recovery_committed (struct recovery *recovery);

#endif
