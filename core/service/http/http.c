/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd calls back on one thread. Handlers answer from memory at once, or suspend the connection; so
 * a slow client costs a socket and never the others' time. What clients may take of memory, connections and
 * time is bounded by options given to the library, and by clients.c. */
#include "config.h"

#include "service/http/http.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "config/service-settings.h"
#include "service/http/access.h"
#include "service/http/clients.h"
#include "service/http/endpoints.h"
#include "service/http/framing.h"
#include "service/http/listener.h"
#include "service/http/request.h"

/* A body that is too large is read up to this size, so that who sends it can read why it is refused. */
#define BODY_DRAINED ((size_t) 8 * 1024 * 1024)

/* Memory for one connection: the head of a request must fit into a part of it. */
#define CONNECTION_MEMORY ((size_t) 32 * 1024)

/* How long answers under way are waited for at the end. */
#define DRAIN_NS UINT64_C (3000000000)

struct http {
  struct service *service;
  struct MHD_Daemon *daemon;
  struct listener listener;
  atomic_uint requests; /* under way, but for streams that never end */
};

/* ---- requests ----------------------------------------------------------------------------------- */

/* Called with the whole address, query included. NULL makes the connection close. */
static void *
begin_request (void *context, const char *uri, struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  struct http *http = context;
  struct request *request = calloc (1, sizeof *request);

  if (request == NULL)
    return NULL;
  request->service = http->service;
  request->connection = connection;
  request->client = info != NULL ? info->socket_context : NULL;
  request->path = strndup (uri, strcspn (uri, "?"));
  request->uri_size = strlen (uri);
  request->began = monotonic_ns ();
  request->wait.connection = connection;
  atomic_fetch_add (&http->requests, 1);
  return request;
}

static void
end_request (void *context, struct MHD_Connection *connection, void **state,
             enum MHD_RequestTerminationCode why)
{
  struct http *http = context;
  struct request *request = *state;

  (void) connection;
  (void) why;
  if (request == NULL)
    return;
  jobs_forget (http->service->jobs, &request->wait);
  client_begin (http->service->clients, request->client);
  free (request->path);
  free (request->argument);
  free (request->body);
  free (request);
  *state = NULL;
  atomic_fetch_sub (&http->requests, 1);
}

/* Appends to the body. False if the connection is to be closed. */
static bool
take_body (struct request *request, const char *data, size_t size)
{
  char *body;

  /* Read on, and dropped: a client that is still sending does not read the answer, and would only see the
   * connection break. */
  if (request->too_large || size > BODY_MAX - request->size) {
    request->too_large = true;
    request->size += size;
    return request->size <= BODY_DRAINED;
  }
  body = realloc (request->body, request->size + size + 1);
  if (body == NULL)
    return false;
  memcpy (body + request->size, data, size);
  request->body = body;
  request->size += size;
  body[request->size] = '\0';
  return true;
}

/* ---- answers ------------------------------------------------------------------------------------ */

static void
log_request (const struct request *request, const struct reply *reply)
{
  log_debug ("%s %s: %u after %.1f ms", request->method, request->path, reply->status,
             (double) (monotonic_ns () - request->began) / 1e6);
}

/* Hands the answer over. */
static enum MHD_Result
send_reply (struct request *request, struct reply *reply)
{
  enum MHD_Result result;

  if (reply->response == NULL) /* memory is short: the connection is closed */
    return MHD_NO;
  access_allow_origin (request, reply);
  log_request (request, reply);
  if (reply->endless)
    client_pause (request->service->clients, request->client);
  else
    client_begin (request->service->clients, request->client);
  result = MHD_queue_response (request->connection, reply->status, reply->response);
  MHD_destroy_response (reply->response);
  return result;
}

static void
refuse_large (struct reply *reply)
{
  reply_error (reply, 413, "body too large", "a body may have %zu bytes", BODY_MAX);
}

static bool
has_body (const struct request *request)
{
  const char *length = request_header (request, "Content-Length");

  return request_header (request, "Transfer-Encoding") != NULL
         || (length != NULL && strcmp (length, "0") != 0);
}

/* False after a reply to a head that others between a client and us could read in another way. */
static bool
check_head (const struct request *request, struct reply *reply)
{
  size_t first_line = strlen (request->method) + request->uri_size + strlen ("  HTTP/1.1\r\n");
  const char *fault = framing_fault (request->connection, first_line);

  if (fault == NULL)
    return true;
  reply_error (reply, MHD_HTTP_BAD_REQUEST, "bad request", "%s", fault);
  reply_header (reply, "Connection", "close");
  return false;
}

/* The head has come. False if that is enough for an answer. */
static bool
begin (struct request *request, struct reply *reply)
{
  const char *length = request_header (request, "Content-Length");

  if (!check_head (request, reply) || !endpoints_find (request, reply))
    return false;
  if (length == NULL || strtoumax (length, NULL, 10) <= BODY_DRAINED)
    return true;
  refuse_large (reply);
  return false;
}

