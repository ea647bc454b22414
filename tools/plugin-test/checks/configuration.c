/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/configuration.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "harness/options-file.h"
#include "harness/resources.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "plugin/instance.h"
#include "setup/setup.h"

/* What one attempt to configure the plugin gave. */
struct attempt {
  bool taken;
  char said[8192]; /* to the user, when it was not */
};

/* Lets the log go to a file for a moment, since what users see counts. */
static int
catch_log (void)
{
  char path[300];
  int fd, kept = dup (2);

  snprintf (path, sizeof path, "%.250s/log.XXXXXX", runner_directory ());
  fd = mkstemp (path);
  EXPECT (fd >= 0 && kept >= 0 && dup2 (fd, 2) == 2, "%s: %s", path, strerror (errno));
  unlink (path);
  close (fd);
  return kept;
}

static void
release_log (int kept, char *text, size_t room)
{
  ssize_t got;

  fflush (stderr);
  got = pread (2, text, room - 1, 0);
  text[got > 0 ? got : 0] = '\0';
  dup2 (kept, 2);
  close (kept);
}

static void
try_settings (const struct subject *subject, const char *const *changed, struct attempt *attempt)
{
  struct ini_file *file = subject_file (subject, changed);
  struct instance *instance;
  int kept;

  kept = catch_log ();
  instance = options_file_instance (file, subject->plugin);
  if (instance == NULL && file->mistakes > 0)
    ini_report (file);
  else if (instance == NULL)
    log_failure ();
  release_log (kept, attempt->said, sizeof attempt->said);
  attempt->taken = instance != NULL;
  instance_free (instance);
  ini_free (file);
}

/* Refusing is right or, for `must` false, allowed; but it must be told which option is meant. */
static void
expect_refusal (const struct subject *subject, const char *key, const char *value, bool must)
{
  const char *const changed[] = { key, value, NULL };
  struct attempt attempt;

  runner_at ("option %s was set to '%.200s'", key, value != NULL ? value : "(left out)");
  try_settings (subject, changed, &attempt);
  if (attempt.taken) {
    EXPECT (!must, "option %s = %.200s is taken", key, value != NULL ? value : "(left out)");
    return;
  }
  EXPECT (strstr (attempt.said, key) != NULL,
          "option %s = %.200s is refused with a message that does not name the option: %.1000s", key,
          value != NULL ? value : "(left out)", attempt.said);
}

/* ---- checks -------------------------------------------------------------------------------------- */

static size_t
files_in (const char *path)
{
  DIR *directory = opendir (path);
  size_t files = 0;

  while (directory != NULL && readdir (directory) != NULL)
    files++;
  if (directory != NULL)
    closedir (directory);
  return files;
}

