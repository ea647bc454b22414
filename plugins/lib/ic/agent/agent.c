/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/agent.h"

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ic/agent/envelope.h"
#include "ic/agent/exchange.h"
#include "ic/agent/url.h"

#define NONCE_SIZE 16

/* No URL is left alone for longer, whatever it asks for. */
#define LONGEST_HOLD_MS 600000u

/* The life of an exchange:
 *
 *   ic_agent_submit ──▶ pending ──────────────────────────────▶ ic_agent_collect
 *                         │  ▲   answered, failed, late, aborted
 *                         ▼  │
 *                   404: asked again with an older version
 *
 * libcurl's multi handle does the transfers and keeps connections for later ones; every exchange has an easy
 * handle of its own. */

/* A URL, and for each kind of request the version of the interface that it is known to answer. */
struct host {
  struct ic_url url;
  unsigned version[IC_AGENT_STATUS + 1];
  uint64_t held_ms; /* by the monotonic clock: until then it wants to be left alone */
};

struct ic_agent {
  CURLM *multi;
  struct curl_slist *headers;
  struct ic_agent_options options; /* what it points to is in the fields below */
  struct ic_identity identity;
  char *user_agent, *ca_file;
  struct host *hosts;
  size_t host_count, current;
  struct exchange *pending; /* submitted and not collected */
  size_t pending_count;
  uint64_t left_ms; /* when ic_agent_collect last returned: deadlines stand still from then on */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool libraries_ready;

static void
start_libraries (void)
{
  libraries_ready = curl_global_init (CURL_GLOBAL_DEFAULT) == CURLE_OK && sodium_init () >= 0;
}

static uint64_t
clock_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* Assumes the newest version of everything. */
static bool
add_host (struct ic_agent *agent, const char *url, struct ic_error *error)
{
  struct host *host = &agent->hosts[agent->host_count];

  if (!ic_url_read (&host->url, url, error))
    return false;
  for (int kind = IC_AGENT_QUERY; kind <= IC_AGENT_STATUS; kind++)
    host->version[kind] = exchange_newest_version ((enum ic_agent_kind) kind);
  agent->host_count++;
  return true;
}

/* An empty Expect spares large requests a round trip. */
static bool
set_headers (struct ic_agent *agent)
{
  static const char *const lines[] = { "Content-Type: application/cbor", "Accept: application/cbor",
                                       "Expect:" };

  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    struct curl_slist *longer = curl_slist_append (agent->headers, lines[i]);

    if (longer == NULL)
      return false;
    agent->headers = longer;
  }
  return true;
}

static unsigned
or_default (unsigned value, unsigned otherwise)
{
  return value != 0 ? value : otherwise;
}

static bool
set_up (struct ic_agent *agent, const struct ic_agent_options *options, struct ic_error *error)
{
  agent->options = *options;
  agent->options.connect_timeout_ms = or_default (options->connect_timeout_ms, 10000);
  agent->options.timeout_ms = or_default (options->timeout_ms, 30000);
  agent->options.expiry_s = or_default (options->expiry_s, 240);
  if (options->max_response == 0)
    agent->options.max_response = (size_t) 4 << 20;
  if (options->identity != NULL)
    agent->identity = *options->identity;
  else
    ic_identity_anonymous (&agent->identity);
  agent->left_ms = clock_ms ();
  agent->multi = curl_multi_init ();
  agent->user_agent = strdup (options->user_agent != NULL ? options->user_agent : "libic");
  agent->ca_file = options->ca_file != NULL ? strdup (options->ca_file) : NULL;
  agent->hosts = calloc (options->url_count, sizeof *agent->hosts);
  if (agent->multi == NULL || agent->user_agent == NULL || agent->hosts == NULL || !set_headers (agent)
      || (agent->ca_file == NULL && options->ca_file != NULL)) {
    ic_error_set (error, "out of memory");
    return false;
  }
  for (size_t i = 0; i < options->url_count; i++)
    if (!add_host (agent, options->urls[i], error))
      return false;
  return true;
}

