/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plugin/instance.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "config/options.h"
#include "plugin/callback.h"
#include "plugin/plugin-load.h"

/* A path in the file is relative to the file's directory, and a name, which has no '/', is looked up; so one
 * INI file works from wherever dcpipe is started. */
struct plugin *
instance_load_plugin (struct ini_file *file, const struct ini_section *section, enum dcpipe_kind kind)
{
  const struct ini_value *value = ini_find (section, "plugin");
  CLEANUP_FREE char *path = NULL;
  struct plugin *plugin;

  if (value == NULL) {
    ini_mistake (file, section->line, "%s needs the key 'plugin': the name of a %s plugin", section->title,
                 plugin_kind_name (kind));
    return NULL;
  }
  if (value->broken)
    return NULL;
  if (strchr (value->text, '/') != NULL && value->text[0] != '/'
      && asprintf (&path, "%s/%s", file->directory, value->text) < 0) {
    path = NULL;
    ini_mistake (file, section->line, "no memory for a path");
    return NULL;
  }
  plugin = plugin_load (kind, path ? path : value->text);
  if (plugin == NULL)
    ini_mistake (file, value->line, "plugin = %s: %s", value->text, failure ());
  return plugin;
}

bool
instance_make_handle (struct instance *instance)
{
  size_t size = plugin_handle_size (instance->plugin);

  assert (instance->handle == NULL);
  /* calloc may give NULL for 0 bytes, which would look like a lack of memory. */
  instance->handle = calloc (1, size ? size : 1);
  return instance->handle != NULL;
}

bool
instance_complete (struct instance *instance)
{
  int (*complete) (void *handle) = plugin_config_complete (instance->plugin);
  struct callback outer;
  int result;

  if (complete == NULL)
    return true;
  /* Before the call, for config_free is due even if it fails. */
  instance->completed = true;
  outer = callback_begin (instance, "config_complete");
  result = complete (instance->handle);
  /* Any other result than DCPIPE_OK refuses the options: there is nothing yet that could be tried again. */
  if (result != DCPIPE_OK && failure ()[0] == '\0')
    fail ("the plugin refuses its options and does not say why");
  callback_leave (outer);
  return result == DCPIPE_OK;
}

bool
instance_fill (struct instance *instance, struct ini_file *file, struct plugin *plugin, const char *name,
               const struct ini_section *const *sections, size_t count)
{
  static const char *const known[] = { "plugin", NULL };
  unsigned before = file->mistakes;

  assert (count > 0);
  instance->plugin = plugin;
  instance->line = sections[0]->line;
  instance->name = strdup (name);
  instance->section = strdup (sections[0]->title);
  if (asprintf (&instance->title, "%s %s", plugin_kind_name (plugin->kind), name) < 0)
    instance->title = NULL;
  if (instance->name == NULL || instance->section == NULL || instance->title == NULL
      || !instance_make_handle (instance))
    return false;
  instance->values = options_set (plugin_options (plugin), file, sections, count, known, instance->handle);
  if (instance->values == NULL)
    return false;
  instance->lacking = !options_good (plugin_options (plugin), instance->values);
  /* Only with options that are all there and good: what config_complete derives from others would be refused
   * once more, in words that do not name the line. */
  if (file->mistakes == before && !instance->lacking && !instance_complete (instance))
    ini_mistake (file, instance->line, "%s", failure ());
  return true;
}

struct instance *
instance_clone (const struct instance *instance)
{
  struct instance *clone = calloc (1, sizeof *clone);

  if (clone == NULL) {
    fail ("%s: no memory for another handle", instance->title);
    return NULL;
  }
  clone->plugin = instance->plugin;
  clone->line = instance->line;
  clone->name = strdup (instance->name);
  clone->title = strdup (instance->title);
  clone->section = strdup (instance->section);
  if (instance_make_handle (clone))
    clone->values = options_copy (plugin_options (clone->plugin), instance->values, clone->handle);
  if (clone->name == NULL || clone->title == NULL || clone->section == NULL || clone->values == NULL) {
    fail ("%s: no memory for another handle", instance->title);
    instance_free (clone);
    return NULL;
  }
  if (!instance_complete (clone)) {
    instance_free (clone);
    return NULL;
  }
  return clone;
}

static void
free_config (struct instance *instance)
{
  void (*config_free) (void *handle) = instance->completed ? plugin_config_free (instance->plugin) : NULL;
  struct callback outer;

  if (config_free == NULL)
    return;
  outer = callback_enter (instance, "config_free");
  config_free (instance->handle);
  callback_leave (outer);
}

void
instance_clear (struct instance *instance)
{
  /* Before the options and the handle go: the plugin finds in them what it made. */
  free_config (instance);
  if (instance->plugin != NULL)
    options_free (plugin_options (instance->plugin), instance->values);
  free (instance->handle);
  free (instance->name);
  free (instance->title);
  free (instance->section);
}

void
instance_free (struct instance *instance)
{
  if (instance == NULL)
    return;
  instance_clear (instance);
  free (instance);
}

/* A handle is opened once, as the header promises plugins; so another attempt takes another handle. The
 * instance stays where it is, because others point to it. */
bool
instance_renew (struct instance *instance)
{
  struct instance *fresh = instance_clone (instance), used = *instance;

  if (fresh == NULL)
    return false;
  /* `completed` stays, for it is the same in both: a clone that could not be completed was not made. */
  instance->handle = fresh->handle;
  instance->values = fresh->values;
  fresh->handle = used.handle;
  fresh->values = used.values;
  instance_free (fresh);
  return true;
}
