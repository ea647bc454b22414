/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders: sections that name the same plugin are one decoder; its labels; its fingerprint. */
#include "config.h"

#include "setup/decoders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "plugin/instance.h"
#include "plugin/plugin-load.h"
#include "plugin/plugin-path.h"

/* ---- labels -------------------------------------------------------------------------------------- */

/* The plugin's own name for the label, or NULL if it declares none of that name. */
static const char *
declared_label (const struct plugin *plugin, const char *label)
{
  const struct dcpipe_labels *labels = plugin_labels (plugin);

  for (size_t i = 0; i < labels->count; i++)
    if (strcmp (labels->items[i].name, label) == 0 || label_has_alias (&labels->items[i], label))
      return labels->items[i].name;
  return NULL;
}

struct alias {
  const char *label; /* as it was written */
  const char *name;  /* as the plugin that declares it calls it; NULL if none does */
};

static void
ask_plugin (void *context, const char *name, const char *path)
{
  struct alias *alias = context;
  const struct plugin *plugin = alias->name != NULL ? NULL : plugin_load (DCPIPE_KIND_DECODER, name);

  (void) path;
  if (plugin != NULL)
    alias->name = declared_label (plugin, alias->label);
}

/* Among the configured decoders; otherwise `label` itself. */
static const char *
configured_label (const struct setup *setup, const char *label)
{
  for (size_t i = 0; i < setup->decoders_count; i++) {
    const char *name = declared_label (setup->decoders[i]->instance.plugin, label);

    if (name != NULL)
      return name;
  }
  return label;
}

const char *
setup_label (const struct setup *setup, const char *label)
{
  struct alias alias = { .label = label };
  const char *declared = configured_label (setup, label);

  if (declared != label)
    return declared;
  /* The alias counts also where the decoder that declares it is not used. */
  plugins_list (DCPIPE_KIND_DECODER, ask_plugin, &alias);
  return alias.name != NULL ? alias.name : label;
}

struct plugin_list {
  const struct plugin **items;
  size_t count;
};

static void
add_plugin (void *context, const char *name, const char *path)
{
  struct plugin_list *list = context;
  const struct plugin *plugin = plugin_load (DCPIPE_KIND_DECODER, name);
  const struct plugin **items =
      plugin != NULL ? realloc (list->items, (list->count + 2) * sizeof (struct plugin *)) : NULL;

  (void) path;
  /* One that cannot be loaded is left out: a broken file in the plugin path must not keep a service from
   * starting that does not use it. */
  if (items == NULL)
    return;
  list->items = items;
  items[list->count++] = plugin;
  items[list->count] = NULL;
}

const struct plugin **
setup_known_decoders (void)
{
  struct plugin_list list = { .items = calloc (1, sizeof (struct plugin *)) };

  if (list.items != NULL)
    plugins_list (DCPIPE_KIND_DECODER, add_plugin, &list);
  return list.items;
}

const char *
setup_label_among (const struct setup *setup, const struct plugin *const *plugins, const char *label)
{
  const char *declared = configured_label (setup, label);

  for (; declared == label && *plugins != NULL; plugins++)
    if (declared_label (*plugins, label) != NULL)
      declared = declared_label (*plugins, label);
  return declared;
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char **
setup_labels (const struct setup *setup)
{
  size_t count = 0, kept = 0;
  const char **labels;

  for (size_t i = 0; i < setup->decoders_count; i++)
    count += setup->decoders[i]->labels_count;
  labels = calloc (count + 1, sizeof *labels);
  if (labels == NULL)
    return NULL;
  count = 0;
  for (size_t i = 0; i < setup->decoders_count; i++)
    for (size_t j = 0; j < setup->decoders[i]->labels_count; j++)
      labels[count++] = setup->decoders[i]->labels[j];
  qsort (labels, count, sizeof *labels, compare_texts);
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || strcmp (labels[kept - 1], labels[i]) != 0)
      labels[kept++] = labels[i];
  labels[kept] = NULL;
  return labels;
}

/* False when memory is short. */
static bool
add_label (struct decoder *decoder, const char *label)
{
  char **room;

  for (size_t i = 0; i < decoder->labels_count; i++)
    if (strcmp (decoder->labels[i], label) == 0)
      return true;
  room = array_room (&decoder->labels, decoder->labels_count, sizeof *room);
  if (room == NULL || (*room = strdup (label)) == NULL)
    return false;
  decoder->labels_count++;
  return true;
}

/* "A, B and C": the labels that the plugin takes. */
static char *
list_labels (const struct plugin *plugin)
{
  const struct dcpipe_labels *labels = plugin_labels (plugin);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream (&text, &size);

  if (out == NULL)
    return NULL;
  for (size_t i = 0; i < labels->count; i++)
    fprintf (out, "%s%s", i == 0 ? "" : i + 1 < labels->count ? ", " : " and ", labels->items[i].name);
  fclose (out);
  return text;
}