struct ic_agent *
ic_agent_new (const struct ic_agent_options *options, struct ic_error *error)
{
  struct ic_agent *agent;

  pthread_once (&once, start_libraries);
  if (!libraries_ready || options->url_count == 0 || options->url_count > IC_AGENT_URLS) {
    ic_error_set (error,
                  !libraries_ready          ? "libcurl or libsodium cannot be used"
                  : options->url_count == 0 ? "no URL was given"
                                            : "more than %d URLs were given",
                  IC_AGENT_URLS);
    return NULL;
  }
  agent = calloc (1, sizeof *agent);
  if (agent == NULL) {
    ic_error_set (error, "out of memory");
    return NULL;
  }
  if (!set_up (agent, options, error)) {
    ic_agent_free (agent);
    return NULL;
  }
  return agent;
}

/* Takes an exchange out of the agent's hands: what is left is memory, which any thread may free. */
static struct exchange *
release (struct ic_agent *agent, struct exchange *exchange)
{
  for (struct exchange **link = &agent->pending; *link != NULL; link = &(*link)->next)
    if (*link == exchange) {
      *link = exchange->next;
      break;
    }
  agent->pending_count--;
  curl_multi_remove_handle (agent->multi, exchange->easy);
  curl_easy_cleanup (exchange->easy);
  exchange->easy = NULL;
  return exchange;
}

void
ic_agent_free (struct ic_agent *agent)
{
  if (agent == NULL)
    return;
  while (agent->pending != NULL)
    exchange_free (release (agent, agent->pending));
  if (agent->multi != NULL)
    curl_multi_cleanup (agent->multi);
  curl_slist_free_all (agent->headers);
  for (size_t i = 0; i < agent->host_count; i++)
    ic_url_free (&agent->hosts[i].url);
  free (agent->hosts);
  free (agent->user_agent);
  free (agent->ca_file);
  ic_identity_wipe (&agent->identity);
  free (agent);
}

/* Writes the envelope of a request that is valid from now on. */
static void
put_envelope (struct ic_agent *agent, const struct ic_agent_request *request, struct exchange *exchange)
{
  const struct ic_principal *callee = request->callee != NULL ? request->callee : &request->effective;
  const bool asks = request->kind == IC_AGENT_QUERY || request->kind == IC_AGENT_CALL;
  static const char *const types[] = { "query", "call", "read_state" };
  uint8_t nonce[NONCE_SIZE];
  struct ic_request content = { .request_type = types[request->kind] };
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  content.ingress_expiry =
      ((uint64_t) now.tv_sec + agent->options.expiry_s) * UINT64_C (1000000000) + (uint64_t) now.tv_nsec;
  if (asks) {
    content.canister_id = (struct bytes){ callee->bytes, callee->size };
    content.method_name = request->method;
    content.arg = request->arg;
    if (content.arg.data == NULL)
      content.arg.data = (const uint8_t *) "";
  } else {
    content.paths = request->paths;
    content.path_count = request->path_count;
  }
  /* Two equal calls must not be taken for one. */
  if (request->kind == IC_AGENT_CALL) {
    randombytes_buf (nonce, sizeof nonce);
    content.nonce = (struct bytes){ nonce, sizeof nonce };
  }
  ic_envelope_put (&exchange->envelope, &content, &agent->identity, exchange->result.request_id);
}

static void
set_transfer_options (struct ic_agent *agent, struct exchange *exchange)
{
  CURL *easy = exchange->easy;

  curl_easy_setopt (easy, CURLOPT_PRIVATE, exchange);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, exchange->curl_error);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, agent->user_agent);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, agent->headers);
  curl_easy_setopt (easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long) agent->options.connect_timeout_ms);
  curl_easy_setopt (easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t) exchange->max_response);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, exchange_write);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, exchange);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, exchange_head);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  if (agent->ca_file != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, agent->ca_file);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT,
                    1L); /* never wait for a name to be resolved that nobody needs */
#endif
  if (exchange->result.kind != IC_AGENT_STATUS) {
    curl_easy_setopt (easy, CURLOPT_POSTFIELDS, exchange->envelope.data);
    curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) exchange->envelope.size);
  }
}

/* Starts or, with another version of the interface, restarts the transfer.
 *
 * PIPEWAIT lets requests that are made together share one HTTP/2 connection. Without TLS there is no HTTP/2
 * here, and waiting would only hold them up. */
