/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "setup/setup.h"

#include <string.h>

#include "base/log.h"
#include "base/suggest.h"

bool
section_is_of_service (const struct ini_section *section)
{
  return strcmp (section->kind, "service") == 0 || strcmp (section->kind, "schedule") == 0
         || strcmp (section->kind, "webhook") == 0;
}

/* The first one serves where any will do, as for a dump: all sinks hold the same tables. */
struct instance *
setup_find_sink (const struct setup *setup, const char *name)
{
  char list[512] = "";

  /* There is one at the least: a file without any is refused when it is read. */
  if (name == NULL)
    return setup->sinks[0];
  for (size_t i = 0; i < setup->sinks_count; i++) {
    if (strcmp (setup->sinks[i]->name, name) == 0)
      return setup->sinks[i];
    suggest_append (list, sizeof list, setup->sinks[i]->name);
  }
  fail ("%s has no sink '%s'; its sinks are: %s", setup->path, name, list);
  return NULL;
}