/* Gives the decoder the labels of one section. False when memory is short. */
static bool
take_labels (struct setup *setup, struct decoder *decoder, const struct ini_section *section)
{
  const struct plugin *plugin = decoder->instance.plugin;
  const struct dcpipe_labels *labels = plugin_labels (plugin);
  CLEANUP_FREE char *list = NULL;
  const char *label;
  bool good = true;

  if (section->name == NULL)
    return true;
  /* [decoder *] means all that the plugin takes: those labels that it declares, or any if it declares
   * none. */
  if (strcmp (section->name, "*") == 0) {
    decoder->any |= labels->count == 0;
    for (size_t i = 0; i < labels->count && good; i++)
      good = add_label (decoder, labels->items[i].name);
    return good;
  }
  label = labels->count > 0 ? declared_label (plugin, section->name) : setup_label (setup, section->name);
  if (label != NULL)
    return add_label (decoder, label);
  list = list_labels (plugin);
  ini_mistake (setup->file, section->line, "%s: the decoder %s does not take this label; it takes %s",
               section->title, plugin_name (plugin), list ? list : "others");
  return true;
}

static void
drop_labels (struct decoder *decoder)
{
  for (size_t i = 0; i < decoder->labels_count; i++)
    free (decoder->labels[i]);
  decoder->labels_count = 0;
}

bool
label_is_named (const struct setup *setup, const char *label)
{
  for (size_t i = 0; i < setup->decoders_count; i++)
    for (size_t number = 0; number < setup->decoders[i]->labels_count; number++)
      if (strcmp (setup->decoders[i]->labels[number], label) == 0)
        return true;
  return false;
}

bool
label_is_stored (const struct dcpipe_checkpoint *checkpoint, const char *label)
{
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    for (size_t number = 0; number < checkpoint->frontiers[i].labels_count; number++)
      if (strcmp (checkpoint->frontiers[i].labels[number].label, label) == 0)
        return true;
  return false;
}

/* ---- fingerprint --------------------------------------------------------------------------------- */

/* The value in one form, however it was written. */
static void
print_value (FILE *out, const struct dcpipe_option *option, const struct option_value *value)
{
  switch (option->type) {
  case DCPIPE_OPTION_BOOL:
    fputs (value->boolean ? "yes" : "no", out);
    break;
  case DCPIPE_OPTION_INT:
    fprintf (out, "%lld", (long long) value->integer);
    break;
  case DCPIPE_OPTION_SIZE:
  case DCPIPE_OPTION_DURATION:
    fprintf (out, "%llu", (unsigned long long) value->number);
    break;
  case DCPIPE_OPTION_LIST:
    for (char **item = value->list; item != NULL && *item != NULL; item++)
      fprintf (out, "%s%s", item == value->list ? "" : ",", *item);
    break;
  default:
    fputs (value->text ? value->text : "", out);
  }
}

/* A store keeps this beside what the decoder wrote. Whoever changes what rows there are, or which, changes
 * the text and is refused until the decoder is reset; so options count by what they mean ("yes" or "on"),
 * labels are sorted, and everything else is left out. */
static bool
make_fingerprint (struct decoder *decoder)
{
  const struct plugin *plugin = decoder->instance.plugin;
  const struct dcpipe_options *options = plugin_options (plugin);
  size_t size = 0;
  FILE *out = open_memstream (&decoder->fingerprint, &size);

  if (out == NULL)
    return false;
  fprintf (out, "%s/%u labels=%s", plugin_name (plugin), plugin_row_format (plugin), decoder->any ? "*" : "");
  for (size_t i = 0; i < decoder->labels_count; i++)
    fprintf (out, "%s%s", i ? "," : "", decoder->labels[i]);
  for (size_t i = 0; i < options->count; i++)
    if (options->items[i].flags & DCPIPE_OPTION_ROWS) {
      fprintf (out, " %s=", options->items[i].key);
      print_value (out, &options->items[i], &decoder->instance.values[i]);
    }
  return fclose (out) == 0 && decoder->fingerprint != NULL;
}

/* ---- grouping ------------------------------------------------------------------------------------ */

/* All sections and the plugin that each names; NULL for those that are no decoder's or whose plugin did
 * not load. */
struct groups {
  struct plugin **plugins;
  const struct ini_section **sections;
  size_t count;
};

/* Two sections of one title that name different plugins are two decoders of one label; that is what titles
 * may be given twice for. */
static void
load_plugins (struct setup *setup, struct groups *groups)
{
  struct ini_file *file = setup->file;

  for (size_t i = 0; i < file->count; i++) {
    struct ini_section *section = &file->sections[i];

    if (strcmp (section->kind, "decoder") != 0)
      continue;
    groups->plugins[i] = instance_load_plugin (file, section, DCPIPE_KIND_DECODER);
    groups->sections[i] = section;
    for (size_t j = 0; j < i; j++)
      if (groups->plugins[i] != NULL && groups->plugins[j] == groups->plugins[i]
          && strcmp (groups->sections[j]->title, section->title) == 0)
        ini_mistake (file, section->line, "%s with plugin = %s is given twice, first on line %u",
                     section->title, plugin_name (groups->plugins[i]), groups->sections[j]->line);
  }
}

/* Makes the decoder of the plugin that the section number `first` is the first to name. False when memory
 * is short. All sections that name the plugin give their options to one handle, for its tables are there
 * once. */