static bool
start (struct ic_agent *agent, struct exchange *exchange)
{
  const char *base = agent->hosts[exchange->result.host].url.base;

  if (!exchange_set_url (exchange, base))
    return false;
  curl_easy_setopt (exchange->easy, CURLOPT_URL, exchange->url);
  curl_easy_setopt (exchange->easy, CURLOPT_PIPEWAIT, strncmp (base, "https:", 6) == 0 ? 1L : 0L);
  exchange->body_size = 0;
  exchange->curl_error[0] = '\0';
  return curl_multi_add_handle (agent->multi, exchange->easy) == CURLM_OK;
}

/* ---- URLs ----------------------------------------------------------------------------------------- */

static bool
is_free (const struct ic_agent *agent, size_t host, uint64_t avoid, uint64_t now)
{
  return (avoid >> host & 1) == 0 && agent->hosts[host].held_ms <= now;
}

bool
ic_agent_can_ask (const struct ic_agent *agent, uint64_t avoid)
{
  uint64_t now = clock_ms ();

  for (size_t i = 0; i < agent->host_count; i++)
    if (is_free (agent, i, avoid, now))
      return true;
  return false;
}

/* The one that is free first. */
static size_t
first_free (const struct ic_agent *agent)
{
  size_t first = agent->current;

  for (size_t i = 0; i < agent->host_count; i++)
    if (agent->hosts[i].held_ms < agent->hosts[first].held_ms)
      first = i;
  return first;
}

uint64_t
ic_agent_held_ms (const struct ic_agent *agent)
{
  uint64_t until = agent->hosts[first_free (agent)].held_ms, now = clock_ms ();

  return until > now ? until - now : 0;
}

/* The present one, or the next that may be asked. */
static size_t
choose_host (const struct ic_agent *agent, uint64_t avoid)
{
  uint64_t now = clock_ms ();

  if (!ic_agent_can_ask (agent, avoid))
    avoid = 0;
  for (size_t i = 0; i < agent->host_count; i++) {
    size_t host = (agent->current + i) % agent->host_count;

    if (is_free (agent, host, avoid, now))
      return host;
  }
  return first_free (agent);
}

/* Of several exchanges that fail on one URL together, only the first moves on. */
void
ic_agent_blame (struct ic_agent *agent, size_t host)
{
  if (host == agent->current)
    agent->current = (agent->current + 1) % agent->host_count;
}

/* ---- exchanges ------------------------------------------------------------------------------------ */

static bool
prepare (struct ic_agent *agent, const struct ic_agent_request *request, struct exchange *exchange)
{
  exchange->result.kind = request->kind;
  exchange->effective = request->effective;
  exchange->subnet = request->subnet;
  exchange->max_response = agent->options.max_response;
  exchange->result.host = choose_host (agent, request->avoid);
  exchange->version = agent->hosts[exchange->result.host].version[request->kind];
  exchange->deadline_ms = agent->left_ms + agent->options.timeout_ms;
  if (request->kind != IC_AGENT_STATUS)
    put_envelope (agent, request, exchange);
  exchange->easy = curl_easy_init ();
  if (exchange->envelope.failed || exchange->easy == NULL)
    return false;
  set_transfer_options (agent, exchange);
  return start (agent, exchange);
}

bool
ic_agent_submit (struct ic_agent *agent, const struct ic_agent_request *request, void *tag,
                 struct ic_error *error)
{
  struct exchange *exchange = calloc (1, sizeof *exchange);
  int running;

  if (agent->pending == NULL)
    agent->left_ms = clock_ms ();
  if (exchange == NULL || !prepare (agent, request, exchange)) {
    exchange_free (exchange);
    ic_error_set (error, "out of memory");
    return false;
  }
  exchange->result.tag = tag;
  exchange->next = agent->pending;
  agent->pending = exchange;
  agent->pending_count++;
  curl_multi_perform (agent->multi, &running);
  return true;
}

size_t
ic_agent_pending (const struct ic_agent *agent)
{
  return agent->pending_count;
}

void
ic_agent_cancel (struct ic_agent *agent, const void *tag)
{
  struct exchange *exchange = agent->pending, *next;

  for (; exchange != NULL; exchange = next) {
    next = exchange->next;
    if (exchange->result.tag == tag)
      exchange_free (release (agent, exchange));
  }
}

/* Asks again with an older version of the interface if the URL does not know this one. */
static bool
falls_back (struct ic_agent *agent, struct exchange *exchange, CURLcode code)
{
  long status = 0;

  curl_easy_getinfo (exchange->easy, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK || status != 404 || exchange->version <= 2)
    return false;
  curl_multi_remove_handle (agent->multi, exchange->easy);
  exchange->version--;
  return start (agent, exchange);
}

