/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is guessed: an option that a command would ignore is a usage error, since who gave it expects
 * something of it. Messages name the nearest known word, and where to find all of them. */
#include "config.h"

#include "commands/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/exit-status.h"
#include "base/log.h"
#include "base/suggest.h"
#include "bytes/cleanup.h"
#include "commands/command.h"
#include "plugin/plugin-path.h"
#include "plugin/plugin.h"

enum option_code {
  CODE_CONFIG = 'c',
  CODE_HELP = 'h',
  CODE_VERSION = 'V',
  CODE_FOLLOW = 256,
  CODE_LABEL,
  CODE_CHECK,
  CODE_ONLINE,
  CODE_PLUGIN_PATH,
  CODE_LIST_PLUGINS,
  CODE_NEW_PLUGIN,
  CODE_DUMP_PLUGIN,
  CODE_DUMP_CONFIG,
  CODE_DUMP_SECTION,
  CODE_LOG_FORMAT,
  CODE_QUIET,
  CODE_VERBOSE,
  CODE_JSON,
  CODE_SINK,
  CODE_DECODER,
  CODE_YES,
  CODE_ALL_COLUMNS
};

/* One table for getopt and for --help. `group`: a heading before it. */
static const struct known_option {
  const char *name, *argument, *help, *group;
  int code;
  unsigned takes; /* enum command_options; 0 for options that go with everything */
} known_options[] = {
  { "config", "FILE", "the INI file: which source, decoders and sinks", "Run", CODE_CONFIG, 0 },
  { "follow", NULL, "keep following the tip until SIGINT or SIGTERM", NULL, CODE_FOLLOW, TAKES_FOLLOW },
  { "label", "LABEL", "only the scope of this label; may be repeated", NULL, CODE_LABEL, TAKES_LABEL },
  { "plugin-path", "DIR", "look in DIR/decoders etc. first; may be repeated", NULL, CODE_PLUGIN_PATH, 0 },
  { "sink", "NAME", "the sink [sink NAME]", "For some commands", CODE_SINK, TAKES_SINK },
  { "decoder", "NAME", "the decoder NAME only", NULL, CODE_DECODER, TAKES_DECODER },
  { "json", NULL, "print JSON", NULL, CODE_JSON, TAKES_JSON },
  { "online", NULL, "ask the source, too", NULL, CODE_ONLINE, TAKES_ONLINE },
  { "all-columns", NULL, "also columns that differ between equal imports", NULL, CODE_ALL_COLUMNS,
    TAKES_ALL_COLUMNS },
  { "yes", NULL, "do not ask", NULL, CODE_YES, TAKES_YES },
  { "log-format", "FORMAT", "text (the default) or json: one object a line", "Log, to stderr",
    CODE_LOG_FORMAT, 0 },
  { "quiet", NULL, "only warnings and errors", NULL, CODE_QUIET, 0 },
  { "verbose", NULL, "debug lines, too", NULL, CODE_VERBOSE, 0 },
  { "check", NULL, "name mistakes in the file, and paths out of reach", "Instead of a run", CODE_CHECK, 0 },
  { "dump-config", NULL, "print all settings and where each comes from", NULL, CODE_DUMP_CONFIG, 0 },
  { "dump-plugin", "NAME", "print what a plugin is and which options it has", NULL, CODE_DUMP_PLUGIN, 0 },
  { "dump-section", "NAME", "print the options of a section without a plugin", NULL, CODE_DUMP_SECTION, 0 },
  { "list-plugins", NULL, "print the plugins that are found", NULL, CODE_LIST_PLUGINS, 0 },
  { "new-plugin", "KIND", "begin a decoder, source or sink: its NAME follows", NULL, CODE_NEW_PLUGIN, 0 },
  { "version", NULL, "print the version", NULL, CODE_VERSION, 0 },
  { "help", NULL, "print this", NULL, CODE_HELP, 0 },
};

