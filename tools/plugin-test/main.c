/* SPDX-License-Identifier: Apache-2.0 */
/* dcpipe-plugin-test: holds a plugin to the contract of dcpipe-plugin.h. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "base/output.h"
#include "checks/configuration.h"
#include "checks/decoder.h"
#include "checks/registration.h"
#include "checks/sink-suite.h"
#include "checks/source.h"
#include "data/block.h"
#include "drivers/entry-file.h"
#include "harness/runner.h"
#include "harness/settings.h"
#include "harness/subject.h"
#include "harness/tsan.h"
#include "harness/witness.h"
#include "plugin/plugin-load.h"
#include "plugin/plugin-path.h"

#define ROUNDS 2000
#define TIMEOUT_SECONDS 120
#define STATUS_SKIPPED 77

struct request {
  struct subject subject;
  const char *config, *section, *entries, *only;
  unsigned timeout;
  bool tsan, verbose;
};

static void
print_help (void)
{
  printf ("Usage: dcpipe-plugin-test [OPTION...] PLUGIN\n"
          "Holds a plugin (a file, or a name along the plugin path) to the contract of dcpipe-plugin.h.\n\n"
          "  -o, --option KEY=VALUE    an option of the plugin; may be repeated\n"
          "  -c, --config FILE         the options of its section in an INI file\n"
          "      --section TITLE       which section, e.g. 'sink main'; otherwise the first of this plugin\n"
          "      --refuse KEY=VALUE    a value that the plugin must refuse; may be repeated\n"
          "      --entries FILE        real entries for a decoder: lines of 'dcpipe dump ledger_entries',\n"
          "                            or what an installed source reads, such as a ledger\n"
          "      --seed NUMBER         of all that is random; otherwise a new one, which is printed\n"
          "      --rounds NUMBER       entries or blocks changed at random (%d)\n"
          "      --timeout SECONDS     for each check (%d)\n"
          "      --only WORDS          only checks whose line has these words\n"
          "      --tsan                only what threads do at once in a plugin that was built with\n"
          "                            -fsanitize=thread: a data race fails\n"
          "      --plugin-path DIR     look in DIR/decoders and so on first; may be repeated\n"
          "      --verbose             the plugin's log lines, too\n"
          "      --version             print the version\n"
          "  -h, --help                print this\n\n"
          "Relative paths in the options of a sink are taken from a directory that each check makes and\n"
          "removes; of others from the current directory, or the INI file's. Prints one line for each check\n"
          "(TAP). Exit status: 0 all passed, 1 some failed, 64 wrong usage, 77 all were skipped.\n",
          ROUNDS, TIMEOUT_SECONDS);
}

static int
usage (void)
{
  if (failure ()[0] != '\0')
    log_failure ();
  fprintf (stderr, "dcpipe-plugin-test --help lists all options\n");
  return STATUS_USAGE;
}

/* ---- the command line ---------------------------------------------------------------------------- */

static bool
take_number (const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
  char *end;

  errno = 0;
  *number = strtoull (text, &end, 10);
  if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *number >= min && *number <= max)
    return true;
  fail ("--%s %s: expected a number from %" PRIu64 " to %" PRIu64, name, text, min, max);
  return false;
}

/* One option other than those that end the program. `argument` is what was just read. */
static bool
take_option (struct request *request, int code, const char *argument)
{
  struct subject *subject = &request->subject;
  uint64_t number;

  switch (code) {
  case 'o':
    return settings_add (&subject->settings, &subject->settings_count, optarg);
  case 'R':
    return settings_add (&subject->refused, &subject->refused_count, optarg);
  case 'c':
    request->config = optarg;
    return true;
  case 's':
    request->section = optarg;
    return true;
  case 'e':
    request->entries = optarg;
    return true;
  case 'O':
    request->only = optarg;
    return true;
  case 'P':
    plugin_add_path (optarg);
    return true;
  case 'T':
    request->tsan = true;
    return true;
  case 'v':
    request->verbose = true;
    return true;
  case ':':
    fail ("%s needs a value", argument);
    return false;
  case '?':
    fail ("unknown option %s", argument);
    return false;
  case 'S':
    return take_number ("seed", optarg, 0, UINT64_MAX, &subject->seed);
  case 'r':
    if (!take_number ("rounds", optarg, 0, 100000000, &number))
      return false;
    subject->rounds = (unsigned) number;
    return true;
  case 't':
    if (!take_number ("timeout", optarg, 1, 86400, &number))
      return false;
    request->timeout = (unsigned) number;
    return true;
  }
  return false;
}

