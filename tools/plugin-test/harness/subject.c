/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/subject.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/options-file.h"
#include "harness/runner.h"
#include "harness/verdict.h"

bool
subject_is_given (const struct subject *subject, const char *key)
{
  for (size_t i = 0; i < subject->settings_count; i++)
    if (strcmp (subject->settings[i].key, key) == 0)
      return true;
  return false;
}

/* The changes come last, so that they win. Without a directory given, that of the check counts, which is
 * removed after it with whatever a sink made in there. */
struct ini_file *
subject_file (const struct subject *subject, const char *const *changed)
{
  struct ini_file *file =
      options_file_make (subject->directory != NULL ? subject->directory : runner_directory ());

  for (size_t i = 0; i < subject->settings_count; i++)
    options_file_set (file, subject->settings[i].key, subject->settings[i].value);
  for (; changed != NULL && changed[0] != NULL; changed += 2)
    options_file_set (file, changed[0], changed[1]);
  return file;
}

struct instance *
subject_instance (const struct subject *subject)
{
  struct ini_file *file = subject_file (subject, NULL);
  struct instance *instance = options_file_instance (file, subject->plugin);

  EXPECT (instance != NULL, "the plugin cannot be configured (options are given with -o KEY=VALUE): %s",
          options_file_reason (file));
  ini_free (file);
  return instance;
}

static void
free_settings (struct setting *settings, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    free (settings[i].key);
    free (settings[i].value);
  }
  free (settings);
}

void
subject_free (struct subject *subject)
{
  free_settings (subject->settings, subject->settings_count);
  free_settings (subject->refused, subject->refused_count);
  free ((void *) (uintptr_t) subject->directory);
  entries_free (&subject->entries);
}
