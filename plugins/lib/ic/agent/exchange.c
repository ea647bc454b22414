/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "bytes/utf8.h"
#include "ic/agent/skew.h"

/* Of a plain-text answer, so much goes into the error text. */
#define MAX_EXCERPT 200

static const char *const endpoints[] = {
  [IC_AGENT_QUERY] = "query",
  [IC_AGENT_CALL] = "call",
  [IC_AGENT_READ_STATE] = "read_state",
};

unsigned
exchange_newest_version (enum ic_agent_kind kind)
{
  return kind == IC_AGENT_CALL ? 4 : kind == IC_AGENT_STATUS ? 2 : 3;
}

bool
exchange_set_url (struct exchange *exchange, const char *base)
{
  char id[IC_PRINCIPAL_TEXT_SIZE], *url;
  int size;

  ic_principal_text (&exchange->effective, id);
  if (exchange->result.kind == IC_AGENT_STATUS)
    size = asprintf (&url, "%s/api/v2/status", base);
  else
    size = asprintf (&url, "%s/api/v%u/%s/%s/%s", base, exchange->version,
                     exchange->subnet ? "subnet" : "canister", id, endpoints[exchange->result.kind]);
  if (size < 0)
    return false;
  free (exchange->url);
  exchange->url = url;
  exchange->result.url = url;
  return true;
}

/* Grows by what has come, never by what was announced. */
static bool
grow (struct exchange *exchange, size_t size)
{
  size_t capacity = exchange->body_capacity;
  uint8_t *body;

  if (size <= capacity)
    return true;
  while (capacity < size)
    capacity = capacity == 0 ? 16384 : 2 * capacity;
  if (capacity > exchange->max_response)
    capacity = exchange->max_response;
  body = realloc (exchange->body, capacity);
  if (body == NULL)
    return false;
  exchange->body = body;
  exchange->body_capacity = capacity;
  return true;
}

size_t
exchange_write (char *data, size_t size, size_t count, void *context)
{
  struct exchange *exchange = context;

  size *= count; /* libcurl always gives 1 for `size` */
  exchange->too_large = size > exchange->max_response - exchange->body_size;
  exchange->no_memory = !exchange->too_large && !grow (exchange, exchange->body_size + size);
  if (exchange->too_large || exchange->no_memory)
    return 0;
  if (size > 0)
    memcpy (exchange->body + exchange->body_size, data, size);
  exchange->body_size += size;
  return size;
}

void
exchange_end (struct exchange *exchange, enum ic_agent_outcome outcome, const char *reason)
{
  exchange->result.outcome = outcome;
  ic_error_set (&exchange->result.error, "%s: %s", exchange->url, reason);
}

#define DATE "date:"

size_t
exchange_head (char *data, size_t size, size_t count, void *context)
{
  struct exchange *exchange = context;
  char text[64];
  time_t date;

  size *= count;
  if (size <= sizeof DATE || size >= sizeof text || strncasecmp (data, DATE, sizeof DATE - 1) != 0)
    return size;
  memcpy (text, data + sizeof DATE - 1, size - sizeof DATE + 1);
  text[size - sizeof DATE + 1] = '\0';
  date = curl_getdate (text, NULL);
  if (date > 0)
    exchange->result.ahead_s = (int64_t) date - (int64_t) time (NULL);
  return size;
}

/* Failures of this machine. All others may pass: a certificate of TLS that does not fit may be that of a
 * network which wants to be signed in to. */
static bool
is_lasting (CURLcode code)
{
  switch (code) {
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_URL_MALFORMAT:
  case CURLE_NOT_BUILT_IN:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CACERT_BADFILE:
    return true;
  default:
    return false;
  }
}

/* What libcurl says differs from release to release, and of a connection that was closed it tells bytes. */
static const char *
own_words (CURLcode code)
{
  switch (code) {
  case CURLE_PARTIAL_FILE:
    return "the answer broke off: ";
  case CURLE_GOT_NOTHING:
    return "no answer: ";
  default:
    return "";
  }
}

/* No whole answer came. Answers beyond the limit are not what the network sends, so they are the fault of
 * one server, and worth another attempt. */
static void
finish_transfer_error (struct exchange *exchange, CURLcode code)
{
  const char *detail = exchange->curl_error[0] != '\0' ? exchange->curl_error : curl_easy_strerror (code);
  char reason[CURL_ERROR_SIZE + 64];

  if (exchange->too_large || code == CURLE_FILESIZE_EXCEEDED)
    snprintf (reason, sizeof reason, "the answer is larger than the limit of %zu bytes",
              exchange->max_response);
  else if (exchange->no_memory)
    snprintf (reason, sizeof reason, "out of memory");
  else
    snprintf (reason, sizeof reason, "%s%s", own_words (code), detail);
  exchange_end (exchange, is_lasting (code) ? IC_AGENT_FAILED : IC_AGENT_RETRY, reason);
}

