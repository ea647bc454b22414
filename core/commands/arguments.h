/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. */
#ifndef DCPIPE_COMMANDS_ARGUMENTS_H
#define DCPIPE_COMMANDS_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

struct command;

/* What to do when it is no command's: the first one given counts. */
enum action {
  ACTION_COMMAND,
  ACTION_CHECK,
  ACTION_DUMP_CONFIG,
  ACTION_DUMP_PLUGIN,
  ACTION_DUMP_SECTION,
  ACTION_LIST_PLUGINS,
  ACTION_NEW_PLUGIN,
  ACTION_VERSION,
  ACTION_HELP
};

struct arguments {
  enum action action;
  const struct command *command; /* of ACTION_COMMAND */
  const char *table;             /* of dump; NULL for others */
  const char *config;            /* -c FILE */
  const char *plugin;            /* of --dump-plugin; the name behind --new-plugin */
  const char *kind;              /* of --new-plugin */
  const char *section;           /* of --dump-section */
  const char **labels;           /* of --label, as they were written; setup_label gives the canonical names */
  size_t labels_count;           /* 0: all */
  const char *sink, *decoder;    /* names, or NULL */
  bool follow, online, json, yes, all_columns;
  bool quiet, verbose, log_json;
};

/* Reads the command line, in which one of `commands` may be named, and adds the directories of --plugin-path.
 * The last command has no name; the first is the one that counts when none is named. False after a usage
 * error, which is logged. Texts point into argv. */
bool arguments_parse (struct arguments *arguments, const struct command *commands, int argc, char **argv);

/* Frees what arguments_parse allocated, also after it failed. */
void arguments_clear (struct arguments *arguments);

/* Prints --help to stdout. */
void arguments_help (const struct command *commands);

#endif
