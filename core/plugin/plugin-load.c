/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: dlopen, the registration, our own copy of the plugin's struct and arrays. */
#include "config.h"

#include "plugin/plugin-load.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "plugin/callback.h"
#include "plugin/object-file.h"
#include "plugin/plugin-check.h"
#include "plugin/plugin-path.h"

/* No array that a plugin declares is longer, no element larger. */
#define ITEMS_MAX 10000
#define ITEM_SIZE_MAX 65536

/* What every plugin's struct begins with: name, version, description and license. */
#define NAMES_SIZE (4 * sizeof (char *))

/* A file is loaded once, whoever asks for it: several sections, and setups that are read again, name the same
 * plugin. */
static struct plugin *loaded;

/* ---- copies of arrays ---------------------------------------------------------------------------- */

/* Copies of what the plugin declares, since its elements may be shorter or longer than ours. */
static void *
keep (struct plugin *plugin, void *memory)
{
  void **room = array_room (&plugin->copies, plugin->copies_count, sizeof *room);

  if (memory != NULL && room != NULL) {
    *room = memory;
    plugin->copies_count++;
    return memory;
  }
  free (memory);
  fail ("%s: no memory for what the plugin declares", plugin->path);
  return NULL;
}

/* The pointer to an array of whatever type. */
typedef const void *any_array __attribute__ ((may_alias));

/* Replaces the array by a copy with elements of our size: what ours has more is zero, what theirs has more is
 * left out. */
static bool
copy_array (struct plugin *plugin, any_array *array, size_t count, size_t *item_size, size_t our_size)
{
  const char *from = *array;
  char *copy = NULL;

  if (count > 0 && (from == NULL || count > ITEMS_MAX || *item_size == 0 || *item_size > ITEM_SIZE_MAX)) {
    fail ("%s: an array that the plugin declares has no sound size (%zu elements of %zu bytes)", plugin->path,
          count, *item_size);
    return false;
  }
  if (count > 0 && (copy = keep (plugin, calloc (count, our_size))) == NULL)
    return false;
  for (size_t i = 0; i < count; i++)
    memcpy (copy + i * our_size, from + i * *item_size, *item_size < our_size ? *item_size : our_size);
  *array = copy;
  *item_size = our_size;
  return true;
}

#define COPY_ARRAY(plugin, array)                                                                            \
  copy_array ((plugin), (any_array *) &(array)->items, (array)->count, &(array)->item_size,                  \
              sizeof *(array)->items)

static bool
copy_tables (struct plugin *plugin, struct dcpipe_table_defs *defs)
{
  struct dcpipe_table_def *tables;

  if (!COPY_ARRAY (plugin, defs))
    return false;
  /* The array was made by copy_array just now and is ours to change. */
  tables = defs->count > 0 ? plugin->copies[plugin->copies_count - 1] : NULL;
  for (size_t i = 0; i < defs->count; i++)
    if (!COPY_ARRAY (plugin, &tables[i].columns) || !COPY_ARRAY (plugin, &tables[i].indexes))
      return false;
  return true;
}

static bool
copy_decoder (struct plugin *plugin, struct dcpipe_decoder *decoder)
{
  return COPY_ARRAY (plugin, &decoder->labels) && COPY_ARRAY (plugin, &decoder->views)
         && copy_tables (plugin, &decoder->tables);
}

static bool
copy_arrays (struct plugin *plugin)
{
  struct dcpipe_options *options = plugin->kind == DCPIPE_KIND_SOURCE    ? &plugin->u.source.options
                                   : plugin->kind == DCPIPE_KIND_DECODER ? &plugin->u.decoder.options
                                                                         : &plugin->u.sink.options;

  return COPY_ARRAY (plugin, options)
         && (plugin->kind != DCPIPE_KIND_DECODER || copy_decoder (plugin, &plugin->u.decoder))
         && (plugin->kind != DCPIPE_KIND_SOURCE || copy_tables (plugin, &plugin->u.source.tables));
}

/* ---- registration -------------------------------------------------------------------------------- */

/* Before anything else of the registration is read: its form is frozen, what it points to is not. */
static bool
check_version (const struct dcpipe_registration *registration, const char *path)
{
  if (registration->magic != DCPIPE_MAGIC) {
    fail ("%s: not a plugin of dcpipe: its registration does not begin with the magic number", path);
    return false;
  }
  if (registration->api_major != DCPIPE_API_MAJOR) {
    fail ("%s: built for plugin API %u.%u, this dcpipe has %d.%d: build the plugin again", path,
          registration->api_major, registration->api_minor, DCPIPE_API_MAJOR, DCPIPE_API_MINOR);
    return false;
  }
  if (registration->api_minor > DCPIPE_API_MINOR) {
    fail ("%s: built for plugin API %u.%u, this dcpipe has only %d.%d: use a newer dcpipe", path,
          registration->api_major, registration->api_minor, DCPIPE_API_MAJOR, DCPIPE_API_MINOR);
    return false;
  }
  return true;
}

static bool
take_registration (struct plugin *plugin, const struct dcpipe_registration *registration,
                   enum dcpipe_kind kind)
{
  size_t ours = kind == DCPIPE_KIND_SOURCE    ? sizeof plugin->u.source
                : kind == DCPIPE_KIND_DECODER ? sizeof plugin->u.decoder
                                              : sizeof plugin->u.sink;

