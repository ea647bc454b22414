/* SPDX-License-Identifier: Apache-2.0 */
/* Posts messages over HTTP, several at once, on one thread. */
#ifndef DCPIPE_SERVICE_WEBHOOK_POST_H
#define DCPIPE_SERVICE_WEBHOOK_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is read of a receiver's answer, headers and body each, and how many redirects are followed. */
#define WEBHOOK_ANSWER_MAX 65536
#define WEBHOOK_HOPS_MAX 5

struct webhook_poster;

struct webhook_request {
  const char *url;
  const char *ca_file;                     /* or NULL */
  uint64_t timeout;                        /* ms, for all of it */
  const char *id, *timestamp, *signatures; /* the three headers */
  const char *body;                        /* JSON text */
};

/* What came of a request. */
struct webhook_outcome {
  enum { WEBHOOK_DELIVERED, WEBHOOK_GONE, WEBHOOK_NOT_DELIVERED } kind;
  uint64_t retry_after; /* ms; 0 if the receiver did not name a pause */
  char reason[384];     /* why not, in printable ASCII; without the URL's path, which may be a secret */
};

/* "scheme://host" and the port, if it is another than the scheme's: to be freed; NULL after fail. */
char *webhook_url_origin (const char *url);

/* NULL after fail. To be called before other threads start: libcurl may need it. */
struct webhook_poster *webhook_poster_make (void);
void webhook_poster_free (struct webhook_poster *poster);

/* Starts a request; everything is copied but `context` and the ca_file. False after fail. */
bool webhook_poster_start (struct webhook_poster *poster, const struct webhook_request *request,
                           void *context);

/* Works on requests until one is done, `milliseconds` have passed or somebody calls _wake (any thread). */
void webhook_poster_work (struct webhook_poster *poster, uint64_t milliseconds);
void webhook_poster_wake (struct webhook_poster *poster);

/* The context of a request that is done, or NULL. */
void *webhook_poster_next (struct webhook_poster *poster, struct webhook_outcome *outcome);

#endif
