/* SPDX-License-Identifier: Apache-2.0 */
/* One hook: its messages that wait, when which of them is tried, and what came of them. All calls but
 * hook_open and hook_close are made with the webhooks' mutex held. */
#ifndef DCPIPE_SERVICE_WEBHOOK_HOOK_H
#define DCPIPE_SERVICE_WEBHOOK_HOOK_H

#include "config/webhook-settings.h"
#include "service/webhook/post.h"
#include "service/webhook/sign.h"
#include "service/webhook/store.h"

/* A message in the queue; the rest of it is in its file. */
struct queued {
  char id[WEBHOOK_ID_SIZE];
  uint64_t created_at; /* ms since 1970 */
  uint64_t attempts;
  uint64_t due; /* CLOCK_MONOTONIC, ns: not to be tried before */
};

/* All times without another word are CLOCK_MONOTONIC in ns; a wall clock that jumps delays no attempt. */
struct hook {
  const struct webhook_settings *settings;
  struct webhook_secret secret, old_secret; /* the old one's size is 0 if there is none */
  struct webhook_store store;
  char *origin; /* what is shown of the URL */
  struct queued *queue;
  size_t count, capacity;
  uint64_t failures; /* attempts that failed in a row, of whatever message */
  uint64_t due;      /* nothing is to be tried before */
  bool disabled;     /* it answered 410 */
  bool busy;         /* a request is under way, for ... */
  size_t place;      /* ... what stands there in the queue, which only grows meanwhile: ... */
  struct webhook_message current;
  uint64_t delivered, failed_attempts, given_up; /* since the start */
  uint64_t kept;                                 /* of those given up, on disk */
  uint64_t last_delivered_at;                    /* ms since 1970; 0 if none */
  char *last_error;                              /* of the newest attempt; NULL if that went well */
};

uint64_t wall_ms (void);

/* Opens the store and reads the queue. False after fail; to be closed in either case. */
bool hook_open (struct hook *hook, const struct webhook_settings *settings, const char *directory);
void hook_close (struct hook *hook);

bool hook_wants (const struct hook *hook, const char *type);

/* Makes room for one more message, so that hook_add cannot fail. False after fail. */
bool hook_reserve (struct hook *hook);
void hook_add (struct hook *hook, const struct webhook_message *message);

/* The message to be tried at `now`, or NULL: of those that are due the one with the fewest attempts, the
 * oldest of these, so that one that the receiver cannot take stops no other. */
const struct queued *hook_due (const struct hook *hook, uint64_t now);

/* When hook_due is to be asked next; UINT64_MAX: not before something changes. */
uint64_t hook_next_due (const struct hook *hook);

/* Signs and starts sending. False if that is not possible (now, or ever); the queue has changed then. */
bool hook_start (struct hook *hook, const struct queued *queued, struct webhook_poster *poster);

/* What came of the attempt under way. */
void hook_take_outcome (struct hook *hook, const struct webhook_outcome *outcome);

/* Gives up what has become too old without an attempt, because the hook is disabled. */
void hook_expire (struct hook *hook);

json_t *hook_status (const struct hook *hook);

#endif
