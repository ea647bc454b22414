/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/webhook/post.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "bytes/cleanup.h"

#define RETRY_AFTER_MAX_S (24 * 3600)
#define EXCERPT_MAX 120

/* One request under way. libcurl reads `body` and `ca_file` where they are. */
struct post {
  struct post *next;
  void *context;
  CURL *easy;
  struct curl_slist *headers;
  char *body;
  char *origin;      /* of the URL that was asked for */
  uint64_t deadline; /* CLOCK_MONOTONIC, ns */
  unsigned hops;
  size_t header_bytes, body_bytes; /* of the answer at hand */
  char excerpt[EXCERPT_MAX + 1];   /* of its body */
  char error[CURL_ERROR_SIZE];
};

struct webhook_poster {
  CURLM *multi;
  struct post *posts;
  int count; /* of them */
};

/* ---- URLs ---------------------------------------------------------------------------------------- */

static void
cleanup_curl_url (CURLU **url)
{
  curl_url_cleanup (*url);
}

static void
cleanup_curl_text (char **text)
{
  curl_free (*text);
}

#define CLEANUP_CURL_TEXT CLEANUP (cleanup_curl_text)

/* Names of hosts are compared without regard to case and ports by what they mean, so that a redirect from
 * https://A/ to https://a:443/ stays on one origin. */
