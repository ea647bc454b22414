/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/http/api-import.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/exit-status.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "service/state/json-values.h"
#include "service/http/clients.h"
#include "service/state/stats.h"
#include "service/state/status-cache.h"
#include "setup/decoders.h"

#define BATCH_SIZE_MAX 1000000
#define WAIT_MAX 86400

/* ---- the request -------------------------------------------------------------------------------- */

/* Only what says that it is something else is refused: curl -d, for one, calls everything a form. */
static bool
is_json_type (const char *type)
{
  size_t size = type != NULL ? strcspn (type, "; \t") : 0;

  return size == 0 || (size == 16 && strncasecmp (type, "application/json", size) == 0)
         || (size == 33 && strncasecmp (type, "application/x-www-form-urlencoded", size) == 0)
         || (size > 5 && strncasecmp (type + size - 5, "+json", 5) == 0);
}

/* 1.0 is an integer, too. */
static bool
take_batch_size (const json_t *value, uint64_t *batch_size, struct reply *reply)
{
  double number = json_number_value (value);

  /* Whether it is whole is asked within the bounds only: beyond those of uint64_t the conversion is
   * undefined. */
  if (!json_is_number (value)
      || (number >= 1 && number <= BATCH_SIZE_MAX && number != (double) (uint64_t) number)) {
    reply_error (reply, MHD_HTTP_BAD_REQUEST, "bad request", "batchSize must be an integer");
    return false;
  }
  if (number < 1 || number > BATCH_SIZE_MAX) {
    reply_error (reply, MHD_HTTP_BAD_REQUEST, "bad request", "batchSize is %.17g; it must be from 1 to %d",
                 number, BATCH_SIZE_MAX);
    return false;
  }
  *batch_size = (uint64_t) number;
  return true;
}

static bool
take_members (json_t *root, uint64_t *batch_size, struct reply *reply)
{
  const char *key;
  json_t *value;

  if (!json_is_object (root)) {
    reply_error (reply, MHD_HTTP_BAD_REQUEST, "bad request", "the body must be a JSON object");
    return false;
  }
  json_object_foreach (root, key, value) {
    if (strcmp (key, "batchSize") != 0) {
      reply_error (reply, MHD_HTTP_BAD_REQUEST, "bad request", "unknown member '%s'; known is batchSize",
                   key);
      return false;
    }
    if (!take_batch_size (value, batch_size, reply))
      return false;
  }
  return true;
}

/* What the body asks for. False after a reply. */
static bool
take_body (const struct request *request, uint64_t *batch_size, struct reply *reply)
{
  json_error_t error;
  json_t *root;
  bool good;

  if (request->size == 0)
    return true;
  if (!is_json_type (request_header (request, "Content-Type"))) {
    reply_error (reply, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unsupported media type",
                 "a body must be application/json");
    return false;
  }
  root = json_loadb (request->body, request->size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (root == NULL) {
    reply_error (reply, MHD_HTTP_BAD_REQUEST, "bad request", "the body is not JSON: %s (line %d, column %d)",
                 error.text, error.line, error.column);
    return false;
  }
  good = take_members (root, batch_size, reply);
  json_decref (root);
  return good;
}

/* The preferences of RFC 7240: names and values separated by commas, parameters behind semicolons. */
struct preferences {
  bool async;
  int64_t wait; /* s; -1: for ever */
};

/* Preferences that are not known are to be ignored, and so are malformed ones (RFC 7240): a client that asks
 * for less than it needs still gets its import. */
static void
take_preference (struct preferences *preferences, const char *text, size_t size)
{
  int64_t seconds = 0;

  if (size == 13 && strncasecmp (text, "respond-async", size) == 0)
    preferences->async = true;
  if (size < 6 || size > 10 || strncasecmp (text, "wait=", 5) != 0)
    return;
  for (size_t i = 5; i < size; i++) {
    if (text[i] < '0' || text[i] > '9')
      return;
    seconds = seconds * 10 + (text[i] - '0');
  }
  if (seconds <= WAIT_MAX)
    preferences->wait = seconds;
}

static struct preferences
take_preferences (const struct request *request)
{
  struct preferences preferences = { .wait = -1 };
  const char *header = request_header (request, "Prefer");

  while (header != NULL && *header != '\0') {
    size_t size;

    header += strspn (header, " \t,");
    size = strcspn (header, ",");
    take_preference (&preferences, header, strcspn (header, ",; \t"));
    header += size;
  }
  return preferences;
}

/* The canonical label, or NULL after a reply. */
/* An unknown label would be imported as an empty one, and look like success. */
static const char *
take_label (const struct request *request, struct reply *reply)
{
  struct status_cache *cache = request->service->status;
  const char *label =
      setup_label_among (request->service->setup, request->service->decoders, request->argument);
  CLEANUP_FREE const char **labels = NULL;
  char list[2048] = "";

  if (status_cache_knows_label (cache, label))
    return label;
  labels = setup_labels (request->service->setup);
  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++) {
    strncat (list, list[0] ? ", " : "", sizeof list - strlen (list) - 1);
    strncat (list, labels[i], sizeof list - strlen (list) - 1);
  }
  reply_error (reply, MHD_HTTP_NOT_FOUND, "unknown label",
               "no decoder names '%s', and no sink holds entries of it; known labels: %s", request->argument,
               list[0] ? list : "none");
  return NULL;
}

