/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/options-file.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "config/options.h"
#include "harness/verdict.h"
#include "plugin/instance.h"
#include "setup/setup.h"

static char *
copy (const char *text)
{
  char *made = strdup (text);

  EXPECT_MEMORY (made);
  return made;
}

struct ini_file *
options_file_make (const char *directory)
{
  struct ini_file *file = calloc (1, sizeof *file);

  EXPECT_MEMORY (file);
  file->sections = calloc (1, sizeof *file->sections);
  EXPECT_MEMORY (file->sections);
  file->count = 1;
  file->path = copy ("the options given"); /* messages are to name what the user knows */
  file->directory = copy (directory);
  file->sections[0].title = copy ("[plugin]");
  file->sections[0].kind = copy ("plugin");
  return file;
}

/* The order of keys means nothing, so the last one takes the place of one that is left out. */
void
options_file_set (struct ini_file *file, const char *key, const char *value)
{
  struct ini_section *section = &file->sections[0];
  struct ini_value *at = (struct ini_value *) (uintptr_t) ini_find (section, key);

  if (at == NULL && value == NULL)
    return;
  if (at == NULL) {
    at = array_room (&section->values, section->count, sizeof *at);
    EXPECT_MEMORY (at);
    at->key = copy (key);
    section->count++;
  }
  free (at->text);
  if (value != NULL) {
    at->text = copy (value);
    return;
  }
  free (at->key);
  *at = section->values[--section->count];
}

/* What a run does with a section, without the search for the plugin. Values that options_set refuses are not
 * given to config_complete: the engine would not call it either. */
struct instance *
options_file_instance (struct ini_file *file, struct plugin *plugin)
{
  static const char *const known[] = { "plugin", NULL };
  const struct ini_section *section = &file->sections[0];
  struct instance *instance = calloc (1, sizeof *instance);

  EXPECT_MEMORY (instance);
  failure_clear ();
  instance->plugin = plugin;
  instance->name = copy (plugin_name (plugin));
  instance->title = copy (plugin_name (plugin));
  instance->section = copy (section->title);
  EXPECT (instance_make_handle (instance), "no memory for the handle");
  instance->values = options_set (plugin_options (plugin), file, &section, 1, known, instance->handle);
  EXPECT_MEMORY (instance->values);
  if (file->mistakes == 0 && instance_complete (instance))
    return instance;
  instance_free (instance);
  return NULL;
}

const char *
options_file_reason (const struct ini_file *file)
{
  return file->listed > 0 ? file->mistake_list[0].text : failure ();
}
