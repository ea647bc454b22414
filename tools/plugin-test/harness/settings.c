/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "base/suggest.h"
#include "bytes/cleanup.h"

static bool
no_memory (void)
{
  fail ("no memory for the options");
  return false;
}

static bool
add (struct setting **settings, size_t *count, const char *key, size_t key_size, const char *value)
{
  struct setting *room = array_room (settings, *count, sizeof *room);

  if (room != NULL) {
    *room = (struct setting){ strndup (key, key_size), strdup (value) };
    ++*count;
  }
  return (room != NULL && room->key != NULL && room->value != NULL) || no_memory ();
}

bool
settings_add (struct setting **settings, size_t *count, const char *text)
{
  const char *equals = strchr (text, '=');
  CLEANUP_FREE char *variable = NULL, *value = NULL;

  if (equals == NULL || equals == text) {
    fail ("'%s': expected KEY=VALUE", text);
    return false;
  }
  value = ini_expand (equals + 1, &variable);
  if (value != NULL)
    return add (settings, count, text, (size_t) (equals - text), value);
  if (variable != NULL)
    fail ("%s: the environment variable %s is not set", text, variable);
  return false;
}

/* ---- INI files ----------------------------------------------------------------------------------- */

/* The value of `plugin` in the section names the plugin: by name, or as a file that is called so. */
static bool
names_plugin (const struct subject *subject, const struct ini_section *section)
{
  const struct ini_value *value = ini_find (section, "plugin");
  const char *name = plugin_name (subject->plugin);
  const char *slash = value != NULL ? strrchr (value->text, '/') : NULL;
  const char *file = slash != NULL ? slash + 1 : value != NULL ? value->text : "";

  if (strcmp (section->kind, plugin_kind_name (subject->plugin->kind)) != 0)
    return false;
  return strncmp (file, name, strlen (name)) == 0
         && (file[strlen (name)] == '\0' || strcmp (file + strlen (name), ".so") == 0);
}

static const struct ini_section *
find_section (const struct subject *subject, const struct ini_file *file, const char *title)
{
  for (size_t i = 0; i < file->count; i++) {
    const struct ini_section *section = &file->sections[i];

    if (title == NULL ? names_plugin (subject, section)
                      : strlen (section->title) == strlen (title) + 2
                            && memcmp (section->title + 1, title, strlen (title)) == 0)
      return section;
  }
  fail ("%s: there is no section %s%s%s", file->path, title != NULL ? "[" : "of the plugin ",
        title != NULL ? title : plugin_name (subject->plugin), title != NULL ? "]" : "");
  return NULL;
}

bool
settings_read (struct subject *subject, const char *path, const char *title)
{
  struct ini_file *file = ini_read (path);
  const struct ini_section *section = file != NULL ? find_section (subject, file, title) : NULL;
  bool good = section != NULL;

  for (size_t i = 0; good && i < section->count; i++) {
    const struct ini_value *value = &section->values[i];

    if (strcmp (value->key, "plugin") != 0 && !subject_is_given (subject, value->key))
      good = add (&subject->settings, &subject->settings_count, value->key, strlen (value->key), value->text);
  }
  if (good && subject->plugin->kind != DCPIPE_KIND_SINK)
    good = (subject->directory = strdup (file->directory)) != NULL || no_memory ();
  if (file != NULL)
    ini_free (file);
  return good;
}

/* ---- what the plugin takes ----------------------------------------------------------------------- */

static const struct dcpipe_option *
find_option (const struct dcpipe_options *options, const char *key)
{
  for (size_t i = 0; i < options->count; i++)
    if (strcmp (options->items[i].key, key) == 0)
      return &options->items[i];
  return NULL;
}

static bool
fail_unknown (const struct subject *subject, const char *key)
{
  const struct dcpipe_options *options = plugin_options (subject->plugin);
  struct suggestion nearest = { .word = key };
  CLEANUP_FREE char *hint = NULL;

  for (size_t i = 0; i < options->count; i++)
    suggest_offer (&nearest, options->items[i].key);
  hint = suggest_hint (&nearest);
  fail ("the %s %s has no option '%s'%s", plugin_kind_name (subject->plugin->kind),
        plugin_name (subject->plugin), key, hint != NULL ? hint : "");
  return false;
}

/* Before any check: each of them would fail for the same reason. */
bool
settings_fit (const struct subject *subject)
{
  const struct dcpipe_options *options = plugin_options (subject->plugin);

  for (size_t i = 0; i < subject->settings_count; i++) {
    if (find_option (options, subject->settings[i].key) == NULL)
      return fail_unknown (subject, subject->settings[i].key);
    for (size_t j = 0; j < i; j++)
      if (strcmp (subject->settings[j].key, subject->settings[i].key) == 0) {
        fail ("option %s is given twice", subject->settings[i].key);
        return false;
      }
  }
  for (size_t i = 0; i < subject->refused_count; i++)
    if (find_option (options, subject->refused[i].key) == NULL)
      return fail_unknown (subject, subject->refused[i].key);
  for (size_t i = 0; i < options->count; i++)
    if ((options->items[i].flags & DCPIPE_OPTION_REQUIRED)
        && !subject_is_given (subject, options->items[i].key)) {
      fail ("the %s %s needs the option %s: -o %s=VALUE", plugin_kind_name (subject->plugin->kind),
            plugin_name (subject->plugin), options->items[i].key, options->items[i].key);
      return false;
    }
  return true;
}

/* ---- sinks --------------------------------------------------------------------------------------- */

/* A relative path that stays below the directory that it is taken from. */
static bool
stays_below (const char *path)
{
  size_t size;

  if (path[0] == '/')
    return false;
  for (; *path != '\0'; path += size, path += *path == '/') {
    size = strcspn (path, "/");
    if (size == 2 && path[0] == '.' && path[1] == '.')
      return false;
  }
  return true;
}

bool
settings_are_safe (const struct subject *subject)
{
  const struct dcpipe_options *options = plugin_options (subject->plugin);

  for (size_t i = 0; i < options->count; i++)
    for (size_t j = 0; j < subject->settings_count; j++)
      if (options->items[i].type == DCPIPE_OPTION_PATH
          && strcmp (options->items[i].key, subject->settings[j].key) == 0
          && !stays_below (subject->settings[j].value)) {
        fail (
            "%s = %s: expected a relative path without '..', which is taken from a directory that is removed "
            "afterwards",
            subject->settings[j].key, subject->settings[j].value);
        return false;
      }
  return true;
}
