/* SPDX-License-Identifier: Apache-2.0 */
/* Every mistake in the file is told, not only the first, so reading goes on after each. What is missing
 * because of an earlier mistake is not told once more. */
#include "config.h"

#include "setup/setup-read.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/suggest.h"
#include "bytes/cleanup.h"
#include "plugin/instance.h"
#include "setup/decoders.h"

/* ---- which sections there may be ----------------------------------------------------------------- */

static const struct section_kind {
  const char *kind;
  bool named;    /* [kind NAME] */
  bool repeated; /* the same title may come again */
} section_kinds[] = {
  { "pipeline", false, false }, { "source", false, false },  { "decoder", true, true },
  { "sink", true, false },      { "service", false, false }, { "schedule", false, false },
  { "webhook", true, false },
};

/* Of what is wrong with a title the first is told, because the rest follows from it. A title that comes again
 * is told where it does, but not if it is malformed: that was told when the file was read. */
static void
check_section (struct ini_file *file, const struct ini_section *section)
{
  struct suggestion suggestion = { .word = section->kind };
  const struct section_kind *found = NULL;
  CLEANUP_FREE char *hint = NULL;

  for (size_t i = 0; i < sizeof section_kinds / sizeof *section_kinds && found == NULL; i++) {
    suggest_offer (&suggestion, section_kinds[i].kind);
    if (strcmp (section_kinds[i].kind, section->kind) == 0)
      found = &section_kinds[i];
  }
  hint = suggest_hint (&suggestion);
  if (found == NULL)
    ini_mistake (file, section->line, "%s: unknown section%s", section->title,
                 hint && *hint
                     ? hint
                     : "; known are pipeline, source, decoder, sink, service, schedule and webhook");
  else if (found->named && section->name == NULL && !section->malformed)
    ini_mistake (file, section->line, "%s: the name is missing: expected [%s %s]", section->title,
                 found->kind, strcmp (found->kind, "decoder") == 0 ? "LABEL] or [decoder *" : "NAME");
  else if (!found->named && section->name != NULL)
    ini_mistake (file, section->line, "%s: expected [%s], this section has no name", section->title,
                 found->kind);
  if (found == NULL || found->repeated || section->malformed)
    return;
  for (const struct ini_section *before = file->sections; before < section; before++)
    if (strcmp (before->title, section->title) == 0 && !before->malformed) {
      ini_mistake (file, section->line, "%s is given twice, first on line %u", section->title, before->line);
      return;
    }
}

/* True if some section is of that kind, or seems to be meant so: what is amiss with it is told there. */
static bool
is_meant (const struct ini_file *file, const char *kind)
{
  for (size_t i = 0; i < file->count; i++) {
    struct suggestion suggestion = { .word = file->sections[i].kind };

    for (size_t j = 0; j < sizeof section_kinds / sizeof *section_kinds; j++)
      suggest_offer (&suggestion, section_kinds[j].kind);
    if (strcmp (suggestion.best, kind) == 0)
      return true;
  }
  return false;
}

/* True if all variables of the section must be set. Who does not ask the source can do without, save to know
 * which plugin it is. */
static bool
needs_environment (const struct ini_section *section, unsigned parts)
{
  const struct ini_value *plugin = ini_find (section, "plugin");

  if (strcmp (section->kind, "source") == 0)
    return (parts & SETUP_SOURCE) != 0 || (plugin != NULL && plugin->broken);
  return !section_is_of_service (section) || (parts & SETUP_SERVICE) != 0;
}

/* The first section of that kind, which has no name, or NULL. */
static const struct ini_section *
find_section (const struct ini_file *file, const char *kind)
{
  for (size_t i = 0; i < file->count; i++)
    if (strcmp (file->sections[i].kind, kind) == 0 && file->sections[i].name == NULL)
      return &file->sections[i];
  return NULL;
}

/* ---- instances ----------------------------------------------------------------------------------- */

/* A sink goes by its section's name, for there may be several of one plugin. A source is the only one there
 * is, so it goes by its plugin's. */
static struct instance *
make_instance (struct setup *setup, const struct ini_section *section, enum dcpipe_kind kind)
{
  struct plugin *plugin = instance_load_plugin (setup->file, section, kind);
  struct instance *instance;

  if (plugin == NULL)
    return NULL;
  instance = calloc (1, sizeof *instance);
  if (instance != NULL
      && instance_fill (instance, setup->file, plugin,
                        kind == DCPIPE_KIND_SINK && section->name ? section->name : plugin_name (plugin),
                        &section, 1))
    return instance;
  ini_mistake (setup->file, section->line, "no memory for %s", section->title);
  instance_free (instance);
  return NULL;
}