/* The beginning of an answer in plain text, up to a line end. */
static struct bytes
excerpt (const struct exchange *exchange)
{
  struct bytes text = { exchange->body,
                        exchange->body_size < MAX_EXCERPT ? exchange->body_size : MAX_EXCERPT };

  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '\n' || text.data[i] == '\r')
      text.size = i;
  text.size = text.size > 0 ? utf8_prefix (text.data, text.size) : 0;
  return text;
}

/* A request is valid for some minutes by the clock of whoever gets it. */
static void
tell_skew (struct exchange *exchange, struct bytes text)
{
  static const char word[] = "expiry";

  if (exchange->result.http_status != 400 || ic_skew_tell (exchange->result.ahead_s, &exchange->result.error))
    return;
  for (size_t i = 0; i + sizeof word - 1 <= text.size; i++)
    if (memcmp (text.data + i, word, sizeof word - 1) == 0) {
      ic_error_prefix (&exchange->result.error, "perhaps this machine's clock is wrong");
      return;
    }
}

/* Replicas and boundary nodes explain themselves in plain text, and so do those who stand in between: nothing
 * tells which of them it was, so every status may pass. */
static void
finish_http_error (struct exchange *exchange)
{
  const long status = exchange->result.http_status;
  const struct bytes text = excerpt (exchange);
  char *location = NULL;
  curl_off_t wait = 0;

  exchange->result.outcome = IC_AGENT_RETRY;
  if (curl_easy_getinfo (exchange->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
    exchange->result.retry_after_ms =
        (uint64_t) wait > UINT64_MAX / 1000 ? UINT64_MAX : (uint64_t) wait * 1000;
  curl_easy_getinfo (exchange->easy, CURLINFO_REDIRECT_URL, &location);
  if (status >= 300 && status < 400)
    ic_error_set (&exchange->result.error, "%s: HTTP status %ld to %s; redirects are not followed",
                  exchange->url, status, location != NULL ? location : "an unnamed place");
  else
    ic_error_set (&exchange->result.error, "%s: HTTP status %ld%s%.*s", exchange->url, status,
                  text.size > 0 ? ": " : "", (int) text.size, (const char *) text.data);
  tell_skew (exchange, text);
}

/* Reads the answer by its kind. Returns whether it is well-formed. */
static bool
read_answer (struct exchange *exchange)
{
  struct ic_agent_result *result = &exchange->result;

  switch (result->kind) {
  case IC_AGENT_QUERY:
    if (!ic_query_response_read (&result->query, result->body, &exchange->arena, &result->error))
      return false;
    result->outcome = result->query.rejected ? IC_AGENT_REJECTED : IC_AGENT_OK;
    result->reject = result->query.reject;
    return true;
  case IC_AGENT_CALL:
    if (!ic_call_response_read (&result->call, result->http_status, result->body, &exchange->arena,
                                &result->error))
      return false;
    result->outcome = result->call.status == IC_CALL_REJECTED ? IC_AGENT_REJECTED : IC_AGENT_OK;
    result->reject = result->call.reject;
    return true;
  case IC_AGENT_READ_STATE:
    result->outcome = IC_AGENT_OK;
    return ic_read_state_response_read (&result->certificate, result->body, &exchange->arena, &result->error);
  case IC_AGENT_STATUS:
    result->outcome = IC_AGENT_OK;
    return ic_status_response_read (&result->status, result->body, &exchange->arena, &result->error);
  }
  return false;
}

/* An answer that cannot be read comes from something else than a replica, or from a broken one. */
static void
finish_answer (struct exchange *exchange)
{
  char *type = NULL;

  if (!read_answer (exchange)) {
    curl_easy_getinfo (exchange->easy, CURLINFO_CONTENT_TYPE, &type);
    exchange->result.outcome = IC_AGENT_RETRY;
    ic_error_prefix (&exchange->result.error, "%s: an answer of type %s that makes no sense", exchange->url,
                     type != NULL ? type : "unknown");
  } else if (exchange->result.outcome == IC_AGENT_REJECTED) {
    ic_reject_describe (&exchange->result.reject, &exchange->result.error);
    ic_error_prefix (&exchange->result.error, "%s", exchange->url);
  }
}

void
exchange_finish (struct exchange *exchange, CURLcode code)
{
  curl_easy_getinfo (exchange->easy, CURLINFO_RESPONSE_CODE, &exchange->result.http_status);
  exchange->result.body = (struct bytes){ exchange->body, exchange->body_size };
  if (code != CURLE_OK)
    finish_transfer_error (exchange, code);
  else if (exchange->result.http_status != 200 && exchange->result.http_status != 202)
    finish_http_error (exchange);
  else
    finish_answer (exchange);
}

void
exchange_free (struct exchange *exchange)
{
  if (exchange == NULL)
    return;
  if (exchange->easy != NULL)
    curl_easy_cleanup (exchange->easy);
  ic_cbor_writer_free (&exchange->envelope);
  ic_arena_free (&exchange->arena);
  free (exchange->body);
  free (exchange->url);
  free (exchange);
}
