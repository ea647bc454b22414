/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/http/endpoints.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/hex.h"
#include "service/http/access.h"
#include "service/http/api-import.h"
#include "service/http/api-jobs.h"
#include "service/http/api-status.h"
#include "service/http/assets.h"

/* Labels are shorter, and what is longer would only be copied into an error. */
#define ARGUMENT_MAX 1024

static const struct endpoint endpoints[] = {
  { "POST", "/api/sync/import", ENDPOINT_BODY, api_import },
  { "POST", "/api/sync/import/", ENDPOINT_BODY, api_import },
  { "GET", "/api/sync/status", 0, api_status },
  { "GET", "/api/sync/overview", 0, api_overview },
  { "GET", "/api/sync/jobs", 0, api_jobs },
  { "GET", "/api/sync/jobs/", 0, api_job },
  { "DELETE", "/api/sync/jobs/", 0, api_cancel },
  { "GET", "/api/sync/events", 0, api_events },
  { "GET", "/metrics", 0, api_metrics },
  { "GET", "/", ENDPOINT_OPEN, api_asset },
  { "GET", "/api/openapi.yaml", ENDPOINT_OPEN, api_asset },
  { "GET", "/healthz", ENDPOINT_OPEN, api_healthz },
  { "GET", "/readyz", ENDPOINT_OPEN, api_readyz },
};

/* The part of the path behind the endpoint's own, or NULL if it is another endpoint's. */
static const char *
match (const struct endpoint *endpoint, const char *path)
{
  size_t size = strlen (endpoint->path);

  if (strncmp (path, endpoint->path, size) != 0)
    return NULL;
  /* "/" is a path of its own, and not the beginning of all others. */
  if (endpoint->path[size - 1] != '/' || size == 1)
    return path[size] == '\0' ? path + size : NULL;
  return path[size] != '\0' && strchr (path + size, '/') == NULL ? path + size : NULL;
}

static bool
takes_method (const struct endpoint *endpoint, const char *method)
{
  return strcmp (endpoint->method, method) == 0
         || (strcmp (endpoint->method, "GET") == 0 && strcmp (method, "HEAD") == 0);
}

/* Appends "GET, HEAD" or the like. */
static void
add_method (char *list, size_t size, const char *method)
{
  size_t used = strlen (list);

  snprintf (list + used, size - used, "%s%s%s", used > 0 ? ", " : "", method,
            strcmp (method, "GET") == 0 ? ", HEAD" : "");
}

/* Decodes %XX. NULL if that is malformed, stands for a NUL, is too long, or memory is short. */
/* By hand and late: were %2F decoded before the path is split, a label could reach another endpoint. */
static char *
decode (const char *text)
{
  char *decoded = strlen (text) > ARGUMENT_MAX ? NULL : malloc (strlen (text) + 1), *end = decoded;

  for (; decoded != NULL && *text != '\0'; text++, end++) {
    int high = *text == '%' ? hex_digit (text[1]) : 0,
        low = *text == '%' && high >= 0 ? hex_digit (text[2]) : 0;

    if (high < 0 || low < 0 || (*text == '%' && high + low == 0)) {
      free (decoded);
      return NULL;
    }
    *end = *text == '%' ? (char) (high * 16 + low) : *text;
    text += *text == '%' ? 2 : 0;
  }
  if (decoded != NULL)
    *end = '\0';
  return decoded;
}

static bool
take_argument (struct request *request, const char *text, struct reply *reply)
{
  if (*text == '\0')
    return true;
  request->argument = decode (text);
  if (request->argument != NULL)
    return true;
  reply_error (reply, MHD_HTTP_BAD_REQUEST, "bad request",
               "the last part of the path is malformed or too long");
  return false;
}

/* The path is looked for before the method, so that a wrong method is told from a wrong path, with the list
 * of those that go there; and access is checked last, for what the endpoint asks for, but before a byte of a
 * body is kept. */
bool
endpoints_find (struct request *request, struct reply *reply)
{
  char methods[64] = "";
  const struct endpoint *endpoint = NULL;
  const char *rest = "";

  for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
    const char *behind = match (&endpoints[i], request->path);

    if (behind == NULL)
      continue;
    add_method (methods, sizeof methods, endpoints[i].method);
    if (takes_method (&endpoints[i], request->method)) {
      endpoint = &endpoints[i];
      rest = behind;
    }
  }
  if (methods[0] == '\0') {
    reply_error (reply, MHD_HTTP_NOT_FOUND, "not found",
                 "there is nothing at this path; see /api/openapi.yaml");
    return false;
  }
  if (access_preflight (request, methods, reply))
    return false;
  if (endpoint == NULL) {
    reply_error (reply, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed", "this path takes %s", methods);
    reply_header (reply, "Allow", methods);
    return false;
  }
  request->endpoint = endpoint;
  return access_check (request, endpoint->flags & ENDPOINT_OPEN, strcmp (endpoint->method, "GET") != 0, reply)
         && take_argument (request, rest, reply);
}
