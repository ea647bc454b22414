/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/sink-suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks/sink-commits.h"
#include "checks/sink-kills.h"
#include "checks/sink-readers.h"
#include "checks/sink-rows.h"
#include "harness/runner.h"
#include "harness/verdict.h"

struct run {
  const struct subject *subject;
  const struct sink_check *check;
};

/* In place of %u in a value: a word that no other check has, for stores that are no files. */
static char *
with_word (const char *value, const char *word)
{
  const char *at = strstr (value, "%u");
  char *text;

  if (at == NULL)
    return strdup (value);
  return asprintf (&text, "%.*s%s%s", (int) (at - value), value, word, at + 2) < 0 ? NULL : text;
}

static void
run_check (const void *context)
{
  static unsigned number;
  const struct run *run = context;
  const struct subject *subject = run->subject;
  const char **settings = calloc (2 * subject->settings_count + 1, sizeof *settings);
  struct sink_under_test sink = { .plugin = subject->plugin, .settings = settings };
  struct bench bench;
  char word[48];

  EXPECT_MEMORY (settings);
  snprintf (word, sizeof word, "check_%ld_%u", (long) getpid (), ++number);
  for (size_t i = 0; i < subject->settings_count; i++) {
    settings[2 * i] = subject->settings[i].key;
    settings[2 * i + 1] = with_word (subject->settings[i].value, word);
    EXPECT_MEMORY (settings[2 * i + 1]);
  }
  bench_begin (&bench, &sink);
  run->check->run (&bench);
  bench_end (&bench);
  for (size_t i = 0; i < subject->settings_count; i++)
    free ((char *) (uintptr_t) settings[2 * i + 1]);
  free (settings);
}

void
sink_checks (const struct subject *subject)
{
  static const struct sink_check *const lists[] = { sink_row_checks, sink_commit_checks, sink_kill_checks,
                                                    sink_reader_checks };

  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const struct sink_check *check = lists[i]; check->name != NULL; check++) {
      const struct run run = { subject, check };

      if (check->threads)
        runner_check_threads ("sink", check->name, run_check, &run);
      else
        runner_check ("sink", check->name, run_check, &run);
    }
}
