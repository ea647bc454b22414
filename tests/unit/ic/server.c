/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/ic/server.h"

#include <arpa/inet.h>
#include <check.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "ic/certificate/cbor.h"
#include "ic/certificate/cbor_write.h"

#define LARGE (1 << 20)
#define MAX_URLS 16

struct server {
  struct MHD_Daemon *daemon;
  atomic_uint requests, connections;
  char *urls[MAX_URLS];
  size_t url_count;
};

/* The body of a request, as far as it has come. */
struct upload {
  uint8_t data[65536];
  size_t size;
};

/* Finds the argument in an envelope. */
static struct bytes
find_arg (const struct upload *upload)
{
  static const char *const content_name[] = { "content" }, *const arg_name[] = { "arg" };
  struct bytes arg = { NULL, 0 };
  struct ic_cbor_map envelope, content;
  struct ic_cbor_reader reader;
  struct ic_error error;
  int field;

  ic_cbor_read (&reader, (struct bytes){ upload->data, upload->size }, NULL, &error);
  ic_cbor_open_map (&reader, &envelope);
  while ((field = ic_cbor_field (&reader, &envelope, content_name, 1)) != IC_CBOR_END) {
    if (field == IC_CBOR_OTHER) {
      ic_cbor_skip (&reader);
      continue;
    }
    ic_cbor_open_map (&reader, &content);
    while ((field = ic_cbor_field (&reader, &content, arg_name, 1)) != IC_CBOR_END) {
      if (field == 0)
        ic_cbor_bytes (&reader, &arg);
      else
        ic_cbor_skip (&reader);
    }
  }
  return ic_cbor_finish (&reader) ? arg : (struct bytes){ (const uint8_t *) "bad request", 11 };
}

#define PUT_TEXT(writer, text) ic_cbor_put_text (writer, text, strlen (text))

static struct MHD_Response *
make_response (const void *data, size_t size)
{
  return MHD_create_response_from_buffer (size, (void *) (uintptr_t) data, MHD_RESPMEM_MUST_COPY);
}

static struct MHD_Response *
echo (const struct upload *upload)
{
  struct ic_cbor_writer writer = { NULL };
  struct MHD_Response *response;

  ic_cbor_put_self_described (&writer);
  ic_cbor_put_map (&writer, 2);
  PUT_TEXT (&writer, "status");
  PUT_TEXT (&writer, "replied");
  PUT_TEXT (&writer, "reply");
  ic_cbor_put_map (&writer, 1);
  PUT_TEXT (&writer, "arg");
  ic_cbor_put_bytes (&writer, find_arg (upload));
  response = make_response (writer.data, writer.size);
  ic_cbor_writer_free (&writer);
  return response;
}

static struct MHD_Response *
rejected (void)
{
  struct ic_cbor_writer writer = { NULL };
  struct MHD_Response *response;

  ic_cbor_put_map (&writer, 4);
  PUT_TEXT (&writer, "status");
  PUT_TEXT (&writer, "rejected");
  PUT_TEXT (&writer, "reject_code");
  ic_cbor_put_uint (&writer, 4);
  PUT_TEXT (&writer, "reject_message");
  PUT_TEXT (&writer, "not\ntoday");
  PUT_TEXT (&writer, "error_code");
  PUT_TEXT (&writer, "IC0406");
  response = make_response (writer.data, writer.size);
  ic_cbor_writer_free (&writer);
  return response;
}

/* Gives zeros, at most LARGE of them, and breaks off after `limit`. */
static ssize_t
give_zeros (void *limit, uint64_t position, char *data, size_t max)
{
  if (position >= (uintptr_t) limit)
    return position >= LARGE ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
  memset (data, 0, max);
  return (ssize_t) (max < LARGE - position ? max : LARGE - position);
}

static struct MHD_Response *
zeros (uint64_t announced, uintptr_t limit)
{
  return MHD_create_response_from_callback (announced, 4096, give_zeros, (void *) limit, NULL);
}

static struct MHD_Response *
bomb (void)
{
  static uint8_t plain[LARGE], packed[LARGE];
  struct MHD_Response *response;
  uLongf size = sizeof packed;

  ck_assert_int_eq (compress (packed, &size, plain, sizeof plain), Z_OK);
  response = make_response (packed, size);
  MHD_add_response_header (response, "Content-Encoding", "deflate");
  return response;
}