char *
webhook_url_origin (const char *text)
{
  CLEANUP (cleanup_curl_url) CURLU *url = curl_url ();
  CLEANUP_CURL_TEXT char *scheme = NULL;
  CLEANUP_CURL_TEXT char *host = NULL;
  CLEANUP_CURL_TEXT char *port = NULL;
  char *origin = NULL;

  if (url == NULL || curl_url_set (url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK
      || curl_url_get (url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK
      || curl_url_get (url, CURLUPART_HOST, &host, 0) != CURLUE_OK || host[0] == '\0') {
    fail ("expected a URL like https://example.org/hook");
    return NULL;
  }
  curl_url_get (url, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
  for (char *p = host; *p != '\0'; p++)
    *p = *p >= 'A' && *p <= 'Z' ? (char) (*p - 'A' + 'a') : *p;
  if (asprintf (&origin, "%s://%s%s%s", scheme, host, port ? ":" : "", port ? port : "") < 0) {
    fail ("no memory for a URL");
    return NULL;
  }
  return origin;
}

/* ---- the answer ---------------------------------------------------------------------------------- */

static size_t
take_header (char *data, size_t size, size_t count, void *context)
{
  struct post *post = context;

  if (size * count >= 5 && strncasecmp (data, "HTTP/", 5) == 0)
    post->body_bytes = 0;
  post->header_bytes += size * count;
  return post->header_bytes <= WEBHOOK_ANSWER_MAX ? size * count : 0;
}

/* Keeps the beginning for the reason of a failure. */
static size_t
take_body (char *data, size_t size, size_t count, void *context)
{
  struct post *post = context;

  size *= count;
  for (size_t i = 0; i < size && post->body_bytes + i < EXCERPT_MAX; i++) {
    post->excerpt[post->body_bytes + i] = data[i] >= ' ' && data[i] <= '~' ? data[i] : ' ';
    post->excerpt[post->body_bytes + i + 1] = '\0';
  }
  post->body_bytes += size;
  return post->body_bytes <= WEBHOOK_ANSWER_MAX ? size : 0;
}

/* libcurl's messages may hold what the other side sent. */
static void
keep_printable (char *text)
{
  for (; *text != '\0'; text++)
    if (*text < ' ' || *text > '~')
      *text = ' ';
}

/* 2xx is delivered and 410 is a farewell; all else may pass, also 4xx: a receiver whose access rules were
 * wrong for an hour must not lose the messages of that hour. */
static void
judge_status (const struct post *post, long status, struct webhook_outcome *outcome)
{
  curl_off_t wait = 0;

  if (status >= 200 && status < 300) {
    outcome->kind = WEBHOOK_DELIVERED;
    return;
  }
  outcome->kind = status == 410 ? WEBHOOK_GONE : WEBHOOK_NOT_DELIVERED;
  snprintf (outcome->reason, sizeof outcome->reason, "%s answered with status %ld%s%s", post->origin, status,
            post->excerpt[0] ? ": " : "", post->excerpt);
  if (curl_easy_getinfo (post->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
    outcome->retry_after = (uint64_t) (wait < RETRY_AFTER_MAX_S ? wait : RETRY_AFTER_MAX_S) * 1000;
}

/* A receiver that has said 2xx has taken the message, even if the rest of its answer did not come. */
static void
judge (const struct post *post, CURLcode code, struct webhook_outcome *outcome)
{
  long status = 0;

  *outcome = (struct webhook_outcome){ .kind = WEBHOOK_NOT_DELIVERED };
  curl_easy_getinfo (post->easy, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK || status >= 200)
    judge_status (post, status, outcome);
  else if (code == CURLE_WRITE_ERROR)
    snprintf (outcome->reason, sizeof outcome->reason, "%s answered with more than %d bytes", post->origin,
              WEBHOOK_ANSWER_MAX);
  else
    snprintf (outcome->reason, sizeof outcome->reason, "%s: %s", post->origin,
              post->error[0] ? post->error : curl_easy_strerror (code));
  keep_printable (outcome->reason);
}

/* ---- redirects ----------------------------------------------------------------------------------- */

/* Begins again at the URL that the receiver named. False if the post is over, with the outcome set where
 * redirects are the cause. */
static bool
follow (struct webhook_poster *poster, struct post *post, struct webhook_outcome *outcome)
{
  CLEANUP_FREE char *origin = NULL;
  char *location = NULL;
  uint64_t now = monotonic_ns ();
  long status = 0;

  curl_easy_getinfo (post->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (post->easy, CURLINFO_REDIRECT_URL, &location);
  if (location == NULL || (status != 301 && status != 302 && status != 307 && status != 308))
    return false;
  origin = webhook_url_origin (location);
  /* Another host would get a message, and with its signature proof of a secret, that were meant for this
   * one. */
  if (origin == NULL || strcmp (origin, post->origin) != 0) {
    snprintf (outcome->reason, sizeof outcome->reason,
              "%s redirects (status %ld) to %s: redirects are followed on the same scheme, host and port "
              "only",
              post->origin, status, origin != NULL ? origin : "what is no URL");
    keep_printable (outcome->reason);
    return false;
  }
  if (post->hops++ >= WEBHOOK_HOPS_MAX || now >= post->deadline) {
    snprintf (outcome->reason, sizeof outcome->reason, "%s redirects more than %d times, or for too long",
              post->origin, WEBHOOK_HOPS_MAX);
    return false;
  }
  post->header_bytes = post->body_bytes = 0;
  post->excerpt[0] = post->error[0] = '\0';
  /* The time is for all hops together. What is left of it is rounded up, for 0 would be no limit at all. */
  return curl_easy_setopt (post->easy, CURLOPT_URL, location) == CURLE_OK
         && curl_easy_setopt (post->easy, CURLOPT_TIMEOUT_MS, (long) ((post->deadline - now) / 1000000 + 1))
                == CURLE_OK
         && curl_multi_add_handle (poster->multi, post->easy) == CURLM_OK;
}

/* ---- one request --------------------------------------------------------------------------------- */

static void
post_free (struct post *post)
{
  curl_easy_cleanup (post->easy);
  curl_slist_free_all (post->headers);
  free (post->body);
  free (post->origin);
  free (post);
}

static bool
add_header (struct post *post, const char *name, const char *value)
{
  CLEANUP_FREE char *line = NULL;
  struct curl_slist *longer;

  if (asprintf (&line, "%s: %s", name, value) < 0) {
    line = NULL;
    return false;
  }
  longer = curl_slist_append (post->headers, line);
  if (longer == NULL)
    return false;
  post->headers = longer;
  return true;
}

static bool
set_options (struct post *post, const struct webhook_request *request)
{
  CURL *easy = post->easy;

  curl_easy_setopt (easy, CURLOPT_PRIVATE, post);
  /* Or libcurl may bound the look-up of a name by SIGALRM, which no process with threads can bear. */
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, post->error);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "dcpipe/" PACKAGE_VERSION);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, post->headers);
  /* Redirects are followed by hand, which keeps the method and the origin; libcurl would make a GET of
   * some. */
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, (long) request->timeout);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, post);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, post);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, post->body);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) strlen (post->body));
  if (request->ca_file != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, request->ca_file);
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L); /* the end of the process waits for no name */
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS, (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  return curl_easy_setopt (easy, CURLOPT_URL, request->url) == CURLE_OK;
}

