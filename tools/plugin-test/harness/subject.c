/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/subject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "config/options.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "plugin/instance.h"
#include "setup/setup.h"

static const char *
replaced (const char *const *changed, const char *key, bool *found)
{
  *found = false;
  for (; changed != NULL && changed[0] != NULL; changed += 2)
    if (strcmp (changed[0], key) == 0) {
      *found = true;
      return changed[1];
    }
  return NULL;
}

bool
subject_is_given (const struct subject *subject, const char *key)
{
  for (size_t i = 0; i < subject->settings_count; i++)
    if (strcmp (subject->settings[i].key, key) == 0)
      return true;
  return false;
}

static void
write_settings (FILE *file, const struct subject *subject, const char *const *changed)
{
  bool found;

  fprintf (file, "[plugin]\n");
  for (size_t i = 0; i < subject->settings_count; i++) {
    const char *other = replaced (changed, subject->settings[i].key, &found);
    const char *value = found ? other : subject->settings[i].value;

    if (value != NULL)
      fprintf (file, "%s = %s\n", subject->settings[i].key, value);
  }
  for (; changed != NULL && changed[0] != NULL; changed += 2)
    if (changed[1] != NULL && !subject_is_given (subject, changed[0]))
      fprintf (file, "%s = %s\n", changed[0], changed[1]);
}

struct ini_file *
subject_file (const struct subject *subject, const char *const *changed)
{
  char path[300];
  int fd;
  FILE *file;
  struct ini_file *read;

  snprintf (path, sizeof path, "%.250s/plugin.ini.XXXXXX", runner_directory ());
  fd = mkstemp (path);
  file = fd >= 0 ? fdopen (fd, "w") : NULL;
  if (file == NULL) {
    fail ("%s: %s", path, strerror (errno));
    return NULL;
  }
  write_settings (file, subject, changed);
  if (fclose (file) != 0) {
    fail ("%s: %s", path, strerror (errno));
    return NULL;
  }
  read = ini_read (path);
  unlink (path);
  if (read != NULL) { /* messages are to name what the user knows */
    free (read->path);
    read->path = strdup ("the options given");
    EXPECT_MEMORY (read->path);
  }
  if (read != NULL && subject->directory != NULL) {
    free (read->directory);
    read->directory = strdup (subject->directory);
  }
  return read;
}

struct instance *
subject_instance_from (const struct subject *subject, struct ini_file *file)
{
  static const char *const known[] = { "plugin", NULL };
  const struct ini_section *section = file->count > 0 ? &file->sections[0] : NULL;
  struct instance *instance = calloc (1, sizeof *instance);

  EXPECT_MEMORY (instance);
  instance->plugin = subject->plugin;
  instance->name = strdup (plugin_name (subject->plugin));
  instance->title = strdup (plugin_name (subject->plugin));
  instance->section = strdup ("[plugin]");
  EXPECT (instance_make_handle (instance), "no memory for the handle");
  instance->values =
      options_set (plugin_options (subject->plugin), file, &section, 1, known, instance->handle);
  EXPECT_MEMORY (instance->values);
  if (file->mistakes == 0 && instance_complete (instance))
    return instance;
  instance_free (instance);
  return NULL;
}

struct instance *
subject_instance (const struct subject *subject)
{
  struct ini_file *file = subject_file (subject, NULL);
  struct instance *instance;

  EXPECT (file != NULL, "%s", failure ());
  failure_clear ();
  instance = subject_instance_from (subject, file);
  EXPECT (instance != NULL, "the plugin cannot be configured (options are given with -o KEY=VALUE): %s",
          file->listed > 0 ? file->mistake_list[0].text : failure ());
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
