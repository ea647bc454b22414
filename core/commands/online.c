/* SPDX-License-Identifier: Apache-2.0 */
/* A run asks the source for as long as it takes; here somebody waits for one answer, or a script does, so
 * there is a deadline, and a failure is told apart from a ledger that differs. */
#include "config.h"

#include "commands/online.h"

#include "base/clock.h"
#include "base/log.h"

/* How long the other side has to answer. */
#define ANSWER_SECONDS 60

static uint64_t
deadline (void)
{
  return monotonic_ns () + UINT64_C (1000000000) * ANSWER_SECONDS;
}

static int
status_of (int result)
{
  if (result == DCPIPE_OK)
    return STATUS_DONE;
  log_failure ();
  return result == DCPIPE_RETRY      ? STATUS_TEMPORARY
         : result == DCPIPE_DIVERGED ? STATUS_DIVERGED
                                     : STATUS_FAILED;
}

int
online_probe (const struct setup *setup)
{
  const struct instance *source = setup->source;

  if (!source_can_probe (source)) {
    log_error ("%s: its plugin has no check that asks the other side, so nothing was asked", source->title);
    return STATUS_FAILED;
  }
  return status_of (source_call_probe (source, deadline ()));
}

int
online_tip (const struct setup *setup, struct dcpipe_tip *tip)
{
  const struct instance *source = setup->source;

  *tip = (struct dcpipe_tip){ .known = false };
  if (!source_can_tell_tip (source)) {
    log_error ("%s: its plugin cannot tell how far the ledger reaches, so nothing was asked", source->title);
    return STATUS_FAILED;
  }
  return status_of (source_call_tip (source, deadline (), tip));
}
