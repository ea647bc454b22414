/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/stop.h"

/* ---- the end ------------------------------------------------------------------------------------ */

bool
run_end (struct run *run, int status, const char *reason)
{
  {
    LOCK_SCOPE (&run->mutex);
    if (run->ended)
      return false;
    run->ended = true;
    run->status = status;
    run->reason = reason != NULL ? strdup (reason) : NULL;
  }
  stop_request ();
  budget_close (&run->budget);
  return true;
}

bool
run_has_ended (struct run *run)
{
  LOCK_SCOPE (&run->mutex);
  return run->ended;
}

char *
run_reason (struct run *run)
{
  LOCK_SCOPE (&run->mutex);
  return run->reason != NULL ? strdup (run->reason) : NULL;
}

void
run_writer_gone (struct run *run)
{
  LOCK_SCOPE (&run->mutex);
  run->writers_alive--;
  pthread_cond_broadcast (&run->gone);
}

/* ---- parts -------------------------------------------------------------------------------------- */

bool
run_covers (const struct run *run, size_t decoder, const struct route *route)
{
  return run->parts[decoder] == PART_WHOLE || (run->parts[decoder] == PART_AHEAD && route->in_scope);
}

bool
run_only_lists (const struct run *run)
{
  const struct instance *source = run->setup->source;
  const unsigned needed = DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES;

  return source->plugin->u.source.capabilities == NULL
         || (source->plugin->u.source.capabilities (source->handle) & needed) != needed;
}

bool
run_check_source (const struct run *run)
{
  const struct instance *source = run->setup->source;

  if (!run_only_lists (run) || (source->plugin->u.source.tables.count > 0 && run->until == NULL))
    return true;
  fail ("%s, as it is configured, does not deliver whole blocks with positions and hashes, which the tables "
        "need",
        source->title);
  return false;
}