  if (!check_version (registration, plugin->path))
    return false;
  /* Before the struct is read as one of that kind. */
  if (registration->kind != (uint32_t) kind) {
    fail ("%s: is a %s plugin, not a %s plugin", plugin->path,
          plugin_kind_name ((enum dcpipe_kind) registration->kind), plugin_kind_name (kind));
    return false;
  }
  if (registration->plugin == NULL) {
    fail ("%s: not a plugin of dcpipe: it registers nothing", plugin->path);
    return false;
  }
  if (registration->size < NAMES_SIZE) {
    fail ("%s: registers %zu bytes, too few for a %s: use the DCPIPE_REGISTER macros", plugin->path,
          registration->size, plugin_kind_name (kind));
    return false;
  }
  /* What the plugin's struct is too short for stays zero, which every later member must have as "not
   * there". */
  plugin->kind = kind;
  plugin->api_minor = registration->api_minor;
  memcpy (&plugin->u, registration->plugin, registration->size < ours ? registration->size : ours);
  return copy_arrays (plugin) && plugin_check (plugin);
}

/* Libraries stay open until the process ends: some of those that plugins use run code at exit, and leak
 * checkers follow the thread-local storage of all that were ever open. */
static void
free_plugin (struct plugin *plugin)
{
  for (size_t i = 0; i < plugin->copies_count; i++)
    free (plugin->copies[i]);
  free (plugin->copies);
  free (plugin->path);
  free (plugin);
}

/* ---- loading ------------------------------------------------------------------------------------- */

/* There is no instance yet: a plugin that ends the process here is named by its file. */
static const struct dcpipe_registration *
registration_of (void *library, const char *path)
{
  const struct instance loading = { .title = (char *) (uintptr_t) path };
  const struct dcpipe_registration *registration;
  struct callback outer;
  union { /* ISO C has no cast from an object's to a function's address */
    void *object;
    const struct dcpipe_registration *(*function) (void);
  } entry = { dlsym (library, "dcpipe_plugin") };

  if (entry.object == NULL)
    return NULL;
  outer = callback_enter (&loading, "dcpipe_plugin");
  registration = entry.function ();
  callback_leave (outer);
  return registration;
}

/* Opens the shared object and returns its registration. `library` is set, even after fail, to what must
 * be closed. */
static const struct dcpipe_registration *
open_library (const char *path, void **library)
{
  const struct dcpipe_registration *registration;
  const char *reason;
  size_t size = strlen (path);

  *library = NULL;
  if (!object_file_check (path))
    return NULL;
  /* All symbols at once, so that a plugin that lacks a function is refused here and not in the middle of a
   * run; and none for others to see, so that two plugins may use two releases of one library. */
  *library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  if (*library == NULL) {
    reason = dlerror ();
    /* The linker's message usually begins with the path already. */
    if (strncmp (reason, path, size) == 0 && strncmp (reason + size, ": ", 2) == 0)
      reason += size + 2;
    fail ("%s: cannot be loaded: %s", path, reason);
    return NULL;
  }
  registration = registration_of (*library, path);
  if (registration == NULL && dlsym (*library, "dcpipe_plugin") == NULL)
    fail ("%s: not a plugin of dcpipe: it exports no function dcpipe_plugin", path);
  else if (registration == NULL)
    fail ("%s: not a plugin of dcpipe: its function dcpipe_plugin gives NULL", path);
  return registration;
}

enum dcpipe_kind
plugin_kind_of (const char *path)
{
  void *library;
  const struct dcpipe_registration *registration = open_library (path, &library);
  enum dcpipe_kind kind = 0;

  if (registration != NULL && check_version (registration, path)) {
    kind = (enum dcpipe_kind) registration->kind;
    if (kind < DCPIPE_KIND_SOURCE || kind > DCPIPE_KIND_SINK) {
      fail ("%s: a plugin of an unknown kind (%u)", path, registration->kind);
      kind = 0;
    }
  }
  return kind;
}

/* `plugin` is filled as far as it came. */
static bool
open_plugin (struct plugin *plugin, enum dcpipe_kind kind)
{
  const struct dcpipe_registration *registration = open_library (plugin->path, &plugin->library);

  return registration != NULL && take_registration (plugin, registration, kind);
}

static struct plugin *
find_loaded (enum dcpipe_kind kind, const char *path)
{
  for (struct plugin *plugin = loaded; plugin != NULL; plugin = plugin->next)
    if (plugin->kind == kind && strcmp (plugin->path, path) == 0)
      return plugin;
  return NULL;
}

struct plugin *
plugin_load (enum dcpipe_kind kind, const char *name)
{
  CLEANUP_FREE char *path = plugin_path_find (kind, name);
  struct plugin *plugin = path == NULL ? NULL : find_loaded (kind, path);

  if (path == NULL || plugin != NULL)
    return plugin;
  plugin = calloc (1, sizeof *plugin);
  if (plugin == NULL) {
    fail ("no memory for the plugin %s", name);
    return NULL;
  }
  plugin->path = path;
  path = NULL;
  if (!open_plugin (plugin, kind)) {
    free_plugin (plugin);
    return NULL;
  }
  /* Messages and checkpoints name a plugin by what it calls itself, the INI file by its file: the two must be
   * one, or two plugins could be taken for each other. */
  if (strchr (name, '/') == NULL && strcmp (plugin_name (plugin), name) != 0) {
    fail ("%s: calls itself '%s', not '%s'", plugin->path, plugin_name (plugin), name);
    free_plugin (plugin);
    return NULL;
  }
  log_debug ("%s plugin %s %s from %s", plugin_kind_name (kind), plugin_name (plugin),
             plugin_version (plugin) ? plugin_version (plugin) : "", plugin->path);
  plugin->next = loaded;
  loaded = plugin;
  return plugin;
}

void
plugins_unload (void)
{
  while (loaded != NULL) {
    struct plugin *next = loaded->next;

    free_plugin (loaded);
    loaded = next;
  }
  plugin_path_forget ();
}