/* Returns NULL to close the connection. */
static struct MHD_Response *
choose (const char *url, const struct upload *upload, unsigned *status)
{
  const char *number = strstr (url, "/status-");

  if (number != NULL) {
    struct MHD_Response *response = make_response ("no\nmore", 7);

    *status = (unsigned) strtoul (number + 8, NULL, 10);
    MHD_add_response_header (response, "Retry-After", "7");
    MHD_add_response_header (response, "Location", "http://elsewhere.invalid/");
    return response;
  }
  if (strstr (url, "/old/") != NULL && strstr (url, "/v2/") == NULL) {
    *status = MHD_HTTP_NOT_FOUND;
    return make_response ("what?", 5);
  }
  if (strstr (url, "/old/") != NULL && strstr (url, "/call") != NULL && strstr (url, "/canister/") != NULL) {
    *status = MHD_HTTP_ACCEPTED;
    return make_response ("", 0);
  }
  if (strstr (url, "/read_state") != NULL)
    return make_response ("\xa1\x6b"
                          "certificate\x44"
                          "cert",
                          18);
  if (strstr (url, "/api/v2/status") != NULL)
    return make_response ("\xa0", 1);
  if (strstr (url, "/call/") != NULL)
    return make_response ("\xa2\x66status\x67replied\x6b"
                          "certificate\x44"
                          "cert",
                          33);
  if (strstr (url, "/reject/") != NULL)
    return rejected ();
  if (strstr (url, "/close/") != NULL)
    return NULL;
  if (strstr (url, "/cut/") != NULL)
    return zeros (50000, 8192);
  if (strstr (url, "/large/") != NULL)
    return zeros (LARGE, LARGE);
  if (strstr (url, "/chunked/") != NULL)
    return zeros (MHD_SIZE_UNKNOWN, LARGE);
  if (strstr (url, "/bomb/") != NULL)
    return bomb ();
  if (strstr (url, "/garbage/") != NULL) {
    struct MHD_Response *response = make_response ("<html>Log in first</html>", 25);

    MHD_add_response_header (response, "Content-Type", "text/html");
    return response;
  }
  if (strstr (url, "/delay/") != NULL)
    usleep (300000);
  if (strstr (url, "/hang/") != NULL)
    sleep (3);
  return echo (upload);
}

static enum MHD_Result
handle (void *context, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *data, size_t *size, void **state)
{
  struct server *server = context;
  struct upload *upload = *state;
  struct MHD_Response *response;
  unsigned status = MHD_HTTP_OK;
  enum MHD_Result result;

  (void) method;
  (void) version;
  if (upload == NULL) {
    *state = calloc (1, sizeof *upload);
    return *state != NULL ? MHD_YES : MHD_NO;
  }
  if (*size > 0) {
    ck_assert_uint_le (*size, sizeof upload->data - upload->size);
    memcpy (upload->data + upload->size, data, *size);
    upload->size += *size;
    *size = 0;
    return MHD_YES;
  }
  atomic_fetch_add (&server->requests, 1);
  response = choose (url, upload, &status);
  if (response == NULL)
    return MHD_NO;
  result = MHD_queue_response (connection, status, response);
  MHD_destroy_response (response);
  return result;
}

static void
complete (void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
  (void) context;
  (void) connection;
  (void) why;
  free (*state);
}

static void
count_connection (void *context, struct MHD_Connection *connection, void **state,
                  enum MHD_ConnectionNotificationCode what)
{
  struct server *server = context;

  (void) connection;
  (void) state;
  if (what == MHD_CONNECTION_NOTIFY_STARTED)
    atomic_fetch_add (&server->connections, 1);
}

struct server *
server_start (void)
{
  const struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct server *server = calloc (1, sizeof *server);

  ck_assert_ptr_nonnull (server);
  server->daemon =
      MHD_start_daemon (MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL,
                        handle, server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED, complete,
                        NULL, MHD_OPTION_NOTIFY_CONNECTION, count_connection, server, MHD_OPTION_END);
  ck_assert_ptr_nonnull (server->daemon);
  return server;
}

void
server_stop (struct server *server)
{
  MHD_stop_daemon (server->daemon);
  for (size_t i = 0; i < server->url_count; i++)
    free (server->urls[i]);
  free (server);
}

const char *
server_url (struct server *server, const char *fault)
{
  unsigned port = MHD_get_daemon_info (server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
  char *url;

  ck_assert_uint_lt (server->url_count, MAX_URLS);
  ck_assert_int_gt (asprintf (&url, "http://127.0.0.1:%u/%s/", port, fault), 0);
  server->urls[server->url_count++] = url;
  return url;
}

unsigned
server_requests (struct server *server)
{
  return atomic_load (&server->requests);
}

unsigned
server_connections (struct server *server)
{
  return atomic_load (&server->connections);
}
