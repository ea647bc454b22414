/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/jobs/schedule.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "service/state/json-values.h"
#include "service/state/service.h"

#define NS_PER_MS 1000000u
#define FIRST_PAUSE UINT64_C (5000000000)
#define LONGEST_PAUSE UINT64_C (600000000000)

void
schedule_init (struct schedule *schedule, const struct service *service)
{
  const struct schedule_settings *settings = &service->config->schedule;
  uint64_t now = realtime_ns ();

  *schedule = (struct schedule){ .pause = FIRST_PAUSE };
  if (settings->on_start && !settings->follow)
    atomic_store (&schedule->next, now);
  else if (settings->interval > 0)
    atomic_store (&schedule->next, now + settings->interval * NS_PER_MS);
  if (settings->follow)
    atomic_store (&schedule->follow,
                  settings->on_start || settings->interval == 0 ? now : now + settings->interval * NS_PER_MS);
}

static void
queue_job (struct service *service, enum job_trigger trigger)
{
  bool full;

  if (!jobs_have (&service->jobs, trigger) && jobs_add (&service->jobs, NULL, trigger, 0, NULL, &full) == 0
      && !atomic_load (&service->stopping))
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
schedule_tick (struct service *service)
{
  struct schedule *schedule = &service->schedule;
  uint64_t now = realtime_ns (), next = atomic_load (&schedule->next),
           follow = atomic_load (&schedule->follow);

  if (next != 0 && now >= next) {
    atomic_store (&schedule->next, time_after (next, service->config->schedule.interval * NS_PER_MS, now));
    queue_job (service, JOB_SCHEDULE);
  }
  if (follow != 0 && now >= follow) {
    atomic_store (&schedule->follow, 0);
    queue_job (service, JOB_FOLLOW);
  }
}

void
schedule_follow_failed (struct service *service)
{
  struct schedule *schedule = &service->schedule;

  atomic_store (&schedule->follow, realtime_ns () + schedule->pause);
  log_info ("following goes on in %" PRIu64 " s", schedule->pause / NS_PER_MS / 1000);
  schedule->pause = schedule->pause * 2 < LONGEST_PAUSE ? schedule->pause * 2 : LONGEST_PAUSE;
}

void
schedule_follow_works (struct service *service)
{
  service->schedule.pause = FIRST_PAUSE;
}

static uint64_t
next_time (const struct schedule *schedule)
{
  uint64_t next = atomic_load (&schedule->next), follow = atomic_load (&schedule->follow);

  return next == 0 || (follow != 0 && follow < next) ? follow : next;
}

int
schedule_wait (const struct service *service, int most)
{
  uint64_t next = next_time (&service->schedule), now = realtime_ns ();

  if (next == 0 || (next > now && (next - now) / NS_PER_MS >= (uint64_t) most))
    return most;
  return next <= now ? 0 : (int) ((next - now) / NS_PER_MS) + 1;
}

json_t *
schedule_json (struct service *service)
{
  const struct schedule_settings *settings = &service->config->schedule;
  json_t *last = jobs_last_json (&service->jobs, settings->follow ? JOB_FOLLOW : JOB_SCHEDULE);

  return json_pack ("{s:o, s:b, s:o, s:o}", "interval",
                    settings->interval > 0 ? json_real ((double) settings->interval / 1000) : json_null (),
                    "follow", settings->follow, "nextRunAt", time_json (next_time (&service->schedule)),
                    "lastResult", last);
}
