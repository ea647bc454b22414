/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the service: its parts are made before the first request can come, and closed when the last has
 * been answered. In between the main thread runs jobs; it alone calls plugins, as in any other command. */
#include "config.h"

#include "service/command-serve.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit-status.h"
#include "base/log.h"
#include "base/stop.h"
#include "dcpipe-plugin.h"
#include "service/clock.h"
#include "service/http/clients.h"
#include "service/http/http.h"
#include "service/job-run.h"
#include "service/jobs/jobs.h"
#include "service/jobs/schedule.h"
#include "service/metrics/metrics.h"
#include "service/state/events.h"
#include "service/state/notify.h"
#include "service/state/service.h"
#include "service/state/status-cache-json.h"
#include "service/webhook/webhook.h"
#include "setup/decoders.h"
#include "setup/setup.h"

/* How long the main thread waits for something to do, ms; and the part of its time, in percent, that it
 * spends at the most on looking whether other processes have written into the sinks. */
#define IDLE_MS 1000
#define REFRESH_PERCENT 5

/* ---- the main thread ---------------------------------------------------------------------------- */

static void
wait_for_work (struct service *service)
{
  struct pollfd wait[] = { { .fd = dcpipe_stop_fd (), .events = POLLIN },
                           { .fd = service->jobs->wake[0], .events = POLLIN } };
  char bytes[64];

  /* Three things end the wait: a signal, a new job, and time, for the schedule or to look at the stores. */
  poll (wait, 2, schedule_wait (service->schedule, IDLE_MS));
  /* However many jobs came, one look finds them all. */
  while (read (service->jobs->wake[0], bytes, sizeof bytes) > 0)
    ;
}

/* Looks at the stores, unless that takes so long that it was done too lately. */
static void
refresh (struct service *service, uint64_t *next)
{
  uint64_t began = monotonic_ns (), moved = status_cache_moved (service->status);

  if (began < *next)
    return;
  status_cache_refresh (service->status);
  *next = monotonic_ns () + (monotonic_ns () - began) * (100 / REFRESH_PERCENT);
  if (status_cache_moved (service->status) != moved)
    events_publish (service->events, "status", status_cache_event_json (service->status));
}

static void
work (struct service *service)
{
  uint64_t next_refresh = 0;

  while (stop_signal () == 0) {
    struct job *job;

    atomic_store (&service->beat, monotonic_ns ());
    schedule_tick (service->schedule);
    job = jobs_begin (service->jobs);
    if (job != NULL) {
      job_run (service, job);
      continue;
    }
    wait_for_work (service);
    refresh (service, &next_refresh);
  }
}

/* ---- life --------------------------------------------------------------------------------------- */

static void
announce (const struct service *service)
{
  char text[256];

  log_info ("listening on %s", http_address (service->http));
  snprintf (text, sizeof text, "READY=1\nSTATUS=listening on %s", http_address (service->http));
  notify_send (text);
}

/* From the first request that can be answered to the last. */
static int
serve (struct service *service)
{
  struct clock_thread *clock;

  service->http = http_start (service);
  clock = service->http != NULL ? clock_start (service) : NULL;
  if (clock != NULL) {
    atomic_store (&service->ready, true);
    announce (service);
    work (service);
  } else
    log_failure ();
  /* No new jobs first, then those that wait are answered, then the streams end, and only then the server:
   * whoever waits gets an answer and not a connection that breaks off. */
  service_stopping (service);
  jobs_close (service->jobs);
  events_close (service->events);
  if (service->http != NULL)
    http_stop (service->http);
  clock_stop (clock);
  return clock != NULL ? STATUS_DONE : STATUS_FAILED;
}

static bool
start_webhooks (struct service *service)
{
  const struct webhook_list *list = &service->config->webhooks;

  if (list->count > 0)
    service->webhooks = webhooks_start (list->items, list->count, service->config->service.state);
  return list->count == 0 || service->webhooks != NULL;
}

/* Makes what is to be closed in either case. False after fail. */
static bool
open_parts (struct service *service)
{
  const struct service_config *config = service->config;
  bool good;

  events_init (service->events);
  clients_init (service->clients, config->service.request_timeout);
  schedule_init (service->schedule, &config->schedule, service->jobs);
  service->decoders = setup_known_decoders ();
  if (service->decoders == NULL)
    fail ("no memory for the decoders");
  /* Each is made even if one before it failed, for close_parts closes them all; the first reason is the one
   * that is told. */
  good = service->decoders != NULL && stop_init () && status_cache_init (service->status, service->setup);
  good = metrics_init (service->metrics, service->setup->sinks_count) && good;
  good = jobs_init (service->jobs, service->events, &service->stopping, config->service.state) && good;
  return good && start_webhooks (service);
}

static void
close_parts (struct service *service)
{
  if (service->webhooks != NULL)
    webhooks_stop (service->webhooks);
  jobs_destroy (service->jobs);
  metrics_destroy (service->metrics);
  status_cache_destroy (service->status);
  clients_destroy (service->clients);
  events_destroy (service->events);
  free (service->decoders);
}

int
command_serve (const struct setup *setup)
{
  static struct status_cache status;
  static struct jobs jobs;
  static struct events events;
  static struct schedule schedule;
  static struct clients clients;
  static struct metrics metrics;
  static struct service service = { .status = &status,
                                    .jobs = &jobs,
                                    .events = &events,
                                    .schedule = &schedule,
                                    .clients = &clients,
                                    .metrics = &metrics };
  int result = STATUS_FAILED;

  service.setup = setup;
  service.config = setup->service;
  service.started_ns = realtime_ns ();
  atomic_store (&service.beat, monotonic_ns ());
  if (open_parts (&service))
    result = serve (&service);
  else
    log_failure ();
  close_parts (&service);
  return result;
}