static bool
make_decoder (struct setup *setup, const struct groups *groups, size_t first)
{
  CLEANUP_FREE const struct ini_section **sections = calloc (groups->count, sizeof *sections);
  struct decoder *decoder = calloc (1, sizeof *decoder);
  size_t count = 0;

  if (decoder == NULL || sections == NULL) {
    free (decoder);
    return false;
  }
  setup->decoders[setup->decoders_count++] = decoder;
  for (size_t i = first; i < groups->count; i++)
    if (groups->plugins[i] == groups->plugins[first])
      sections[count++] = groups->sections[i];
  return instance_fill (&decoder->instance, setup->file, groups->plugins[first],
                        plugin_name (groups->plugins[first]), sections, count);
}

/* A decoder stands where its first section does, so that tables have the same numbers however many sections
 * follow. */
static bool
is_first (const struct groups *groups, size_t number)
{
  for (size_t i = 0; i < number; i++)
    if (groups->plugins[i] == groups->plugins[number])
      return false;
  return groups->plugins[number] != NULL;
}

/* Labels come after all decoders are known, for a label may be written by the alias that another decoder
 * declares. */
static bool
give_labels (struct setup *setup, const struct groups *groups)
{
  for (size_t i = 0; i < setup->decoders_count; i++) {
    struct decoder *decoder = setup->decoders[i];

    for (size_t j = 0; j < groups->count; j++)
      if (groups->plugins[j] != NULL && groups->plugins[j] == decoder->instance.plugin
          && !take_labels (setup, decoder, groups->sections[j]))
        return false;
    /* Other sections of the same plugin may name labels; any label takes them in. */
    if (decoder->any)
      drop_labels (decoder);
    if (decoder->labels_count > 0)
      qsort (decoder->labels, decoder->labels_count, sizeof *decoder->labels, compare_texts);
    if (!make_fingerprint (decoder))
      return false;
  }
  return true;
}

/* ---- tables -------------------------------------------------------------------------------------- */

static bool
declares (const struct dcpipe_table_defs *tables, const char *table)
{
  for (size_t i = 0; i < tables->count; i++)
    if (strcmp (tables->items[i].name, table) == 0)
      return true;
  return false;
}

/* Who declares the table, of the source and the first `before` decoders. */
static const struct instance *
owner_of (const struct setup *setup, size_t before, const char *table)
{
  if (setup->source != NULL && declares (plugin_tables (setup->source->plugin), table))
    return setup->source;
  for (size_t i = 0; i < before; i++)
    if (declares (plugin_tables (setup->decoders[i]->instance.plugin), table))
      return &setup->decoders[i]->instance;
  return NULL;
}

/* A table belongs to one decoder or to the source, and a name in a checkpoint to one plugin. */
static void
check_owners (struct setup *setup)
{
  for (size_t i = 0; i < setup->decoders_count; i++) {
    const struct instance *instance = &setup->decoders[i]->instance;
    const struct dcpipe_table_defs *tables = plugin_tables (instance->plugin);

    for (size_t j = 0; j < i; j++)
      if (strcmp (setup->decoders[j]->instance.name, instance->name) == 0)
        ini_mistake (setup->file, instance->line,
                     "%s: two plugins call themselves %s; the other one is named on line %u",
                     instance->section, instance->name, setup->decoders[j]->instance.line);
    for (size_t j = 0; j < tables->count; j++) {
      const struct instance *owner = owner_of (setup, i, tables->items[j].name);

      if (owner != NULL)
        ini_mistake (setup->file, instance->line, "%s: the %ss %s and %s (line %u) both declare the table %s",
                     instance->section, owner == setup->source ? "plugin" : "decoder", instance->name,
                     owner->name, owner->line, tables->items[j].name);
    }
  }
}

void
setup_read_decoders (struct setup *setup)
{
  size_t count = setup->file->count;
  /* One more than there are, for calloc may give NULL for none. */
  CLEANUP_FREE struct plugin **plugins = calloc (count + 1, sizeof *plugins);
  CLEANUP_FREE const struct ini_section **sections = calloc (count + 1, sizeof *sections);
  struct groups groups = { plugins, sections, count };
  bool good;

  setup->decoders = calloc (count + 1, sizeof (struct decoder *));
  setup->decoders_count = 0;
  good = plugins != NULL && sections != NULL && setup->decoders != NULL;
  if (good) {
    load_plugins (setup, &groups);
    for (size_t i = 0; i < count && good; i++)
      good = !is_first (&groups, i) || make_decoder (setup, &groups, i);
    good = good && give_labels (setup, &groups);
  }
  if (good)
    check_owners (setup);
  else
    ini_mistake (setup->file, 0, "no memory for the decoders");
}

void
setup_free_decoders (struct setup *setup)
{
  for (size_t i = 0; i < setup->decoders_count; i++) {
    struct decoder *decoder = setup->decoders[i];

    drop_labels (decoder);
    free (decoder->labels);
    free (decoder->fingerprint);
    instance_clear (&decoder->instance);
    free (decoder);
  }
  free (setup->decoders);
}