/* -1 to go on, or the exit status. */
static int
parse (struct request *request, int argc, char **argv)
{
  static const struct option longs[] = {
    { "option", required_argument, NULL, 'o' },
    { "config", required_argument, NULL, 'c' },
    { "section", required_argument, NULL, 's' },
    { "refuse", required_argument, NULL, 'R' },
    { "entries", required_argument, NULL, 'e' },
    { "seed", required_argument, NULL, 'S' },
    { "rounds", required_argument, NULL, 'r' },
    { "timeout", required_argument, NULL, 't' },
    { "only", required_argument, NULL, 'O' },
    { "plugin-path", required_argument, NULL, 'P' },
    { "verbose", no_argument, NULL, 'v' },
    { "version", no_argument, NULL, 'V' },
    { "tsan", no_argument, NULL, 'T' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };
  int code;

  opterr = 0;
  while ((code = getopt_long (argc, argv, ":o:c:h", longs, NULL)) != -1) {
    if (code == 'h') {
      print_help ();
      return STATUS_DONE;
    }
    if (code == 'V') {
      printf ("dcpipe-plugin-test %s\nplugin API %d.%d\n", PACKAGE_VERSION, DCPIPE_API_MAJOR,
              DCPIPE_API_MINOR);
      return STATUS_DONE;
    }
    if (!take_option (request, code, argv[optind - 1]))
      return usage ();
  }
  if (argc != optind + 1) {
    fail ("expected the file or name of one plugin");
    return usage ();
  }
  if (request->section != NULL && request->config == NULL) {
    fail ("--section %s: of which file? expected --config FILE, too", request->section);
    return usage ();
  }
  return -1;
}

/* ---- the plugin ---------------------------------------------------------------------------------- */

struct wanted {
  const char *name;
  char *path;
};

static void
match (void *context, const char *name, const char *path)
{
  struct wanted *wanted = context;

  if (wanted->path == NULL && strcmp (name, wanted->name) == 0)
    wanted->path = realpath (path, NULL);
}

/* The file that is meant; NULL after fail. */
static char *
find_plugin (const char *name)
{
  static const enum dcpipe_kind kinds[] = { DCPIPE_KIND_SOURCE, DCPIPE_KIND_DECODER, DCPIPE_KIND_SINK };
  struct wanted wanted = { .name = name };

  if (strchr (name, '/') != NULL)
    wanted.path = realpath (name, NULL);
  for (size_t i = 0; i < 3 && wanted.path == NULL; i++)
    plugins_list (kinds[i], match, &wanted);
  if (wanted.path == NULL && strchr (name, '/') != NULL)
    fail ("%s cannot be read: %s", name, strerror (ENOENT));
  else if (wanted.path == NULL)
    fail ("there is no plugin '%s': expected a file, with a '/' in it, or a name that dcpipe --list-plugins "
          "lists",
          name);
  return wanted.path;
}

/* A check of its own first, since loading may end the process. False if there is nothing to go on with. */
static bool
load (struct subject *subject)
{
  if (!runner_check ("registration", "can be loaded, and declares what is sound", registration_loads,
                     subject->path))
    return false;
  subject->plugin = plugin_load (plugin_kind_of (subject->path), subject->path);
  if (subject->plugin == NULL)
    log_failure ();
  return subject->plugin != NULL;
}

/* Reads what the command line names. False after fail. */
static bool
prepare (struct request *request)
{
  struct subject *subject = &request->subject;

  if (request->config != NULL && !settings_read (subject, request->config, request->section))
    return false;
  if (!settings_fit (subject))
    return false;
  if (subject->plugin->kind == DCPIPE_KIND_SINK)
    return settings_are_safe (subject);
  if (subject->directory == NULL)
    subject->directory = realpath (".", NULL);
  return request->entries == NULL || entry_file_read (&subject->entries, request->entries);
}

static void
run_checks (const struct subject *subject)
{
  registration_checks (subject);
  if (!configuration_checks (subject))
    return;
  switch (subject->plugin->kind) {
  case DCPIPE_KIND_SOURCE:
    source_checks (subject);
    break;
  case DCPIPE_KIND_DECODER:
    decoder_checks (subject);
    break;
  case DCPIPE_KIND_SINK:
    sink_checks (subject);
    break;
  }
}

/* With --tsan, does not return the first time. -1 to go on, or the exit status. */
static int
enter (const struct request *request, char **argv)
{
  bool absent;

  if (!request->tsan && tsan_is_missing (request->subject.path)) {
    fail ("%s: built with -fsanitize=thread: run it with --tsan", request->subject.path);
    return usage ();
  }
  if (!request->tsan || tsan_enter (request->subject.path, argv, &absent))
    return -1;
  if (!absent)
    return usage ();
  log_failure ();
  return STATUS_SKIPPED;
}

static int
run (struct request *request)
{
  struct subject *subject = &request->subject;
  int status;

  if (!runner_begin (request->timeout, request->only)) {
    log_failure ();
    return STATUS_FAILED;
  }
  printf ("# %s, --seed %" PRIu64 "\n", subject->path, subject->seed);
  if (!load (subject)) {
    runner_end (NULL);
    return STATUS_FAILED;
  }
  if (!prepare (request)) {
    status = runner_end ("the command line does not go with the plugin");
    return status > 128 ? status : usage ();
  }
  witness_callbacks (subject->plugin);
  if (request->tsan)
    runner_watch_threads (subject->path);
  run_checks (subject);
  status = runner_end (NULL);
  if (status != STATUS_SKIPPED || runner_checks () > 0 || request->only == NULL)
    return status;
  fail ("--only %s: no check's line has these words", request->only);
  return usage ();
}

int
main (int argc, char **argv)
{
  struct request request = { .timeout = TIMEOUT_SECONDS, .subject = { .rounds = ROUNDS } };
  struct timespec now;
  char *path;
  int status;

  signal (SIGPIPE, SIG_IGN);
  clock_gettime (CLOCK_REALTIME, &now);
  request.subject.seed = (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
  status = parse (&request, argc, argv);
  if (status >= 0)
    return output_finish (status);
  log_configure (request.verbose ? LOG_DEBUG : LOG_ERROR, false);
  path = find_plugin (argv[optind]);
  if (path == NULL)
    return usage ();
  block_set_limit ((size_t) 64 << 20);
  request.subject.path = path;
  status = enter (&request, argv);
  if (status < 0)
    status = run (&request);
  subject_free (&request.subject);
  plugins_unload ();
  free (path);
  tsan_exit (output_finish (status));
}
