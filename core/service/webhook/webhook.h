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

#include "config/webhook-settings.h"

struct webhooks;

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
