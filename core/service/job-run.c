/* SPDX-License-Identifier: Apache-2.0 */
/* A run knows nothing of jobs: it shows itself five times a second, and what is done with that is here. An
 * end that is asked for early is a stop like that of a signal, so what is in flight is committed. */
#include "config.h"

#include "service/job-run.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/exit-status.h"
#include "base/log.h"
#include "base/stop.h"
#include "pipeline/pipeline.h"
#include "plugin/instance.h"
#include "service/jobs/jobs.h"
#include "service/jobs/schedule.h"
#include "service/metrics/metrics.h"
#include "service/state/events.h"
#include "service/state/run-progress.h"
#include "service/state/service.h"
#include "service/state/stats.h"
#include "service/state/status-cache-json.h"
#include "service/webhook/webhook.h"

/* Often enough for a bar to move, and seldom enough for a page that is left open. */
#define PROGRESS_NS UINT64_C (500000000)

/* A store of messages that cannot be written is tried so often, once a second. */
#define MESSAGE_ATTEMPTS 60

/* A job and the pipeline that runs for it. */
struct running {
  struct service *service;
  struct job *job;
  uint64_t began, told;           /* CLOCK_MONOTONIC, ns; `told`: progress */
  uint64_t moved;                 /* of the status cache, when its readers were told last */
  struct failed_entries failures; /* of the first sink, in this run */
  bool over;                      /* the pipeline came so far that it told its end */
  bool preempted;                 /* by another job */
  bool at_tip;
  char *error;
  json_t *stats;
};

/* ---- while it runs ------------------------------------------------------------------------------ */

static void
tell_progress (struct running *running, const struct run *run, bool last)
{
  uint64_t now = monotonic_ns ();
  struct service *service = running->service;
  json_t *progress;
  char id[24];

  if (!last && now - running->told < PROGRESS_NS)
    return;
  running->told = now;
  progress = run_progress_json (run, (double) (now - running->began) / 1e9);
  snprintf (id, sizeof id, "%" PRIu64, running->job->id);
  /* Kept for who asks later, but made an event only for those who are there: the ring would hold little
   * else. */
  if (events_are_read (service->events))
    events_publish (service->events, "progress", json_pack ("{s:s, s:O}", "job", id, "progress", progress));
  jobs_set_progress (service->jobs, running->job, progress);
}

static void
tell_status (struct running *running)
{
  struct service *service = running->service;
  uint64_t moved = status_cache_moved (service->status);

  if (moved == running->moved)
    return;
  running->moved = moved;
  if (events_are_read (service->events))
    events_publish (service->events, "status", status_cache_event_json (service->status));
}

/* Ends the run early, if a signal, a client or another job asks for that. */
static void
poll_requests (struct running *running)
{
  struct service *service = running->service;

  schedule_tick (service->schedule);
  if (stop_signal () != 0)
    service_stopping (service);
  /* A job that follows never ends, so others would wait for ever behind it. */
  if (running->job->trigger == JOB_FOLLOW && jobs_are_waiting (service->jobs))
    running->preempted = true;
  if (running->preempted || job_is_cancelled (service->jobs, running->job))
    stop_request ();
}

/* While a sink cannot be opened. */
static void
idle (void *context)
{
  struct running *running = context;

  atomic_store (&running->service->beat, monotonic_ns ());
  poll_requests (running);
}

static void
show (void *context, const struct run *run, bool last)
{
  struct running *running = context;

  atomic_store (&running->service->beat, monotonic_ns ());
  status_cache_take (running->service->status, run, last, &running->failures);
  metrics_take (running->service->metrics, run, last);
  tell_progress (running, run, last);
  tell_status (running);
  if (!last) {
    poll_requests (running);
    return;
  }
  running->over = true;
  running->at_tip = atomic_load (&run->at_tip);
  running->error = run->reason != NULL ? strdup (run->reason) : NULL;
  running->stats = stats_json (run, running->job->stats, &running->failures, run->reason);
}

/* ---- one run ------------------------------------------------------------------------------------ */

static void
free_sinks (struct setup *setup)
{
  for (size_t i = 0; i < setup->sinks_count; i++)
    instance_free (setup->sinks[i]);
  free (setup->sinks);
}

/* A setup like the service's, with handles of its own for the sinks, which are opened but once. False after
 * fail. */
static bool
make_setup (struct setup *setup, const struct running *running)
{
  const struct setup *whole = running->service->setup;

  *setup = *whole;
  setup->sinks_count = 0;
  setup->sinks = calloc (whole->sinks_count, sizeof (struct instance *));
  if (running->job->batch_size > 0)
    setup->pipeline.batch_size = running->job->batch_size;
  if (setup->sinks == NULL)
    fail ("no memory for the sinks");
  while (setup->sinks != NULL && setup->sinks_count < whole->sinks_count) {
    struct instance *sink = instance_clone (whole->sinks[setup->sinks_count]);

    if (sink == NULL)
      break;
    setup->sinks[setup->sinks_count++] = sink;
  }
  if (setup->sinks_count == whole->sinks_count)
    return true;
  free_sinks (setup);
  return false;
}

