/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "commands/commands.h"

#include <string.h>

const struct command commands[] = {
  { "sync", NULL, TAKES_FOLLOW | TAKES_LABEL, SETUP_SOURCE, command_sync,
    "import up to the tip; done when no command is given" },
  { "status", NULL, TAKES_SINK | TAKES_JSON | TAKES_ONLINE, 0, command_status,
    "print how far each sink is (--online: the ledger)" },
  { "verify", NULL, TAKES_SINK, SETUP_SOURCE, command_verify, "replay the ledger and compare every table" },
  { "dump", "TABLE", TAKES_SINK | TAKES_ALL_COLUMNS, 0, command_dump, "print a table as JSON lines" },
  { "reset", NULL, TAKES_SINK | TAKES_DECODER | TAKES_YES, 0, command_reset,
    "empty a sink, or a decoder's tables in it" },
  { "serve", NULL, 0, SETUP_SOURCE | SETUP_SERVICE, command_serve,
    "answer over HTTP; import when asked or by schedule" },
  { NULL, NULL, 0, 0, NULL, NULL },
};

const struct command *
command_find (const char *name)
{
  for (const struct command *command = commands; command->name != NULL; command++)
    if (strcmp (command->name, name) == 0)
      return command;
  return NULL;
}
