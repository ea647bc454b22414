/* SPDX-License-Identifier: Apache-2.0 */
/* What the sections [webhook NAME] of the INI file say. */
#ifndef DCPIPE_CONFIG_WEBHOOK_SETTINGS_H
#define DCPIPE_CONFIG_WEBHOOK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/ini.h"
#include "config/options.h"

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

#endif