/* What the end of an exchange teaches about its URL: the version that it answers, or that the next one had
 * better be tried, and for how long. */
static void
learn (struct ic_agent *agent, const struct exchange *exchange)
{
  const struct ic_agent_result *result = &exchange->result;
  struct host *host = &agent->hosts[result->host];

  if (result->outcome == IC_AGENT_OK || result->outcome == IC_AGENT_REJECTED)
    host->version[result->kind] = exchange->version;
  else if (result->outcome != IC_AGENT_ABORTED)
    ic_agent_blame (agent, result->host);
  if (result->retry_after_ms > 0)
    host->held_ms =
        clock_ms () + (result->retry_after_ms < LONGEST_HOLD_MS ? result->retry_after_ms : LONGEST_HOLD_MS);
}

/* An exchange that libcurl has finished with, or NULL. */
static struct exchange *
next_finished (struct ic_agent *agent)
{
  struct exchange *exchange;
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read (agent->multi, &left)) != NULL) {
    CURLcode code = message->data.result;

    curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, (char **) &exchange);
    if (falls_back (agent, exchange, code))
      continue;
    exchange_finish (exchange, code);
    return release (agent, exchange);
  }
  return NULL;
}

/* An exchange whose time is over, or NULL. */
static struct exchange *
next_late (struct ic_agent *agent, uint64_t now)
{
  char reason[64];

  for (struct exchange *exchange = agent->pending; exchange != NULL; exchange = exchange->next)
    if (exchange->deadline_ms <= now) {
      snprintf (reason, sizeof reason, "no complete answer within %u ms", agent->options.timeout_ms);
      exchange_end (exchange, IC_AGENT_RETRY, reason);
      return release (agent, exchange);
    }
  return NULL;
}

/* An error on the descriptor counts, too: better to stop than never to hear of it. */
static bool
is_aborted (const struct ic_agent *agent)
{
  struct pollfd fd = { .fd = agent->options.abort_fd, .events = POLLIN };

  return agent->options.abort_fd >= 0 && poll (&fd, 1, 0) > 0;
}

/* One step: an exchange that is over for whatever reason, or NULL. */
static struct exchange *
step (struct ic_agent *agent)
{
  struct exchange *exchange = agent->pending;
  int running;

  if (exchange == NULL)
    return NULL;
  if (is_aborted (agent)) {
    exchange_end (exchange, IC_AGENT_ABORTED, "interrupted");
    return release (agent, exchange);
  }
  curl_multi_perform (agent->multi, &running);
  exchange = next_finished (agent);
  return exchange != NULL ? exchange : next_late (agent, clock_ms ());
}

/* Sleeps until something happens, at most until `until`. */
static void
wait_for_events (struct ic_agent *agent, uint64_t now, uint64_t until)
{
  struct curl_waitfd abort_fd = { .fd = agent->options.abort_fd, .events = CURL_WAIT_POLLIN };

  for (const struct exchange *exchange = agent->pending; exchange != NULL; exchange = exchange->next)
    if (exchange->deadline_ms < until)
      until = exchange->deadline_ms;
  if (until > now)
    curl_multi_poll (agent->multi, &abort_fd, abort_fd.fd >= 0 ? 1 : 0, (int) (until - now), NULL);
}

/* Deadlines are put off by the time that the caller was away, in which nothing was read from the network. */
struct ic_agent_result *
ic_agent_collect (struct ic_agent *agent, unsigned timeout_ms)
{
  uint64_t now = clock_ms ();
  const uint64_t until = now + (timeout_ms < INT32_MAX ? timeout_ms : INT32_MAX), away = now - agent->left_ms;
  struct exchange *exchange;

  for (exchange = agent->pending; exchange != NULL; exchange = exchange->next)
    exchange->deadline_ms += away;
  while ((exchange = step (agent)) == NULL && agent->pending != NULL && (now = clock_ms ()) < until)
    wait_for_events (agent, now, until);
  agent->left_ms = clock_ms ();
  if (exchange == NULL)
    return NULL;
  learn (agent, exchange);
  return &exchange->result;
}

void
ic_agent_result_free (struct ic_agent_result *result)
{
  exchange_free ((struct exchange *) result);
}
