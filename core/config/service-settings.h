/* SPDX-License-Identifier: Apache-2.0 */
/* What the sections [service] and [schedule] of the INI file say, with those of webhooks: tables of options,
 * from which errors, --check and --dump-config are made. */
#ifndef DCPIPE_CONFIG_SERVICE_SETTINGS_H
#define DCPIPE_CONFIG_SERVICE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/options.h"
#include "config/webhook-settings.h"

/* [service] */
struct service_settings {
  const char *listen;              /* "ADDRESS:PORT", "[ADDRESS]:PORT" or "unix:PATH" */
  const char *token;               /* that requests must carry; NULL for none */
  const char *const *cors_origins; /* origins whose pages may ask, NULL at the end; NULL for none */
  int64_t max_connections;
  uint64_t request_timeout; /* ms within which a request must have come, and an answer must have been taken */
  const char *state;        /* directory of the history of jobs and of webhooks to be delivered; absolute */
};

/* [schedule] */
struct schedule_settings {
  uint64_t interval; /* ms between the beginnings of imports; 0 for none */
  bool follow;       /* stay at the tip */
  bool on_start;     /* import when the service starts */
};

struct service_config {
  struct service_settings service;
  struct schedule_settings schedule;
  struct webhook_list webhooks;
  struct option_value *service_values, *schedule_values;
};

/* The tables of keys. */
const struct dcpipe_options *service_options (void);
const struct dcpipe_options *schedule_options (void);

/* Reads the sections; what is wrong with them is noted in `file`. NULL when memory is short. */
struct service_config *service_config_read (struct ini_file *file);
void service_config_free (struct service_config *config);

/* Splits "ADDRESS:PORT" or "[ADDRESS]:PORT" into texts to be freed. False after fail. Not for "unix:PATH". */
bool listen_split (const char *listen, char **address, char **port);

#endif