static void
read_sinks (struct setup *setup)
{
  struct ini_file *file = setup->file;

  setup->sinks = calloc (file->count + 1, sizeof (struct instance *));
  setup->sinks_count = 0;
  for (size_t i = 0; i < file->count && setup->sinks != NULL; i++) {
    struct instance *sink;

    if (strcmp (file->sections[i].kind, "sink") != 0)
      continue;
    sink = make_instance (setup, &file->sections[i], DCPIPE_KIND_SINK);
    if (sink != NULL)
      setup->sinks[setup->sinks_count++] = sink;
  }
  if (setup->sinks == NULL)
    ini_mistake (file, 0, "no memory for the sinks");
  if (!is_meant (file, "sink"))
    ini_mistake (file, 0, "there is no [sink NAME]: at least one is needed");
}

/* The value that says where the sink stores; NULL if none is known. */
static const struct option_value *
place_of (const struct instance *sink)
{
  const struct dcpipe_options *options = plugin_options (sink->plugin);

  for (size_t i = 0; i < options->count; i++)
    if ((options->items[i].flags & DCPIPE_OPTION_STORE) && sink->values[i].string != NULL)
      return &sink->values[i];
  return NULL;
}

/* Where a '/' stands for nothing more: before another one, or before "./". */
static const char *
skip_nothing (const char *path)
{
  while (path[0] == '/' && (path[1] == '/' || strncmp (path, "/./", 3) == 0))
    path += path[1] == '/' ? 1 : 2;
  return path;
}

/* Whether two paths name one file, as far as they are written; links are told by the lock. */
static bool
same_path (const char *a, const char *b)
{
  a = skip_nothing (a);
  b = skip_nothing (b);
  while (*a == *b && *a != '\0') {
    a = skip_nothing (a + 1);
    b = skip_nothing (b + 1);
  }
  return *a == *b;
}

/* Two sinks in one place would keep each other out, and it would look as if another process did. */
static void
check_places (struct setup *setup)
{
  for (size_t i = 0; i < setup->sinks_count; i++)
    for (size_t j = 0; j < i; j++) {
      const struct option_value *later = place_of (setup->sinks[i]), *first = place_of (setup->sinks[j]);

      if (later != NULL && first != NULL && same_path (later->string, first->string))
        ini_mistake (setup->file, later->line, "path = %s: %s would store in the place of %s, line %u",
                     later->text, setup->sinks[i]->section, setup->sinks[j]->section, first->line);
    }
}

/* Decoders that look rows up need sinks that give them. */
static void
check_lookups (struct setup *setup)
{
  for (size_t i = 0; i < setup->decoders_count; i++)
    for (size_t j = 0; j < setup->sinks_count; j++) {
      const struct instance *decoder = &setup->decoders[i]->instance, *sink = setup->sinks[j];

      if (plugin_resolves (decoder->plugin) && !plugin_looks_up (sink->plugin))
        ini_mistake (setup->file, sink->line,
                     "%s: the plugin %s cannot look rows up, which decoder %s (line %u) needs", sink->section,
                     plugin_name (sink->plugin), decoder->name, decoder->line);
    }
}

static void
read_sections (struct setup *setup, unsigned parts)
{
  struct ini_file *file = setup->file;
  const struct ini_section *source = find_section (file, "source");

  /* Sections and variables first: their mistakes explain those of options. */
  for (size_t i = 0; i < file->count; i++) {
    check_section (file, &file->sections[i]);
    if (needs_environment (&file->sections[i], parts))
      ini_check_environment (file, &file->sections[i]);
  }
  if (!pipeline_settings_read (file, find_section (file, "pipeline"), &setup->pipeline,
                               &setup->pipeline_values))
    ini_mistake (file, 0, "no memory for [pipeline]");
  if (source != NULL)
    setup->source = make_instance (setup, source, DCPIPE_KIND_SOURCE);
  else if (!is_meant (file, "source"))
    ini_mistake (file, 0, "there is no [source]: exactly one is needed");
  setup_read_decoders (setup);
  if (!is_meant (file, "decoder"))
    ini_mistake (file, 0, "there is no [decoder LABEL] or [decoder *]: at least one is needed");
  read_sinks (setup);
  check_places (setup);
  check_lookups (setup);
}

struct setup *
setup_read (const char *path, unsigned parts)
{
  struct setup *setup = calloc (1, sizeof *setup);

  if (setup != NULL && (setup->path = strdup (path)) != NULL)
    setup->file = ini_read (path);
  else
    fail ("%s: no memory for what it says", path);
  if (setup == NULL || setup->file == NULL) {
    log_failure ();
    setup_free (setup);
    return NULL;
  }
  read_sections (setup, parts);
  if ((parts & SETUP_SERVICE) && (setup->service = service_config_read (setup->file)) == NULL)
    ini_mistake (setup->file, 0, "no memory for [service]");
  ini_report (setup->file);
  if (setup->file->mistakes == 0)
    return setup;
  setup_free (setup);
  return NULL;
}

void
setup_free (struct setup *setup)
{
  if (setup == NULL)
    return;
  instance_free (setup->source);
  for (size_t i = 0; i < setup->sinks_count; i++)
    instance_free (setup->sinks[i]);
  free (setup->sinks);
  setup_free_decoders (setup);
  options_free (pipeline_settings_options (), setup->pipeline_values);
  service_config_free (setup->service);
  ini_free (setup->file);
  free (setup->path);
  free (setup);
}
