/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of plugins: a handle and its values. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/options.h"
#include "plugin/callback.h"
#include "plugin/plugin.h"
#include "setup/setup.h"

bool
instance_make_handle (struct instance *instance)
{
  size_t size = plugin_handle_size (instance->plugin);

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
  instance->completed = true;
  outer = callback_begin (instance, "config_complete");
  result = complete (instance->handle);
  if (result != DCPIPE_OK && failure ()[0] == '\0')
    fail ("the plugin refuses its options and does not say why");
  callback_leave (outer);
  return result == DCPIPE_OK;
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

bool
instance_renew (struct instance *instance)
{
  struct instance *fresh = instance_clone (instance), used = *instance;

  if (fresh == NULL)
    return false;
  instance->handle = fresh->handle;
  instance->values = fresh->values;
  fresh->handle = used.handle;
  fresh->values = used.values;
  instance_free (fresh);
  return true;
}