#define KNOWN_COUNT (sizeof known_options / sizeof *known_options)

static bool usage_error (const char *format, ...) __attribute__ ((__format__ (__printf__, 1, 2)));

static bool
usage_error (const char *format, ...)
{
  char text[LOG_LINE_MAX / 2];
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  log_error ("%s (dcpipe --help lists all)", text);
  return false;
}

/* ---- --help -------------------------------------------------------------------------------------- */

static void
print_option (const struct known_option *option)
{
  char left[48];
  char letter = option->code < 256 ? (char) option->code : ' ';

  if (option->group != NULL)
    printf ("\n%s:\n", option->group);
  snprintf (left, sizeof left, "%c%c%c --%s%s%s", letter == ' ' ? ' ' : '-', letter,
            letter == ' ' ? ' ' : ',', option->name, option->argument ? " " : "",
            option->argument ? option->argument : "");
  printf ("  %-26s %s\n", left, option->help);
}

void
arguments_help (const struct command *commands)
{
  printf ("Usage: dcpipe -c FILE [OPTION...] [COMMAND]\n"
          "Copies a ledger into databases, verified, and keeps the copy up to date.\n\nCommands:\n");
  for (const struct command *command = commands; command->name != NULL; command++) {
    char left[32];

    snprintf (left, sizeof left, "%s%s%s", command->name, command->operand ? " " : "",
              command->operand ? command->operand : "");
    printf ("  %-26s %s\n", left, command->help);
  }
  for (size_t i = 0; i < KNOWN_COUNT; i++)
    print_option (&known_options[i]);
  printf ("\nExit status:\n");
#define X(symbol, number, text) printf ("  %3d  %s\n", number, text);
  DCPIPE_STATUS_MAP (X)
#undef X
  printf ("\n--dump-plugin NAME prints the options of a plugin's section in the INI file.\n");
}

/* ---- parsing ------------------------------------------------------------------------------------- */

/* Twice is a slip even if both are the same: one of them was meant to be something else. */
static bool
set_text (const char **place, const char *name)
{
  if (*place != NULL)
    return usage_error ("--%s is given twice", name);
  *place = optarg;
  return true;
}

static bool
add_label (struct arguments *arguments)
{
  const char **room = array_room (&arguments->labels, arguments->labels_count, sizeof *room);

  if (room == NULL)
    return usage_error ("no memory for the labels");
  *room = optarg;
  arguments->labels_count++;
  return true;
}

static bool
set_action (struct arguments *arguments, enum action action)
{
  /* --help and --version win over everything, for who asks for them wants to read. */
  if (action == ACTION_HELP || arguments->action == ACTION_HELP) {
    arguments->action = ACTION_HELP;
    return true;
  }
  if (arguments->action != ACTION_COMMAND && arguments->action != action)
    return usage_error ("only one of --check, --dump-config, --dump-plugin, --dump-section, --list-plugins, "
                        "--new-plugin and --version");
  arguments->action = action;
  return true;
}

static bool
set_log_format (struct arguments *arguments)
{
  arguments->log_json = strcmp (optarg, "json") == 0;
  if (!arguments->log_json && strcmp (optarg, "text") != 0)
    return usage_error ("--log-format %s: expected text or json", optarg);
  return true;
}

