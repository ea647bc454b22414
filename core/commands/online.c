/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "commands/online.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "plugin/callback.h"

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
  const struct dcpipe_source *plugin = &source->plugin->u.source;
  const char *outer;
  int result;

  if (plugin->probe == NULL) {
    log_error ("%s: its plugin has no check that asks the other side, so nothing was asked", source->title);
    return STATUS_FAILED;
  }
  log_set_instance (source->title);
  outer = callback_begin ("probe");
  result = callback_end (outer, plugin->probe (source->handle, deadline ()), MAY_REPEAT);
  log_set_instance (NULL);
  return status_of (result);
}

int
online_tip (const struct setup *setup, struct dcpipe_tip *tip)
{
  const struct instance *source = setup->source;
  const struct dcpipe_source *plugin = &source->plugin->u.source;
  const char *outer;
  int result;

  *tip = (struct dcpipe_tip){ .known = false };
  if (plugin->tip == NULL) {
    log_error ("%s: its plugin cannot tell how far the ledger reaches, so nothing was asked", source->title);
    return STATUS_FAILED;
  }
  log_set_instance (source->title);
  outer = callback_begin ("tip");
  result = callback_end (outer, plugin->tip (source->handle, deadline (), tip), MAY_REPEAT);
  if (result == DCPIPE_OK && !tip->known) {
    fail ("it does not say how far the ledger reaches (a mistake in the plugin)");
    result = DCPIPE_FAIL;
  }
  log_set_instance (NULL);
  return status_of (result);
}

void
dcpipe_tip_end (dcpipe_tip *tip, uint64_t end)
{
  tip->known = true;
  tip->end = end;
}

void
dcpipe_tip_blocks (dcpipe_tip *tip, uint64_t blocks)
{
  tip->blocks = blocks;
}
