/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks after Standard Webhooks 1.0: messages about imports, kept on disk until their receiver has
 * answered with 2xx or they are given up.
 *
 *    webhooks_send ──file, fsync, rename──▶ STATE/webhooks/NAME/pending/ID.json
 *                                                 │  sender thread: POST, signed anew for each attempt
 *                                   2xx: removed ◀┴▶ too old: moved to STATE/webhooks/NAME/given-up/
 *
 * Every message reaches its receiver at least once, unless it is given up, and under the same webhook-id each
 * time: neither the end of the process, at any instruction, nor a loss of power drops one that webhooks_send
 * has taken. A receiver that answers 410 is left alone until the next start; what is meant for it is kept. */
#ifndef DCPIPE_SERVICE_WEBHOOK_WEBHOOK_H
#define DCPIPE_SERVICE_WEBHOOK_WEBHOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/ini.h"
#include "config/options.h"

struct webhooks;

/* The types of messages. */
#define WEBHOOK_COMPLETED "import.completed"
#define WEBHOOK_FAILED "import.failed"
#define WEBHOOK_DIVERGED "ledger.diverged"

/* One [webhook NAME] section. Durations are in milliseconds. */
struct webhook_settings {
  const char *name;
  const char *url;
  const char *secret;        /* whsec_ and base64 of 24 to 64 bytes */
  const char *old_secret;    /* NULL, or the one before: both sign while receivers change over */
  const char *const *events; /* types that it is told of, NULL at the end */
  uint64_t timeout;          /* of one attempt, redirects included */
  uint64_t give_up_after;    /* age at which a message that was not delivered is given up */
  uint64_t retry_first;      /* wait after the first failed attempt; it doubles with each further one ... */
  uint64_t retry_longest;    /* ... up to this */
  const char *ca_file;       /* NULL, or certificates that https is verified with instead of the system's */
};

/* All [webhook NAME] sections of a file; texts belong to `values`. */
struct webhook_list {
  struct webhook_settings *items;
  struct option_value **values; /* of each item, one for each of webhook_options */
  size_t count;
};

/* The table of their keys. */
const struct dcpipe_options *webhook_options (void);

/* Reads the sections; mistakes are noted in `file`. False after fail, when memory is short. */
bool webhook_list_read (struct webhook_list *list, struct ini_file *file);
void webhook_list_free (struct webhook_list *list);

/* Opens the store below `state_dir` (made if need be), reads what is still pending there, and starts the
 * sender's thread. The settings must live until webhooks_stop. NULL after fail: the store cannot be used, or
 * another process uses it. */
struct webhooks *webhooks_start (const struct webhook_settings *hooks, size_t count, const char *state_dir);

/* Puts {"type": type, "timestamp": now, "data": data} into the queue of every hook that wants it. True when
 * all of them are on disk for good; otherwise false after fail, and none is sent. Any thread. `webhooks` may
 * be NULL, which has no hooks. */
bool webhooks_send (struct webhooks *webhooks, const char *type, const json_t *data);

/* An array, one object for each hook: name, url (scheme, host and port alone), pending, delivered and
 * failedAttempts (since the start), failed (given up, and still kept on disk), givenUp (since the start),
 * disabled (it answered 410), lastError, nextAttemptAt, lastDeliveredAt (ISO 8601, or null). To be released
 * with json_decref; NULL when memory is short. Any thread; `webhooks` may be NULL. */
json_t *webhooks_status (struct webhooks *webhooks);

/* Ends the thread, cutting off attempts under way. What was not delivered stays on disk for the next
 * start. */
void webhooks_stop (struct webhooks *webhooks);

#endif
