/* SPDX-License-Identifier: Apache-2.0 */
/* Answers come from the status cache and the history of jobs, never from a store: any number of pages may be
 * left open without slowing the import that they watch. */
#include "config.h"

#include "service/http/api-status.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "service/jobs/schedule.h"
#include "service/metrics/text.h"
#include "service/state/json-values.h"
#include "service/state/status-cache-json.h"
#include "service/webhook/webhook.h"

#define OVERVIEW_JOBS 20
#define OVERVIEW_FAILURES 50

void
api_status (struct request *request, struct reply *reply)
{
  CLEANUP_FREE char *body = status_cache_body (request->service->status);

  if (body != NULL)
    reply_text (reply, MHD_HTTP_OK, "application/json", body, strlen (body));
  else
    reply_error (reply, MHD_HTTP_INTERNAL_SERVER_ERROR, "the sink cannot be read", "%s", failure ());
}

/* True if the service takes imports; else `*why` and `*error`, an errno or 0, say why not. No paths: anybody
 * may ask. */
static bool
takes_imports (struct service *service, const char **why, int *error)
{
  *error = jobs_hindrance (service->jobs);
  *why = atomic_load (&service->stopping) ? "the service is being stopped"
         : !atomic_load (&service->ready) ? "the service is being started"
         : *error != 0                    ? "the history of jobs cannot be written"
                                          : NULL;
  return *why == NULL;
}

void
api_overview (struct request *request, struct reply *reply)
{
  struct service *service = request->service;
  struct status_cache *cache = service->status;
  const char *why;
  int error;
  json_t *heights = status_cache_heights_json (cache);
  json_t *source =
      json_pack ("{s:s, s:O, s:O}", "plugin", plugin_name (service->setup->source->plugin), "first",
                 json_object_get (heights, "first"), "tip", json_object_get (heights, "tip"));

  reply_data (reply, MHD_HTTP_OK,
              json_pack ("{s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version",
                         PACKAGE_VERSION, "now", time_json (realtime_ns ()), "startedAt",
                         time_json (service->started_ns), "ready", takes_imports (service, &why, &error),
                         "ledger", status_cache_ledger_json (cache), "source", source, "labels",
                         status_cache_labels_json (cache), "heights", heights, "sinks",
                         status_cache_sinks_json (cache), "failedEntries",
                         status_cache_failures_json (cache, OVERVIEW_FAILURES), "schedule",
                         schedule_json (service->schedule), "webhooks", webhooks_status (service->webhooks),
                         "throughput", status_cache_throughput_json (cache), "jobs",
                         jobs_list_json (service->jobs, OVERVIEW_JOBS)));
}

void
api_metrics (struct request *request, struct reply *reply)
{
  CLEANUP_FREE char *text = metrics_text (request->service);

  if (text != NULL)
    reply_text (reply, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, strlen (text));
  else
    reply_error (reply, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory", "there is no memory for the metrics");
}

/* For a watchdog, which restarts what does not answer: a service that cannot take imports would not be helped
 * by that. */
void
api_healthz (struct request *request, struct reply *reply)
{
  bool ready = atomic_load (&request->service->ready);

  reply_data (reply, MHD_HTTP_OK, json_pack ("{s:s}", "status", ready ? "ready" : "alive"));
}

/* For a load balancer and for people: whether it is of use to send an import here now. */
void
api_readyz (struct request *request, struct reply *reply)
{
  const char *why;
  int error;

  if (!takes_imports (request->service, &why, &error))
    reply_error (reply, MHD_HTTP_SERVICE_UNAVAILABLE, "not ready", "%s%s%s", why, error != 0 ? ": " : "",
                 error != 0 ? strerror (error) : "");
  else
    reply_data (reply, MHD_HTTP_OK, json_pack ("{s:s}", "status", "ready"));
}
