/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/http/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bytes/cleanup.h"
#include "service/state/json-values.h"

#define JSON_TYPE "application/json"

const char *
request_header (const struct request *request, const char *name)
{
  return MHD_lookup_connection_value (request->connection, MHD_HEADER_KIND, name);
}

/* ---- answers ------------------------------------------------------------------------------------ */

/* What every answer has, whoever asks. */
static const struct {
  const char *name, *value;
} usual_headers[] = {
  { "Cache-Control", "no-store" },
  { "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" },
  { "Cross-Origin-Resource-Policy", "same-origin" },
  { "Referrer-Policy", "no-referrer" },
  { "X-Content-Type-Options", "nosniff" },
  { "X-Frame-Options", "DENY" },
};

/* A handler may change its mind: the reply that it made last counts. */
static void
take_response (struct reply *reply, unsigned status, const char *type, struct MHD_Response *response)
{
  if (reply->response != NULL)
    MHD_destroy_response (reply->response);
  reply->status = status;
  reply->response = response;
  if (response == NULL)
    return;
  if (type != NULL)
    MHD_add_response_header (response, "Content-Type", type);
  for (size_t i = 0; i < sizeof usual_headers / sizeof *usual_headers; i++)
    MHD_add_response_header (response, usual_headers[i].name, usual_headers[i].value);
}

void
reply_stream (struct reply *reply, const char *type, struct MHD_Response *response)
{
  take_response (reply, MHD_HTTP_OK, type, response);
}

void
reply_text (struct reply *reply, unsigned status, const char *type, const char *text, size_t size)
{
  CLEANUP_FREE char *copy = malloc (size + 1);
  struct MHD_Response *response = NULL;

  if (copy != NULL) {
    memcpy (copy, text, size);
    response = MHD_create_response_from_buffer (size, copy, MHD_RESPMEM_MUST_COPY);
  }
  take_response (reply, status, type, response);
}

void
reply_header (struct reply *reply, const char *name, const char *value)
{
  const char *before;

  if (reply->response == NULL)
    return;
  /* A second one of that name would be a list to some readers, and the first alone to others. */
  before = MHD_get_response_header (reply->response, name);
  if (before != NULL)
    MHD_del_response_header (reply->response, name, before);
  MHD_add_response_header (reply->response, name, value);
}

static void
reply_json (struct reply *reply, unsigned status, json_t *json)
{
  char *text = json != NULL ? json_dumps (json, JSON_COMPACT | JSON_REAL_PRECISION (9)) : NULL;
  struct MHD_Response *response =
      text != NULL ? MHD_create_response_from_buffer (strlen (text), text, MHD_RESPMEM_MUST_FREE) : NULL;

  if (response == NULL)
    free (text);
  json_decref (json);
  take_response (reply, status, JSON_TYPE, response);
}

void
reply_data (struct reply *reply, unsigned status, json_t *data)
{
  reply_json (reply, status, json_pack ("{s:b, s:o}", "success", 1, "data", data));
}

/* `error` is for programs and does not change; the details are for people, and may quote what they sent. */
void
reply_error (struct reply *reply, unsigned status, const char *error, const char *format, ...)
{
  char details[4096];
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (details, sizeof details, format, arguments);
  va_end (arguments);
  reply_json (reply, status,
              json_pack ("{s:b, s:s, s:o}", "success", 0, "error", error, "details", text_json (details)));
  /* All causes of this status pass by themselves. */
  if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
    reply_header (reply, "Retry-After", "5");
}
