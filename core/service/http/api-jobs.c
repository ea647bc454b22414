/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/http/api-jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "service/state/events.h"
#include "service/state/status-cache-json.h"

/* Bytes on their way to one reader of events. */
#define STREAM_BUFFER 32768

void
api_jobs (struct request *request, struct reply *reply)
{
  reply_data (reply, MHD_HTTP_OK,
              json_pack ("{s:o}", "jobs", jobs_list_json (request->service->jobs, SIZE_MAX)));
}

/* 0 if it is no number as jobs have them. */
static uint64_t
parse_id (const char *text)
{
  uint64_t id = 0;

  /* 18 digits fit into 64 bits, also with the one that is added for events. */
  if (text[0] == '0' || strlen (text) > 18)
    return 0;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9')
      return 0;
    id = id * 10 + (uint64_t) (*text - '0');
  }
  return id;
}

static void
reply_unknown (const struct request *request, struct reply *reply)
{
  reply_error (reply, MHD_HTTP_NOT_FOUND, "unknown job", "there is no job %.80s; old jobs are forgotten",
               request->argument);
}

void
api_job (struct request *request, struct reply *reply)
{
  json_t *job = jobs_find_json (request->service->jobs, parse_id (request->argument));

  if (job != NULL)
    reply_data (reply, MHD_HTTP_OK, json_pack ("{s:o}", "job", job));
  else
    reply_unknown (request, reply);
}

void
api_cancel (struct request *request, struct reply *reply)
{
  json_t *job;

  switch (jobs_cancel (request->service->jobs, parse_id (request->argument), &job)) {
  case CANCEL_UNKNOWN:
    reply_unknown (request, reply);
    break;
  case CANCEL_OVER:
    reply_error (reply, MHD_HTTP_CONFLICT, "the job is over", "job %s has ended: %s", request->argument,
                 json_string_value (json_object_get (job, "state")));
    json_decref (job);
    break;
  case CANCEL_DONE:
    reply_data (reply, MHD_HTTP_OK, json_pack ("{s:o}", "job", job));
    break;
  case CANCEL_REQUESTED:
    reply_data (reply, MHD_HTTP_ACCEPTED, json_pack ("{s:o}", "job", job));
    break;
  }
}

/* ---- events ------------------------------------------------------------------------------------- */

/* Prints an event and lets go of its data. */
static void
print_event (FILE *out, uint64_t number, const char *type, json_t *data)
{
  char *text = event_text (number, type, data);

  if (text != NULL)
    fputs (text, out);
  free (text);
  json_decref (data);
}

/* The present state: one status, and the job that runs with its progress. */
static char *
present_state (struct service *service, uint64_t number)
{
  json_t *jobs = jobs_list_json (service->jobs, SIZE_MAX), *job;
  char *text = NULL;
  size_t size = 0, i;
  FILE *out = open_memstream (&text, &size);

  if (out == NULL) {
    json_decref (jobs);
    return NULL;
  }
  print_event (out, number, "status", status_cache_event_json (service->status));
  json_array_foreach (jobs, i, job) {
    if (strcmp (json_string_value (json_object_get (job, "state")), "running") != 0)
      continue;
    print_event (out, number, "job", json_incref (job));
    if (json_is_object (json_object_get (job, "progress")))
      print_event (out, number, "progress",
                   json_pack ("{s:O, s:O}", "job", json_object_get (job, "id"), "progress",
                              json_object_get (job, "progress")));
  }
  json_decref (jobs);
  return fclose (out) == 0 ? text : (free (text), NULL);
}

/* What a reader has not taken yet is kept in the ring, not in the kernel. */
static void
bound_buffer (const struct request *request)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  int size = STREAM_BUFFER;

  if (info != NULL)
    setsockopt (info->connect_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void
api_events (struct request *request, struct reply *reply)
{
  struct events *events = request->service->events;
  const char *last = request_header (request, "Last-Event-ID");
  uint64_t from = last != NULL ? parse_id (last) + 1 : 0;
  struct MHD_Response *response;
  char *head = NULL;

  /* Who comes anew, or back after the ring has turned, begins with the present state, as of the event before
   * the first one he gets: so he misses nothing, and sees some of it twice at the most. */
  if (from <= 1 || !events_have (events, from)) {
    from = events_next (events);
    head = present_state (request->service, from - 1);
  }
  response = events_response (events, request->connection, head, from);
  if (response == NULL) {
    reply_error (reply, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", "too many read events, at most %d may",
                 EVENTS_READERS_MAX);
    return;
  }
  bound_buffer (request);
  reply_stream (reply, "text/event-stream", response);
  /* Or nginx would gather events until a buffer is full. */
  reply_header (reply, "X-Accel-Buffering", "no");
  reply->endless = true;
}