/* What takes an argument or decides what is done; plain switches are set_switch's. */
static bool
set_option (struct arguments *arguments, const struct known_option *option)
{
  switch (option->code) {
  case CODE_CONFIG:
    return set_text (&arguments->config, option->name);
  case CODE_LABEL:
    return add_label (arguments);
  case CODE_SINK:
    return set_text (&arguments->sink, option->name);
  case CODE_DECODER:
    return set_text (&arguments->decoder, option->name);
  case CODE_LOG_FORMAT:
    return set_log_format (arguments);
  case CODE_PLUGIN_PATH:
    /* A warning only: a directory that is not there yet may be one of several, and which plugin is missing is
     * told later. */
    if (access (optarg, F_OK) != 0)
      log_warning ("--plugin-path %s: %s", optarg, strerror (errno));
    plugin_add_path (optarg);
    return true;
  case CODE_CHECK:
    return set_action (arguments, ACTION_CHECK);
  case CODE_DUMP_CONFIG:
    return set_action (arguments, ACTION_DUMP_CONFIG);
  case CODE_DUMP_PLUGIN:
    return set_text (&arguments->plugin, option->name) && set_action (arguments, ACTION_DUMP_PLUGIN);
  case CODE_DUMP_SECTION:
    return set_text (&arguments->section, option->name) && set_action (arguments, ACTION_DUMP_SECTION);
  case CODE_NEW_PLUGIN:
    return set_text (&arguments->kind, option->name) && set_action (arguments, ACTION_NEW_PLUGIN);
  case CODE_LIST_PLUGINS:
    return set_action (arguments, ACTION_LIST_PLUGINS);
  case CODE_VERSION:
    return set_action (arguments, ACTION_VERSION);
  case CODE_HELP:
    return set_action (arguments, ACTION_HELP);
  }
  return true;
}

/* They may be given more than once, which changes nothing and is therefore no mistake. */
static void
set_switch (struct arguments *arguments, int code)
{
  switch (code) {
  case CODE_FOLLOW:
    arguments->follow = true;
    break;
  case CODE_ONLINE:
    arguments->online = true;
    break;
  case CODE_JSON:
    arguments->json = true;
    break;
  case CODE_YES:
    arguments->yes = true;
    break;
  case CODE_ALL_COLUMNS:
    arguments->all_columns = true;
    break;
  case CODE_QUIET:
    arguments->quiet = true;
    break;
  case CODE_VERBOSE:
    arguments->verbose = true;
    break;
  }
}

/* What getopt refused: `code` is '?' or ':'. */
static bool
refuse_option (char **argv, int code)
{
  struct suggestion suggestion = { .word = argv[optind - 1] };

  if (code == ':')
    return usage_error ("%s needs an argument", argv[optind - 1]);
  if (optopt > 0 && optopt < 256)
    return usage_error ("unknown option -%c", optopt);
  if (optopt != 0)
    return usage_error ("%s: this option takes no argument", argv[optind - 1]);
  suggestion.word += strspn (suggestion.word, "-");
  for (size_t i = 0; i < KNOWN_COUNT; i++)
    suggest_offer (&suggestion, known_options[i].name);
  if (suggestion.best[0] != '\0')
    return usage_error ("unknown option %s; did you mean --%s?", argv[optind - 1], suggestion.best);
  return usage_error ("unknown option %s", argv[optind - 1]);
}

/* Reads the options; `given` gets a bit for each option that only some commands take. */
static bool
parse_options (struct arguments *arguments, int argc, char **argv, unsigned *given)
{
  struct option longs[KNOWN_COUNT + 1] = { { 0 } };
  int code;

  for (size_t i = 0; i < KNOWN_COUNT; i++) {
    longs[i].name = known_options[i].name;
    longs[i].has_arg = known_options[i].argument ? required_argument : no_argument;
    longs[i].val = known_options[i].code;
  }
  /* getopt would print messages of its own, in another form and without a hint. */
  opterr = 0;
  while ((code = getopt_long (argc, argv, ":c:hV", longs, NULL)) != -1) {
    if (code == '?' || code == ':')
      return refuse_option (argv, code);
    for (size_t i = 0; i < KNOWN_COUNT; i++)
      if (known_options[i].code == code) {
        *given |= known_options[i].takes;
        if (!set_option (arguments, &known_options[i]))
          return false;
      }
    set_switch (arguments, code);
  }
  return true;
}

