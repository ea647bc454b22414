/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that knows both the command line and the service: it has the table of commands, reads the
 * setup for the one that is wanted, and says how the process ends. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "base/output.h"
#include "commands/arguments.h"
#include "commands/command.h"
#include "commands/dump.h"
#include "commands/introspect.h"
#include "commands/new-plugin.h"
#include "commands/online.h"
#include "commands/paths.h"
#include "commands/reset.h"
#include "commands/status.h"
#include "commands/sync.h"
#include "commands/verify.h"
#include "data/table.h"
#include "plugin/callback.h"
#include "plugin/crash.h"
#include "plugin/plugin-load.h"
#include "plugin/plugin.h"
#include "service/command-serve.h"
#include "setup/setup-read.h"
#include "setup/setup.h"
#include "setup/tables.h"

/* The service knows no command line. */
static int
serve (const struct setup *setup, const struct arguments *arguments)
{
  (void) arguments;
  return command_serve (setup);
}

static const struct command commands[] = {
  { "sync", NULL, TAKES_FOLLOW | TAKES_LABEL, SETUP_SOURCE, command_sync,
    "import up to the tip; done when no command is given" },
  { "status", NULL, TAKES_SINK | TAKES_JSON | TAKES_ONLINE, 0, command_status,
    "print how far each sink is (--online: the ledger)" },
  { "verify", NULL, TAKES_SINK, SETUP_SOURCE, command_verify, "replay the ledger and compare every table" },
  { "dump", "TABLE", TAKES_SINK | TAKES_ALL_COLUMNS, 0, command_dump, "print a table as JSON lines" },
  { "reset", NULL, TAKES_SINK | TAKES_DECODER | TAKES_YES, 0, command_reset,
    "empty a sink, or a decoder's tables in it" },
  { "serve", NULL, 0, SETUP_SOURCE | SETUP_SERVICE, serve,
    "answer over HTTP; import when asked or by schedule" },
  { NULL, NULL, 0, 0, NULL, NULL },
};

/* Standard descriptors that are closed are taken, lest a database is opened as one and messages are written
 * into it. What is printed there fails, as it would on the closed one. */
static void
take_standard_descriptors (void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
      (void) !open ("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

static void
configure_log (const struct arguments *arguments)
{
  const char *environment = getenv ("ENVIRONMENT");
  bool development = environment != NULL && strcmp (environment, "development") == 0;

  log_configure (arguments->quiet                    ? LOG_WARNING
                 : arguments->verbose || development ? LOG_DEBUG
                                                     : LOG_INFO,
                 arguments->log_json);
}

/* What a start does before it touches data. */
static int
check (const struct setup *setup, const struct arguments *arguments)
{
  struct dcpipe_tables *tables = tables_make (setup);
  size_t lost;

  if (tables == NULL) {
    log_failure ();
    return STATUS_CONFIGURATION;
  }
  tables_free (tables);
  lost = paths_check (setup);
  if (lost == 0)
    log_info ("%s: configuration is good, and its paths are within reach", setup->path);
  else
    log_info ("%s: configuration is good, but a run here and now could not use %zu of its paths", setup->path,
              lost);
  return arguments->online ? online_probe (setup) : STATUS_DONE;
}

static int
run_with_setup (const struct arguments *arguments)
{
  /* --check and --dump-config look at everything that any command would read. */
  unsigned parts = SETUP_SOURCE | SETUP_SERVICE;
  struct setup *setup;
  int status = STATUS_DONE;

  if (arguments->action == ACTION_COMMAND)
    parts = arguments->command->parts | (arguments->online ? SETUP_SOURCE : 0);
  setup = setup_read (arguments->config, parts);
  if (setup == NULL)
    return STATUS_CONFIGURATION;
  if (arguments->action == ACTION_CHECK)
    status = check (setup, arguments);
  else if (arguments->action == ACTION_DUMP_CONFIG)
    dump_config (setup);
  else
    status = arguments->command->run (setup, arguments);
  setup_free (setup);
  return status;
}

static int
run (const struct arguments *arguments)
{
  switch (arguments->action) {
  case ACTION_HELP:
    arguments_help (commands);
    return STATUS_DONE;
  case ACTION_VERSION:
    printf ("dcpipe %s\nplugin API %d.%d\n", PACKAGE_VERSION, DCPIPE_API_MAJOR, DCPIPE_API_MINOR);
    return STATUS_DONE;
  case ACTION_LIST_PLUGINS:
    dump_plugins ();
    return STATUS_DONE;
  case ACTION_NEW_PLUGIN:
    return new_plugin (arguments->kind, arguments->plugin);
  case ACTION_DUMP_PLUGIN:
    return dump_plugin (arguments->plugin);
  case ACTION_DUMP_SECTION:
    return dump_section (arguments->section);
  default:
    return run_with_setup (arguments);
  }
}

int
main (int argc, char **argv)
{
  struct arguments arguments;
  int status = STATUS_USAGE;

  /* The order matters: descriptors before anything opens a file, the signals of output and crashes before a
   * plugin can meet one, and exit is forbidden while plugins may call it. */
  take_standard_descriptors ();
  output_begin ();
  crash_init ();
  callback_forbid_exit ();
  if (arguments_parse (&arguments, commands, argc, argv)) {
    configure_log (&arguments);
    status = output_finish (run (&arguments));
  }
  arguments_clear (&arguments);
  plugins_unload ();
  callback_allow_exit ();
  log_finish ();
  output_end ();
  return status;
}