/* Expect is emptied because libcurl would wait a second for "100 Continue" from receivers that do not know
 * it. */
static struct post *
post_make (const struct webhook_request *request, void *context)
{
  struct post *post = calloc (1, sizeof *post);

  if (post == NULL)
    return NULL;
  post->context = context;
  post->deadline = monotonic_ns () + request->timeout * 1000000;
  post->easy = curl_easy_init ();
  post->body = strdup (request->body);
  post->origin = webhook_url_origin (request->url);
  if (post->easy != NULL && post->body != NULL && post->origin != NULL
      && add_header (post, "Content-Type", "application/json") && add_header (post, "Expect", "")
      && add_header (post, "webhook-id", request->id)
      && add_header (post, "webhook-timestamp", request->timestamp)
      && add_header (post, "webhook-signature", request->signatures) && set_options (post, request))
    return post;
  post_free (post);
  return NULL;
}

/* ---- all of them --------------------------------------------------------------------------------- */

struct webhook_poster *
webhook_poster_make (void)
{
  struct webhook_poster *poster = calloc (1, sizeof *poster);

  if (poster != NULL && curl_global_init (CURL_GLOBAL_DEFAULT) == CURLE_OK)
    poster->multi = curl_multi_init ();
  if (poster != NULL && poster->multi != NULL)
    return poster;
  fail ("libcurl cannot be used, or no memory is left");
  free (poster);
  return NULL;
}

static void
unlink_post (struct webhook_poster *poster, const struct post *post)
{
  struct post **place = &poster->posts;

  while (*place != post)
    place = &(*place)->next;
  *place = post->next;
  poster->count--;
}

void
webhook_poster_free (struct webhook_poster *poster)
{
  struct post *post, *next;

  if (poster == NULL)
    return;
  for (post = poster->posts; post != NULL; post = next) {
    next = post->next;
    curl_multi_remove_handle (poster->multi, post->easy);
    post_free (post);
  }
  curl_multi_cleanup (poster->multi);
  free (poster);
}

bool
webhook_poster_start (struct webhook_poster *poster, const struct webhook_request *request, void *context)
{
  struct post *post = post_make (request, context);

  if (post == NULL || curl_multi_add_handle (poster->multi, post->easy) != CURLM_OK) {
    fail ("no memory for a request");
    if (post != NULL)
      post_free (post);
    return false;
  }
  post->next = poster->posts;
  poster->posts = post;
  poster->count++;
  return true;
}

void
webhook_poster_work (struct webhook_poster *poster, uint64_t milliseconds)
{
  int running = 0;

  curl_multi_perform (poster->multi, &running);
  if (running < poster->count) /* one is done already, and polling would not tell */
    return;
  curl_multi_poll (poster->multi, NULL, 0, milliseconds > 3600000 ? 3600000 : (int) milliseconds, NULL);
  curl_multi_perform (poster->multi, &running);
}

void
webhook_poster_wake (struct webhook_poster *poster)
{
  curl_multi_wakeup (poster->multi);
}

void *
webhook_poster_next (struct webhook_poster *poster, struct webhook_outcome *outcome)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read (poster->multi, &left)) != NULL) {
    struct post *post = NULL;
    CURLcode code = message->data.result;
    void *context;

    /* The code was taken before: the message is gone once its handle is removed. And it is removed before it
     * is judged, since a redirect adds the same handle again. */
    curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, (char **) &post);
    curl_multi_remove_handle (poster->multi, post->easy);
    judge (post, code, outcome);
    if (follow (poster, post, outcome))
      continue;
    context = post->context;
    unlink_post (poster, post);
    post_free (post);
    return context;
  }
  return NULL;
}