static int
run_once (struct running *running)
{
  const char *labels[1] = { running->job->label };
  const struct run_options options = { .scope = { .labels = labels, .count = labels[0] != NULL },
                                       .follow = running->job->trigger == JOB_FOLLOW,
                                       .show = show,
                                       .idle = idle,
                                       .context = running };
  struct setup setup;
  int status;

  /* A run that could not begin is told by the last failure of this thread, which must not be that of an
   * earlier job. */
  failure_clear ();
  if (!make_setup (&setup, running)) {
    log_failure ();
    status = STATUS_FAILED;
  } else {
    status = run_pipeline (&setup, &options);
    free_sinks (&setup);
  }
  if (!running->over) {
    running->error = strdup (failure ());
    running->stats = stats_none_json (running->job->stats, failure ());
  }
  stop_reset ();
  return status;
}

/* ---- the end ------------------------------------------------------------------------------------ */

/* Which came first, the end or the wish for it? A job that was cancelled and yet reached the tip has done all
 * that it was asked for; one that follows has no end but that wish. A stop of the process leaves the job
 * queued, so that it goes on at the next start. */
static enum job_state
outcome (const struct running *running, int status)
{
  bool good = status == STATUS_DONE || status == STATUS_DONE_WITH_FAILED_ENTRIES;
  bool follows = running->job->trigger == JOB_FOLLOW;

  if (!good)
    return stop_signal () != 0 && running->error == NULL ? JOB_QUEUED : JOB_FAILED;
  if (job_is_cancelled (running->service->jobs, running->job) && (follows || !running->at_tip))
    return JOB_CANCELLED;
  if (follows && (running->preempted || stop_signal () != 0))
    return JOB_QUEUED;
  return JOB_COMPLETED;
}

/* Puts the message on disk. Until that is done the job has not ended: should the process end before, it is
 * run again, and told of then. False if it is about to. */
static bool
send_message (struct service *service, const char *type, const json_t *data)
{
  for (int attempt = 0; attempt < MESSAGE_ATTEMPTS; attempt++) {
    if (webhooks_send (service->webhooks, type, data))
      return true;
    log_failure ();
    atomic_store (&service->beat, monotonic_ns ());
    if (stop_wait (1000))
      return false;
  }
  log_error ("%s is not told to webhooks", type);
  return true;
}

static bool
tell_webhooks (struct service *service, const struct job *job, enum job_state state)
{
  json_t *data, *json;
  bool told;

  if (service->webhooks == NULL || state == JOB_CANCELLED)
    return true;
  json = job_json (job);
  json_object_set_new (json, "state", json_string (job_state_name (state)));
  data = json_pack ("{s:o, s:o, s:o}", "job", json, "ledger", status_cache_ledger_json (service->status),
                    "sinks", status_cache_committed_json (service->status));
  told = send_message (service, state == JOB_COMPLETED ? WEBHOOK_COMPLETED : WEBHOOK_FAILED, data);
  if (told && job->exit_status == STATUS_DIVERGED)
    told = send_message (service, WEBHOOK_DIVERGED, data);
  json_decref (data);
  return told;
}

static void
finish (struct running *running, int status)
{
  struct service *service = running->service;
  struct job *job = running->job;
  enum job_state state = outcome (running, status);

  if (state == JOB_QUEUED) {
    jobs_set_stats (service->jobs, job, running->stats);
    jobs_pause (service->jobs, job);
    free (running->error);
    return;
  }
  log_info ("job %" PRIu64 " (%s) %s", job->id, job->label != NULL ? job->label : "all",
            job_state_name (state));
  jobs_set_result (service->jobs, job, status, running->error, running->stats);
  if (!tell_webhooks (service, job, state)) {
    log_warning ("job %" PRIu64 " is run again at the next start, since no webhook could be told", job->id);
    jobs_pause (service->jobs, job);
    return;
  }
  /* First, so that whoever sees that it failed is told when it goes on. */
  if (job->trigger == JOB_FOLLOW && state != JOB_CANCELLED)
    schedule_follow_failed (service->schedule);
  jobs_end (service->jobs, job, state);
}

void
job_run (struct service *service, struct job *job)
{
  struct running running = { .service = service, .job = job, .began = monotonic_ns () };
  int status;

  log_info ("job %" PRIu64 " (%s, by %s) begins", job->id, job->label != NULL ? job->label : "all",
            job_trigger_name (job->trigger));
  running.moved = status_cache_moved (service->status);
  status = run_once (&running);
  if (running.at_tip)
    schedule_follow_works (service->schedule);
  finish (&running, status);
  failed_entries_clear (&running.failures);
}