static bool
take_command (struct arguments *arguments, const struct command *commands, const char *name)
{
  struct suggestion suggestion = { .word = name };
  CLEANUP_FREE char *hint = NULL;

  for (const struct command *command = commands; command->name != NULL; command++)
    if (strcmp (command->name, name) == 0) {
      arguments->command = command;
      return true;
    }
  /* A frequent slip: the file without its -c. */
  if (strpbrk (name, "./") != NULL)
    return usage_error ("unknown command '%s'; an INI file is named with -c %s", name, name);
  for (const struct command *command = commands; command->name != NULL; command++)
    suggest_offer (&suggestion, command->name);
  hint = suggest_hint (&suggestion);
  return usage_error ("unknown command '%s'%s", name, hint ? hint : "");
}

/* Most commands have no operand, and none has two; what is left over is named, together with what it stands
 * behind, since a missing option before it is the usual cause. */
static bool
take_operands (struct arguments *arguments, const struct command *commands, int count, char **operands)
{
  const struct command *command;

  if (!take_command (arguments, commands, count > 0 ? operands[0] : commands->name))
    return false;
  command = arguments->command;
  if (command->operand != NULL && count < 2)
    return usage_error ("%s needs %s behind it", command->name, command->operand);
  if (count > (command->operand ? 2 : 1))
    return usage_error ("%s: nothing more is expected behind '%s'", operands[count - 1], operands[count - 2]);
  arguments->table = command->operand ? operands[1] : NULL;
  return true;
}

static const char *const action_names[] = {
  [ACTION_CHECK] = "--check",
  [ACTION_DUMP_CONFIG] = "--dump-config",
  [ACTION_DUMP_PLUGIN] = "--dump-plugin",
  [ACTION_DUMP_SECTION] = "--dump-section",
  [ACTION_LIST_PLUGINS] = "--list-plugins",
  [ACTION_NEW_PLUGIN] = "--new-plugin",
  [ACTION_VERSION] = "--version",
  [ACTION_HELP] = "--help",
};

/* Options of one command are not silently ignored by another. */
static bool
check_options (const struct arguments *arguments, unsigned given)
{
  unsigned takes = arguments->action == ACTION_COMMAND ? arguments->command->options
                   : arguments->action == ACTION_CHECK ? TAKES_ONLINE
                                                       : 0;

  for (size_t i = 0; i < KNOWN_COUNT; i++)
    if ((known_options[i].takes & given & ~takes) != 0)
      return usage_error ("--%s does not go with %s", known_options[i].name,
                          arguments->action == ACTION_COMMAND ? arguments->command->name
                                                              : action_names[arguments->action]);
  if (arguments->quiet && arguments->verbose)
    return usage_error ("--quiet and --verbose contradict each other");
  /* The enum has those that read the file first. */
  if (arguments->config == NULL && arguments->action <= ACTION_DUMP_CONFIG)
    return usage_error ("the INI file is missing: -c FILE");
  return true;
}

/* Options first, whichever order they came in: which of them are allowed depends on the command, which getopt
 * moves to the end. */
bool
arguments_parse (struct arguments *arguments, const struct command *commands, int argc, char **argv)
{
  unsigned given = 0;

  *arguments = (struct arguments){ .action = ACTION_COMMAND };
  if (!parse_options (arguments, argc, argv, &given))
    return false;
  if (arguments->action == ACTION_HELP)
    return true;
  if (arguments->action == ACTION_NEW_PLUGIN) {
    if (argc - optind != 1)
      return usage_error ("expected --new-plugin %s NAME", arguments->kind);
    arguments->plugin = argv[optind++];
  }
  if (arguments->action != ACTION_COMMAND && optind < argc)
    return usage_error ("'%s' is not expected here", argv[optind]);
  if (arguments->action == ACTION_COMMAND
      && !take_operands (arguments, commands, argc - optind, argv + optind))
    return false;
  return check_options (arguments, given);
}

void
arguments_clear (struct arguments *arguments)
{
  free (arguments->labels);
}
