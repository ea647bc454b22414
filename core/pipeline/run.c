/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/stop.h"
#include "pipeline/lock-order.h"
#include "plugin/source-calls.h"

void
run_init (struct run *run, const struct setup *setup, void (*pressure) (void *run))
{
  pthread_condattr_t attributes;

  *run = (struct run){ .setup = setup };
  atomic_init (&run->growth, 0);
  pthread_mutex_init (&run->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&run->gone, &attributes);
  pthread_condattr_destroy (&attributes);
  budget_init (&run->budget, setup->pipeline.memory, pressure, run);
}

void
run_destroy (struct run *run)
{
  budget_destroy (&run->budget);
  pthread_cond_destroy (&run->gone);
  pthread_mutex_destroy (&run->mutex);
  free (run->parts);
  free (run->stored);
  free (run->probes);
  free (run->reason);
}

/* ---- the end ------------------------------------------------------------------------------------ */

/* Only the first cause is kept, because what comes after it mostly follows from it: a sink that is lost, say,
 * from a disk that the other one filled. The lock is given back before others are taken. */
bool
run_end (struct run *run, int status, const char *reason)
{
  {
    ORDERED_LOCK_SCOPE (&run->mutex, LOCK_INNERMOST);
    if (run->ended)
      return false;
    run->ended = true;
    run->status = status;
    run->reason = reason != NULL ? strdup (reason) : NULL;
  }
  run_stop (run);
  return true;
}

/* The budget has to be closed as well: a thread that waits there hears of no stop. */
void
run_stop (struct run *run)
{
  stop_request ();
  budget_close (&run->budget);
}

bool
run_has_ended (struct run *run)
{
  ORDERED_LOCK_SCOPE (&run->mutex, LOCK_INNERMOST);
  return run->ended;
}

char *
run_reason (struct run *run)
{
  ORDERED_LOCK_SCOPE (&run->mutex, LOCK_INNERMOST);
  return run->reason != NULL ? strdup (run->reason) : NULL;
}

/* Whoever waits for the sinks looks at the count, and not for threads to join: it shows progress meanwhile.
 */
void
run_sink_done (struct run *run)
{
  ORDERED_LOCK_SCOPE (&run->mutex, LOCK_INNERMOST);
  assert (run->sinks_at_work > 0);
  run->sinks_at_work--;
  pthread_cond_broadcast (&run->gone);
}

size_t
run_memory_used (const struct run *run)
{
  return budget_used (&run->budget);
}

bool
run_lacks_memory (struct run *run)
{
  return budget_is_short (&run->budget);
}

/* ---- parts -------------------------------------------------------------------------------------- */

bool
run_covers (const struct run *run, size_t decoder, const struct route *route)
{
  return run->parts[decoder] == PART_WHOLE || (run->parts[decoder] == PART_AHEAD && route->in_scope);
}

/* Asked of the source each time: it may know only once it is open what the canister at the other end offers.
 */
bool
run_only_lists (const struct run *run)
{
  const unsigned needed = DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES;

  return (source_call_capabilities (run->setup->source) & needed) != needed;
}

/* Asked before anything is opened, to spare users a store that stays empty, and again when the source is
 * open. A replay compares rows of decoders, so for it a source's own tables are not enough. */
bool
run_check_source (const struct run *run)
{
  const struct instance *source = run->setup->source;

  if (!run_only_lists (run) || (plugin_tables (source->plugin)->count > 0 && run->until == NULL))
    return true;
  fail ("%s, as it is configured, does not deliver whole blocks with positions and hashes, which the tables "
        "need",
        source->title);
  return false;
}
