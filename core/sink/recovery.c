/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/recovery.h"

#include "base/log.h"
#include "dcpipe-plugin.h"

/* Whether there may be another attempt. DCPIPE_AGAIN waits for nothing, so a sink that always says it would
 * keep the processor busy for ever. */
static int
may_go_on (struct recovery *recovery, int result)
{
  if (result == DCPIPE_RETRY) {
    if (recovery->retries != NULL)
      atomic_fetch_add (recovery->retries, 1);
    return retry_wait (&recovery->retry) ? DCPIPE_OK : DCPIPE_RETRY;
  }
  if (++recovery->again <= RECOVERY_AGAIN_MAX)
    return DCPIPE_OK;
  fail ("the sink began its transaction anew %d times without success", RECOVERY_AGAIN_MAX);
  return DCPIPE_FAIL;
}

int
recovery_run (struct recovery *recovery, int result)
{
  while (result == DCPIPE_RETRY || result == DCPIPE_AGAIN) {
    int may = may_go_on (recovery, result);

    if (may != DCPIPE_OK)
      return may;
    result = recovery->roll_back (recovery->context);
    if (result == DCPIPE_OK)
      result = recovery->repeat (recovery->context);
  }
  return result;
}

void
recovery_committed (struct recovery *recovery)
{
  retry_reset (&recovery->retry);
  recovery->again = 0;
}