/* Called when the head of a request is there, with each part of the body, then without one; and again when a
 * suspended connection was resumed. */
static enum MHD_Result
handle (void *context, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *data, size_t *size, void **state)
{
  struct request *request = *state;
  struct reply reply = { .status = 0 };

  (void) context;
  (void) connection;
  (void) url;
  (void) version;
  if (request == NULL || request->path == NULL)
    return MHD_NO;
  request->method = method;
  if (!request->begun) {
    request->begun = true;
    if (!has_body (request)) /* an answer now would end the connection */
      return MHD_YES;
    return begin (request, &reply) ? MHD_YES : send_reply (request, &reply);
  }
  if (*size > 0) {
    bool good = take_body (request, data, *size);

    *size = 0;
    return good ? MHD_YES : MHD_NO;
  }
  if (request->endpoint == NULL && !begin (request, &reply))
    return send_reply (request, &reply);
  if (request->too_large)
    refuse_large (&reply);
  else
    request->endpoint->handle (request, &reply);
  if (!reply.later)
    return send_reply (request, &reply);
  return MHD_YES;
}

/* ---- the server --------------------------------------------------------------------------------- */

static void
watch_connection (void *context, struct MHD_Connection *connection, void **state,
                  enum MHD_ConnectionNotificationCode what)
{
  struct http *http = context;
  const union MHD_ConnectionInfo *info;

  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *state = info != NULL ? client_add (http->service->clients, info->connect_fd) : NULL;
  } else {
    client_remove (http->service->clients, *state);
    *state = NULL;
  }
}

static void log_server (void *context, const char *format, va_list arguments)
    __attribute__ ((__format__ (__printf__, 2, 0)));

/* What the library has to say is mostly about clients. */
static void
log_server (void *context, const char *format, va_list arguments)
{
  char text[512];

  (void) context;
  vsnprintf (text, sizeof text, format, arguments);
  text[strcspn (text, "\r\n")] = '\0';
  log_debug ("HTTP: %s", text);
}

/* Paths are decoded by endpoints.c, part by part. */
static size_t
leave_encoded (void *context, struct MHD_Connection *connection, char *text)
{
  (void) context;
  (void) connection;
  return strlen (text);
}

/* Connections take descriptors beside those of sinks and sources. */
static void
raise_descriptor_limit (int64_t connections)
{
  struct rlimit limit;
  rlim_t wanted = (rlim_t) connections + 256;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
    log_warning ("max_connections = %" PRId64 ": the limit of open files allows fewer (ulimit -n)",
                 connections);
}

static struct MHD_Daemon *
start_daemon (struct http *http, int fd)
{
  const struct service_settings *settings = &http->service->config->service;
  unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_INTERNAL_POLLING_THREAD;

  flags |= MHD_is_feature_supported (MHD_FEATURE_EPOLL) == MHD_YES ? MHD_USE_EPOLL : MHD_USE_AUTO;
  return MHD_start_daemon (flags, 0, NULL, NULL, handle, http, MHD_OPTION_EXTERNAL_LOGGER, log_server, NULL,
                           MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
                           (unsigned) settings->max_connections, MHD_OPTION_CONNECTION_TIMEOUT,
                           (unsigned) ((settings->request_timeout + 999) / 1000),
                           MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
                           MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, begin_request, http,
                           MHD_OPTION_NOTIFY_COMPLETED, end_request, http, MHD_OPTION_NOTIFY_CONNECTION,
                           watch_connection, http, MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL,
                           MHD_OPTION_END);
}

struct http *
http_start (struct service *service)
{
  const struct service_settings *settings = &service->config->service;
  struct http *http = calloc (1, sizeof *http);

  if (http == NULL) {
    fail ("no memory for the HTTP server");
    return NULL;
  }
  http->service = service;
  raise_descriptor_limit (settings->max_connections);
  if (listener_open (&http->listener, settings->listen)) {
    http->daemon = start_daemon (http, http->listener.fd);
    if (http->daemon != NULL)
      return http;
    fail ("%s: the HTTP server cannot be started", http->listener.where);
    listener_remove (&http->listener);
    close (http->listener.fd);
    free (http->listener.where);
  }
  free (http);
  return NULL;
}

void
http_stop (struct http *http)
{
  const struct timespec pause = { .tv_nsec = 20000000 };
  uint64_t until = monotonic_ns () + DRAIN_NS;
  MHD_socket fd = MHD_quiesce_daemon (http->daemon);

  listener_remove (&http->listener);
  if (fd != MHD_INVALID_SOCKET)
    close (fd);
  /* Streams have been told to end, and imports that are waited for were answered; this is for bytes under
   * way. */
  while (atomic_load (&http->requests) > 0 && monotonic_ns () < until)
    nanosleep (&pause, NULL);
  MHD_stop_daemon (http->daemon);
  free (http->listener.where);
  free (http);
}

const char *
http_address (const struct http *http)
{
  return http->listener.where;
}