/* ---- the answer --------------------------------------------------------------------------------- */

static void
add_location (struct reply *reply, uint64_t id)
{
  char location[64];

  snprintf (location, sizeof location, "/api/sync/jobs/%" PRIu64, id);
  reply_header (reply, "Location", location);
}

/* An import that was not completed. With the mutex of the jobs held. */
static void
reply_failed (const struct job *job, struct reply *reply)
{
  if (job->state == JOB_CANCELLED)
    reply_error (reply, MHD_HTTP_CONFLICT, "import cancelled", "job %" PRIu64 " was cancelled", job->id);
  else if (job->state != JOB_FAILED)
    reply_error (reply, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable",
                 "the service is being stopped; job %" PRIu64 " goes on when it is started again", job->id);
  else
    reply_error (reply,
                 job->exit_status == STATUS_TEMPORARY ? MHD_HTTP_SERVICE_UNAVAILABLE
                                                      : MHD_HTTP_INTERNAL_SERVER_ERROR,
                 "import failed", "%s", job->error != NULL ? job->error : "see the log");
}

static void
describe_import (const struct job *job, char *text, size_t size)
{
  const json_t *listed = json_object_get (job->stats, STATS_LISTED);
  uint64_t rows = (uint64_t) json_integer_value (listed),
           entries = (uint64_t) json_integer_value (json_object_get (job->stats, "totalProcessed"));

  if (listed != NULL)
    snprintf (text, size, "imported all that is listed: %" PRIu64 " new %s", rows,
              plural (rows, "row", "rows"));
  else
    snprintf (text, size, "imported %s up to the tip: %" PRIu64 " %s",
              job->label != NULL ? job->label : "all", entries, plural (entries, "entry", "entries"));
}

static void
reply_ended (struct request *request, struct reply *reply)
{
  const struct job *job = request->wait.job;
  char message[512];

  /* The job is the history's, and the main thread may be about to change what it says. */
  LOCK_SCOPE (&request->service->jobs->mutex);
  if (request->wait.late)
    reply_error (reply, MHD_HTTP_CONFLICT, "another import is running",
                 "the turn of job %" PRIu64 " did not come in time, and it was cancelled", job->id);
  else if (job->state != JOB_COMPLETED)
    reply_failed (job, reply);
  else {
    describe_import (job, message, sizeof message);
    reply_data (reply, MHD_HTTP_OK,
                json_pack ("{s:o, s:O?}", "message", text_json (message), "stats", job->stats));
  }
  add_location (reply, job->id);
}

static void
reply_accepted (const struct request *request, uint64_t id, struct reply *reply)
{
  json_t *job = jobs_find_json (request->service->jobs, id);

  reply_data (reply, MHD_HTTP_ACCEPTED, json_pack ("{s:o}", "job", job));
  reply_header (reply, "Preference-Applied", "respond-async");
  add_location (reply, id);
}

static void
wait_for_job (struct request *request, int64_t seconds, struct reply *reply)
{
  if (seconds >= 0)
    request->wait.deadline = monotonic_ns () + (uint64_t) seconds * 1000000000u;
  /* An import takes as long as it takes, which is no fault of the client's. */
  client_pause (request->service->clients, request->client);
  reply->later = true;
  jobs_wait (request->service->jobs, &request->wait);
}

/* Called twice for a request that waits: first to queue the job, and again when its connection was resumed,
 * which the job in `wait` tells. The job is on disk before either answer. */
void
api_import (struct request *request, struct reply *reply)
{
  struct preferences preferences = take_preferences (request);
  const char *label = NULL;
  uint64_t batch_size = 0, id;
  bool full;

  if (request->wait.job != NULL) {
    reply_ended (request, reply);
    return;
  }
  if (!take_body (request, &batch_size, reply)
      || (request->argument != NULL && (label = take_label (request, reply)) == NULL))
    return;
  id = jobs_add (request->service->jobs, label, JOB_REQUEST, batch_size,
                 preferences.async ? NULL : &request->wait, &full);
  if (id == 0)
    reply_error (reply, full ? MHD_HTTP_CONFLICT : MHD_HTTP_SERVICE_UNAVAILABLE,
                 full ? "too many imports" : "unavailable", "%s", failure ());
  else if (preferences.async)
    reply_accepted (request, id, reply);
  else
    wait_for_job (request, preferences.wait, reply);
}