/* In a current directory that nobody else uses. */
static void
takes_what_is_given (const void *context)
{
  CLEANUP_CLOSE int here = open (".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  size_t files, local;
  char path[300];

  snprintf (path, sizeof path, "%.250s/here", runner_directory ());
  EXPECT (here >= 0 && mkdir (path, 0700) == 0 && chdir (path) == 0, "%s: %s", path, strerror (errno));
  files = files_in (runner_directory ());
  local = files_in (".");
  runner_at ("config_complete was called with the options given");
  instance_free (subject_instance (context));
  EXPECT (files_in (runner_directory ()) == files && files_in (path) == local,
          "config_complete made files: it is to touch no data");
  EXPECT (fchdir (here) == 0, "the current directory is gone: %s", strerror (errno));
}

static void
refuses_bad_numbers (const struct subject *subject, const struct dcpipe_option *option)
{
  static const char *const words[] = { "many", "12q", "99999999999999999999999999", "", NULL };
  char text[32];

  for (const char *const *word = words; *word != NULL; word++)
    expect_refusal (subject, option->key, *word, (*word)[0] != '\0');
  if (option->min == 0 && option->max == 0)
    return;
  if (option->max < INT64_MAX) {
    snprintf (text, sizeof text, "%" PRId64 "%s", option->max + 1,
              option->type == DCPIPE_OPTION_DURATION ? "ms" : "");
    expect_refusal (subject, option->key, text, true);
  }
  if (option->min > (option->type == DCPIPE_OPTION_INT ? INT64_MIN : 0)) {
    snprintf (text, sizeof text, "%" PRId64 "%s", option->min - 1,
              option->type == DCPIPE_OPTION_DURATION ? "ms" : "");
    expect_refusal (subject, option->key, text, true);
  }
}

static void
refuses_wrong_values (const void *context)
{
  const struct subject *subject = context;
  const struct dcpipe_options *options = plugin_options (subject->plugin);

  for (size_t i = 0; i < options->count; i++) {
    const struct dcpipe_option *option = &options->items[i];

    if (option->type == DCPIPE_OPTION_BOOL || option->type == DCPIPE_OPTION_ENUM)
      expect_refusal (subject, option->key, "none of these", true);
    else if (option->type == DCPIPE_OPTION_SECRET)
      expect_refusal (subject, option->key, "+/nowhere/no.file", true);
    else if (option->type != DCPIPE_OPTION_TEXT && option->type != DCPIPE_OPTION_PATH
             && option->type != DCPIPE_OPTION_LIST)
      refuses_bad_numbers (subject, option);
    if (option->flags & DCPIPE_OPTION_REQUIRED)
      expect_refusal (subject, option->key, NULL, true);
  }
  for (size_t i = 0; i < subject->refused_count; i++)
    expect_refusal (subject, subject->refused[i].key, subject->refused[i].value, true);
}

/* Every choice of an enumeration, or the ends of a range. */
static void
try_limits (const struct subject *subject, const struct dcpipe_option *option)
{
  char text[128];

  if (option->type == DCPIPE_OPTION_ENUM) {
    for (const char *p = option->values; *p != '\0'; p += strcspn (p, "|"), p += *p == '|') {
      snprintf (text, sizeof text, "%.*s", (int) strcspn (p, "|"), p);
      expect_refusal (subject, option->key, text, false);
    }
    return;
  }
  if (option->min == 0 && option->max == 0)
    return;
  for (int i = 0; i < 2; i++) {
    snprintf (text, sizeof text, "%" PRId64 "%s", i == 0 ? option->min : option->max,
              option->type == DCPIPE_OPTION_DURATION ? "ms" : "");
    expect_refusal (subject, option->key, text, false);
  }
}

static void
survives_odd_values (const void *context)
{
  static const char *const odd[] = { "",          "%s%n%d", "\x01\x02\xff\xfe", "../../../../..", "-1",
                                     "a,b,,c  d", NULL };
  const struct subject *subject = context;
  const struct dcpipe_options *options = plugin_options (subject->plugin);
  char *large = malloc (50001);

  EXPECT_MEMORY (large);
  memset (large, 'x', 50000);
  large[50000] = '\0';
  for (size_t i = 0; i < options->count; i++) {
    const struct dcpipe_option *option = &options->items[i];

    if (option->type != DCPIPE_OPTION_TEXT && option->type != DCPIPE_OPTION_PATH
        && option->type != DCPIPE_OPTION_LIST && option->type != DCPIPE_OPTION_SECRET) {
      try_limits (subject, option);
      continue;
    }
    for (const char *const *value = odd; *value != NULL; value++)
      expect_refusal (subject, option->key, *value, false);
    expect_refusal (subject, option->key, large, false);
  }
  free (large);
}

/* With the settings, and with one that config_complete itself may refuse, if one was named with --refuse. */
static void
complete_and_free (void *context)
{
  const struct subject *subject = context;
  const struct setting *refused = subject->refused;
  struct ini_file *good = subject_file (subject, NULL), *bad;

  instance_free (options_file_instance (good, subject->plugin));
  ini_free (good);
  if (subject->refused_count == 0)
    return;
  bad = subject_file (subject, (const char *const[]){ refused->key, refused->value, NULL });
  instance_free (options_file_instance (bad, subject->plugin));
  ini_free (bad);
}

static void
gives_back_what_it_takes (const void *context)
{
  runner_at ("config_complete and config_free were called again and again");
  resources_expect_no_leak ("config_complete, or config_free,", complete_and_free,
                            (void *) (uintptr_t) context);
}

bool
configuration_checks (const struct subject *subject)
{
  bool good = runner_check ("configuration", "takes the options given and touches no data",
                            takes_what_is_given, subject);

  runner_check ("configuration", "wrong values are refused in words that name the option",
                refuses_wrong_values, subject);
  runner_check ("configuration", "odd values and the ends of ranges do no harm", survives_odd_values,
                subject);
  if (good)
    runner_check ("configuration", "config_free gives back what config_complete took",
                  gives_back_what_it_takes, subject);
  return good;
}
