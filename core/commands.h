/* SPDX-License-Identifier: Apache-2.0 */
/* What the program is asked to do, and who does it. */
#ifndef DCPIPE_COMMANDS_H
#define DCPIPE_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "setup.h"

/* The command line, parsed. Texts belong to argv. */
struct arguments {
  const char *config;      /* -c FILE */
  const char *command;     /* "sync" if none was given */
  const char *table;       /* of dump */
  const char *const *labels; /* --label, as the user wrote them */
  size_t labels_count;
  const char *sink;        /* --sink NAME, or NULL */
  const char *decoder;     /* --decoder NAME, or NULL */
  bool follow;
  bool json;
  bool yes;
  bool all_columns;
  bool online;
  bool quiet;
  bool verbose;
};

/* Each takes a setup that was read without mistakes and returns an enum status; reasons have been logged. */
int command_sync (const struct setup *setup, const struct arguments *arguments);
int command_status (const struct setup *setup, const struct arguments *arguments);
int command_verify (const struct setup *setup, const struct arguments *arguments);
int command_dump (const struct setup *setup, const struct arguments *arguments);
int command_reset (const struct setup *setup, const struct arguments *arguments);

#endif
