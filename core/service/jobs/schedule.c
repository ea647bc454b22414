/* SPDX-License-Identifier: Apache-2.0 */
/* Times are those of the wall clock, as people mean them. Jobs that the schedule makes are queued once: while
 * one waits or runs, no second of its kind is, so an import that takes longer than its interval is followed
 * by one more and not by a heap of them. */
#include "config.h"

#include "service/jobs/schedule.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/service-settings.h"
#include "service/jobs/jobs.h"
#include "service/state/json-values.h"

#define NS_PER_MS 1000000u
#define FIRST_PAUSE UINT64_C (5000000000)
#define LONGEST_PAUSE UINT64_C (600000000000)

void
schedule_init (struct schedule *schedule, const struct schedule_settings *settings, struct jobs *jobs)
{
  uint64_t now = realtime_ns ();

  *schedule = (struct schedule){ .settings = settings, .jobs = jobs, .pause = FIRST_PAUSE };
  if (settings->on_start && !settings->follow)
    atomic_store (&schedule->next, now);
  else if (settings->interval > 0)
    atomic_store (&schedule->next, now + settings->interval * NS_PER_MS);
  if (settings->follow)
    atomic_store (&schedule->follow,
                  settings->on_start || settings->interval == 0 ? now : now + settings->interval * NS_PER_MS);
}

static void
queue_job (struct jobs *jobs, enum job_trigger trigger)
{
  bool full;

  /* Nobody else makes jobs of this kind, so none can come between the two calls; and one that is refused
   * because the service stops is nothing to tell of. */
  if (!jobs_have (jobs, trigger) && jobs_add (jobs, NULL, trigger, 0, NULL, &full) == 0
      && !atomic_load (jobs->stopping))
    log_failure ();
}

/* Times at which an import still ran are left out: the next one begins at the next multiple of the interval.
 */
static uint64_t
time_after (uint64_t due, uint64_t interval, uint64_t now)
{
  return interval == 0 ? 0 : due + ((now - due) / interval + 1) * interval;
}

void
schedule_tick (struct schedule *schedule)
{
  uint64_t now = realtime_ns (), next = atomic_load (&schedule->next),
           follow = atomic_load (&schedule->follow);

  if (next != 0 && now >= next) {
    atomic_store (&schedule->next, time_after (next, schedule->settings->interval * NS_PER_MS, now));
    queue_job (schedule->jobs, JOB_SCHEDULE);
  }
  if (follow != 0 && now >= follow) {
    /* No other time is needed: a job that follows goes back into the queue when it is preempted, and should
     * it end after all, not being cancelled, schedule_follow_failed sets the time anew. */
    atomic_store (&schedule->follow, 0);
    queue_job (schedule->jobs, JOB_FOLLOW);
  }
}

void
schedule_follow_failed (struct schedule *schedule)
{
  /* The times are atomic because the HTTP thread shows them; the pause belongs to the main thread alone. */
  atomic_store (&schedule->follow, realtime_ns () + schedule->pause);
  log_info ("following goes on in %" PRIu64 " s", schedule->pause / NS_PER_MS / 1000);
  /* Following ends by itself only after the retries of a run are used up, so what is amiss will last. */
  schedule->pause = schedule->pause * 2 < LONGEST_PAUSE ? schedule->pause * 2 : LONGEST_PAUSE;
}

void
schedule_follow_works (struct schedule *schedule)
{
  schedule->pause = FIRST_PAUSE;
}

static uint64_t
next_time (const struct schedule *schedule)
{
  uint64_t next = atomic_load (&schedule->next), follow = atomic_load (&schedule->follow);

  return next == 0 || (follow != 0 && follow < next) ? follow : next;
}

int
schedule_wait (const struct schedule *schedule, int most)
{
  uint64_t next = next_time (schedule), now = realtime_ns ();

  if (next == 0 || (next > now && (next - now) / NS_PER_MS >= (uint64_t) most))
    return most;
  /* Rounded up, lest it wakes before the time and then waits for 0 ms until it comes. */
  return next <= now ? 0 : (int) ((next - now) / NS_PER_MS) + 1;
}

json_t *
schedule_json (const struct schedule *schedule)
{
  const struct schedule_settings *settings = schedule->settings;
  json_t *last = jobs_last_json (schedule->jobs, settings->follow ? JOB_FOLLOW : JOB_SCHEDULE);

  return json_pack ("{s:o, s:b, s:o, s:o}", "interval",
                    settings->interval > 0 ? json_real ((double) settings->interval / 1000) : json_null (),
                    "follow", settings->follow, "nextRunAt", time_json (next_time (schedule)), "lastResult",
                    last);
}
