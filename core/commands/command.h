/* SPDX-License-Identifier: Apache-2.0 */
/* What dcpipe does with a setup: one command of its command line. */
#ifndef DCPIPE_COMMANDS_COMMAND_H
#define DCPIPE_COMMANDS_COMMAND_H

struct arguments;
struct setup;

/* Options that only some commands take. */
enum command_options {
  TAKES_FOLLOW = 1,
  TAKES_LABEL = 2,
  TAKES_ONLINE = 4,
  TAKES_JSON = 8,
  TAKES_SINK = 16,
  TAKES_DECODER = 32,
  TAKES_YES = 64,
  TAKES_ALL_COLUMNS = 128
};

struct command {
  const char *name;
  const char *operand; /* what it is given behind its name, "TABLE", or NULL */
  unsigned options;    /* enum command_options */
  unsigned parts;      /* enum setup_parts: what it needs; with --online all ask the source */

  /* Takes a setup that was read without mistakes and returns an enum status; reasons have been logged. */
  int (*run) (const struct setup *setup, const struct arguments *arguments);
  const char *help;
};

#endif
