/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of one hook on disk, each a file of JSON that a person can read:
 *
 *    STATE/webhooks/NAME/pending/ID.json    not delivered yet
 *    STATE/webhooks/NAME/given-up/ID.json   too old; the newest WEBHOOK_KEPT_MAX are kept. One that is moved
 *                                           back into pending/ while dcpipe does not run is tried again
 *    STATE/webhooks/NAME/corrupt/           files of pending/ that could not be read as messages
 *
 * Files appear whole: written under another name, fsync, rename, fsync of the directory. One
 * thread at a time. */
#ifndef DCPIPE_SERVICE_WEBHOOK_STORE_H
#define DCPIPE_SERVICE_WEBHOOK_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "service/webhook/message.h"

#define WEBHOOK_KEPT_MAX 1000

struct webhook_store {
  char *path;                     /* STATE/webhooks/NAME */
  int pending, given_up, corrupt; /* directories */
};

/* Makes the directories where they are missing. False after fail; to be closed in either case. */
bool webhook_store_open (struct webhook_store *store, const char *directory, const char *hook);
void webhook_store_close (struct webhook_store *store);

/* Writes the message, not yet to be seen by _list; makes it seen, for good; takes it back after either. */
bool webhook_store_stage (const struct webhook_store *store, const struct webhook_message *message);
bool webhook_store_publish (const struct webhook_store *store, const char *id);
void webhook_store_remove (const struct webhook_store *store, const char *id);

/* Reads a pending message, to be cleared in any case. Others than WEBHOOK_READ after fail. */
enum webhook_read webhook_store_read (const struct webhook_store *store, const char *id,
                                      struct webhook_message *message);

/* Calls `each` for every pending message; what was left half-written by a process that died is removed, and
 * what is no message is set aside with a line in the log. False after fail, also of `each`. */
bool webhook_store_list (const struct webhook_store *store,
                         bool (*each) (void *context, const struct webhook_message *message), void *context);

/* Sets a pending file aside, and logs `reason`. */
void webhook_store_set_aside (const struct webhook_store *store, const char *id, const char *reason);

/* Moves a message to those given up, of which the oldest go when they are too many. False after fail. */
bool webhook_store_give_up (const struct webhook_store *store, const struct webhook_message *message);

/* How many are kept there. */
size_t webhook_store_given_up (const struct webhook_store *store);

#endif
