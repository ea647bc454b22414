/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bytes/cleanup.h"

#define MAX_BODY (4u << 20)
#define NS UINT64_C (1000000000)

static uint64_t
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (uint64_t) now.tv_sec * NS + (uint64_t) now.tv_nsec;
}

uint64_t
replica_now_ms (void)
{
  return read_clock (CLOCK_MONOTONIC) / 1000000;
}

void
replica_sleep (struct replica *replica, uint64_t ms)
{
  const uint64_t until = read_clock (CLOCK_REALTIME) + ms * 1000000;
  const struct timespec deadline = { (time_t) (until / NS), (long) (until % NS) };

  pthread_mutex_lock (&replica->lock);
  while (!replica->stopping && pthread_cond_timedwait (&replica->wake, &replica->lock, &deadline) == 0)
    continue;
  pthread_mutex_unlock (&replica->lock);
}

void
visit_text (struct visit *visit, unsigned status, const char *format, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list arguments;
  int size;

  va_start (arguments, format);
  size = vasprintf (&text, format, arguments);
  va_end (arguments);
  visit->status = status;
  visit->type = "text/plain";
  ic_cbor_writer_free (&visit->answer);
  if (size < 0) {
    text = NULL;
    return;
  }
  visit->answer = (struct ic_cbor_writer){ (uint8_t *) text, (size_t) size, (size_t) size, false };
  text = NULL;
}

/* ---- routes -------------------------------------------------------------------------------------- */

/* Takes `text` from the head of a path. */
static bool
skip (const char **path, const char *text)
{
  const size_t size = strlen (text);

  if (strncmp (*path, text, size) != 0)
    return false;
  *path += size;
  return true;
}

static bool
take_principal (const char **path, struct ic_principal *principal)
{
  const char *end = strchr (*path, '/');
  bool good = end != NULL && ic_principal_parse (principal, *path, (size_t) (end - *path)) == NULL;

  if (end != NULL)
    *path = end + 1;
  return good;
}

/* The versions of the interface that each endpoint has. */
static bool
take_endpoint (const char *path, struct route *route)
{
  static const struct {
    const char *name;
    enum endpoint endpoint;
    unsigned newest;
    bool subnet;
  } endpoints[] = {
    { "query", ENDPOINT_QUERY, 3, false },
    { "call", ENDPOINT_CALL, 4, false },
    { "read_state", ENDPOINT_READ_STATE, 3, true },
  };

  for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++)
    if (strcmp (path, endpoints[i].name) == 0 && route->version <= endpoints[i].newest
        && (!route->subnet || endpoints[i].subnet)) {
      route->endpoint = endpoints[i].endpoint;
      return true;
    }
  return false;
}

/* Returns the HTTP status that says what is wrong with an address, or 0. */
static unsigned
find_route (const struct replica *replica, const char *path, const char *method, struct route *route)
{
  const bool get = strcmp (method, "GET") == 0;

  if (!skip (&path, "/api/v") || *path < '2' || *path > '4' || path[1] != '/')
    return MHD_HTTP_NOT_FOUND;
  route->version = (unsigned) (*path - '0');
  path += 2;
  if (route->version == 2 && strcmp (path, "status") == 0) {
    route->endpoint = ENDPOINT_STATUS;
    return get ? 0 : MHD_HTTP_METHOD_NOT_ALLOWED;
  }
  if (route->version > replica->max_api)
    return MHD_HTTP_NOT_FOUND;
  route->subnet = skip (&path, "subnet/");
  if (!route->subnet && !skip (&path, "canister/"))
    return MHD_HTTP_NOT_FOUND;
  if (!take_principal (&path, &route->effective))
    return MHD_HTTP_BAD_REQUEST;
  if (!take_endpoint (path, route))
    return MHD_HTTP_NOT_FOUND;
  return strcmp (method, "POST") == 0 ? 0 : MHD_HTTP_METHOD_NOT_ALLOWED;
}

/* ---- requests ------------------------------------------------------------------------------------ */

/* Gathers the body, whose length the client may leave open. */
static bool
take_upload (struct visit *visit, const char *data, size_t size)
{
  const size_t needed = visit->size + size;

  if (needed > MAX_BODY)
    return false;
  if (needed > visit->capacity) {
    const size_t capacity = needed < 4096 ? 4096 : 2 * needed;
    uint8_t *body = realloc (visit->body, capacity);

    if (body == NULL)
      return false;
    visit->body = body;
    visit->capacity = capacity;
  }
  memcpy (visit->body + visit->size, data, size);
  visit->size = needed;
  return true;
}

/* The whole request has come:
 *
 *     route ─▶ delay ─▶ envelope ─▶ fault chosen ─▶ canister or state ─▶ answer ─▶ fault applied ─▶ out
 *
 * What is wrong with the address or the envelope is told before faults are looked at, so these count only
 * requests that a replica would take. */
static enum MHD_Result
finish_visit (struct visit *visit, struct MHD_Connection *connection, const char *url, const char *method)
{
  struct replica *replica = visit->replica;
  struct route route = { .endpoint = ENDPOINT_STATUS };
  const char *path = url;
  unsigned wrong;

  if (skip (&path, "/control/")) {
    visit_control (visit, path);
    return deliver (visit, connection);
  }
  wrong = find_route (replica, path, method, &route);
  if (wrong != 0) {
    visit_text (visit, wrong, "%s %s: there is nothing here", method, url);
    return deliver (visit, connection);
  }
  atomic_fetch_add (&replica->requests[route.endpoint], 1);
  replica_sleep (replica, replica->delay_ms);
  visit->now_ns = read_clock (CLOCK_REALTIME) + (uint64_t) visit->replica->clock_s * UINT64_C (1000000000);
  visit_answer (visit, &route);
  return deliver (visit, connection);
}

/* Called once when the head of a request is there, then with each part of the body, then without one. */
enum MHD_Result
server_handle (void *context, struct MHD_Connection *connection, const char *url, const char *method,
               const char *version, const char *data, size_t *size, void **state)
{
  struct visit *visit = *state;
  bool good;

  (void) version;
  if (visit == NULL) {
    visit = calloc (1, sizeof *visit);
    if (visit == NULL)
      return MHD_NO;
    visit->replica = context;
    *state = visit;
    return MHD_YES;
  }
  if (*size == 0)
    return finish_visit (visit, connection, url, method);
  good = take_upload (visit, data, *size);
  *size = 0;
  return good ? MHD_YES : MHD_NO;
}

void
server_complete (void *context, struct MHD_Connection *connection, void **state,
                 enum MHD_RequestTerminationCode why)
{
  struct visit *visit = *state;

  (void) context;
  (void) connection;
  (void) why;
  if (visit == NULL)
    return;
  ic_cbor_writer_free (&visit->answer);
  ic_arena_free (&visit->arena);
  free (visit->body);
  free (visit);
  *state = NULL;
}
