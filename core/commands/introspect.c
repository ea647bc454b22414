/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts, packages, the manual pages and shell completion are made from what is printed here, so it has one
 * form, which only grows: a line for each fact, nothing to be quoted, and secrets masked. */
#include "config.h"

#include "commands/introspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "plugin/plugin-load.h"
#include "plugin/plugin-path.h"

/* The one thing that a line cannot hold is the end of one; so it is written \n, and the backslash doubled. */
static void
print_text (const char *text)
{
  for (const char *p = text ? text : ""; *p != '\0'; p++)
    if (*p == '\n')
      fputs ("\\n", stdout);
    else if (*p == '\\')
      fputs ("\\\\", stdout);
    else
      putchar (*p);
  putchar ('\n');
}

static void
print_pair (const char *prefix, const char *key, const char *text)
{
  if (text == NULL)
    return;
  printf ("%s%s=", prefix, key);
  print_text (text);
}

/* ---- plugins ------------------------------------------------------------------------------------- */

struct listing {
  const char *prefix;
  size_t count;
};

static void
print_found (void *context, const char *name, const char *path)
{
  struct listing *listing = context;

  print_pair (listing->prefix, name, path);
  listing->count++;
}

void
dump_plugins (void)
{
  struct listing listing = { .prefix = "source." };

  plugins_list (DCPIPE_KIND_SOURCE, print_found, &listing);
  listing.prefix = "decoder.";
  plugins_list (DCPIPE_KIND_DECODER, print_found, &listing);
  listing.prefix = "sink.";
  plugins_list (DCPIPE_KIND_SINK, print_found, &listing);
  if (listing.count == 0) {
    CLEANUP_FREE char *searched = plugin_path_searched ();

    log_warning ("there are no plugins in %s", searched != NULL ? searched : "the plugin path");
  }
}

static void
print_option (const struct dcpipe_option *option)
{
  char prefix[128];

  snprintf (prefix, sizeof prefix, "option.%s.", option->key);
  print_pair (prefix, "type", option_type_name (option->type));
  if (option->flags & DCPIPE_OPTION_REQUIRED)
    print_pair (prefix, "required", "yes");
  if (option->flags & DCPIPE_OPTION_ROWS)
    print_pair (prefix, "changes_rows", "yes");
  if (option->flags & DCPIPE_OPTION_READ)
    print_pair (prefix, "access", "read");
  if (option->flags & (DCPIPE_OPTION_MAKE | DCPIPE_OPTION_STORE))
    print_pair (prefix, "access", "make");
  print_pair (prefix, "default", option->default_value);
  print_pair (prefix, "values", option->values);
  if (option->min != 0 || option->max != 0) {
    printf ("%smin=%" PRId64 "\n", prefix, option->min);
    printf ("%smax=%" PRId64 "\n", prefix, option->max);
  }
  print_pair (prefix, "help", option->help);
}

static void
print_table (const struct dcpipe_table_def *table)
{
  static const char *const types[] = { "bool", "i64", "u64", "text", "blob", "time", "decimal", "json" };
  char prefix[256];

  snprintf (prefix, sizeof prefix, "table.%s.", table->name);
  print_pair (prefix, "kind", table->flags & DCPIPE_TABLE_LOG ? "log" : "folded");
  print_pair (prefix, "count_as", table->count_as);
  print_pair (prefix, "help", table->help);
  for (size_t i = 0; i < table->columns.count; i++) {
    const struct dcpipe_column *column = &table->columns.items[i];

    snprintf (prefix, sizeof prefix, "table.%s.column.%s.", table->name, column->name);
    print_pair (prefix, "type", types[column->type]);
    if (column->key > 0)
      printf ("%skey=%u\n", prefix, column->key);
    print_pair (prefix, "help", column->help);
  }
}

static void
print_tables (const struct dcpipe_table_defs *tables)
{
  for (size_t i = 0; i < tables->count; i++)
    print_table (&tables->items[i]);
}

static void
print_decoder (const struct plugin *decoder)
{
  const struct dcpipe_labels *labels = plugin_labels (decoder);
  const struct dcpipe_views *views = plugin_views (decoder);

  printf ("row_format=%u\n", plugin_row_format (decoder));
  if (labels->count == 0)
    printf ("label=*\n");
  for (size_t i = 0; i < labels->count; i++) {
    printf ("label=%s\n", labels->items[i].name);
    if (labels->items[i].aliases != NULL)
      printf ("label.%s.aliases=%s\n", labels->items[i].name, labels->items[i].aliases);
  }
  print_tables (plugin_tables (decoder));
  for (size_t i = 0; i < views->count; i++)
    printf ("view=%s\n", views->items[i].name);
}

static void
print_plugin (const struct plugin *plugin)
{
  const struct dcpipe_options *options = plugin_options (plugin);

  print_pair ("", "name", plugin_name (plugin));
  print_pair ("", "kind", plugin_kind_name (plugin->kind));
  print_pair ("", "path", plugin->path);
  print_pair ("", "version", plugin_version (plugin));
  print_pair ("", "description", plugin_description (plugin));
  print_pair ("", "license", plugin_license (plugin));
  printf ("api=%d.%u\n", DCPIPE_API_MAJOR, plugin->api_minor);
  for (size_t i = 0; i < options->count; i++)
    print_option (&options->items[i]);
  if (plugin->kind == DCPIPE_KIND_DECODER)
    print_decoder (plugin);
  if (plugin->kind == DCPIPE_KIND_SOURCE)
    print_tables (plugin_tables (plugin));
}

struct wanted {
  const char *name;
  bool found;
};

static void
match_name (void *context, const char *name, const char *path)
{
  struct wanted *wanted = context;

  (void) path;
  wanted->found |= strcmp (name, wanted->name) == 0;
}

/* The kind of plugin that goes by this name along the path, or that this file holds; 0 after fail. */
static enum dcpipe_kind
kind_of (const char *name)
{
  static const enum dcpipe_kind kinds[] = { DCPIPE_KIND_SOURCE, DCPIPE_KIND_DECODER, DCPIPE_KIND_SINK };
  struct wanted wanted = { .name = name };

  /* A file is loaded to see what it is; by name no more than the path is searched. */
  if (strchr (name, '/') != NULL)
    return plugin_kind_of (name);
  /* In the order of the kinds: names are unique only within one, and most are anyway. */
  for (size_t i = 0; i < 3; i++) {
    plugins_list (kinds[i], match_name, &wanted);
    if (wanted.found)
      return kinds[i];
  }
  fail ("there is no plugin '%s' (dcpipe --list-plugins lists all)", name);
  return 0;
}

int
dump_plugin (const char *name)
{
  enum dcpipe_kind kind = kind_of (name);
  const struct plugin *plugin = kind == 0 ? NULL : plugin_load (kind, name);

  if (plugin == NULL) {
    log_failure ();
    return STATUS_CONFIGURATION;
  }
  print_plugin (plugin);
  return STATUS_DONE;
}

/* ---- sections ------------------------------------------------------------------------------------ */

/* Those whose options are not a plugin's. */
static const struct section {
  const char *name;
  const struct dcpipe_options *(*options) (void);
} sections[] = {
  { "pipeline", pipeline_settings_options },
  { "service", service_options },
  { "schedule", schedule_options },
  { "webhook", webhook_options },
};

/* Sections whose options belong to core have no plugin to ask, and their manual page is to be made from the
 * program all the same. */
int
dump_section (const char *name)
{
  const struct dcpipe_options *options = NULL;

  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    if (strcmp (sections[i].name, name) == 0)
      options = sections[i].options ();
  if (options == NULL) {
    char known[256] = "";

    for (size_t i = 0, used = 0; i < sizeof sections / sizeof *sections && used < sizeof known; i++)
      used +=
          (size_t) snprintf (known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", sections[i].name);
    log_error ("no section '%s' has options of its own (those of sources, decoders and sinks are their "
               "plugin's); known are: %s",
               name, known);
    return STATUS_CONFIGURATION;
  }
  print_pair ("", "section", name);
  for (size_t i = 0; i < options->count; i++)
    print_option (&options->items[i]);
  return STATUS_DONE;
}

/* ---- configuration ------------------------------------------------------------------------------- */

static void
print_origin (const char *prefix, const char *key, const struct option_value *value,
              const struct setup *setup)
{
  printf ("%s%s.origin=", prefix, key);
  if (value->origin == ORIGIN_DEFAULT)
    printf ("default\n");
  /* A default that the environment overrides, such as STATE_DIRECTORY's. */
  else if (value->line == 0)
    printf ("environment %s\n", value->variable);
  else if (value->origin == ORIGIN_ENVIRONMENT)
    printf ("environment %s, %s:%u\n", value->variable, setup->path, value->line);
  else
    printf ("%s:%u\n", setup->path, value->line);
}

static void
print_values (const struct setup *setup, const char *prefix, const struct dcpipe_options *options,
              const struct option_value *values)
{
  for (size_t i = 0; i < options->count; i++) {
    const struct dcpipe_option *option = &options->items[i];
    /* A path as it is used, for what is written depends on where the file lies. */
    const char *text = option->type == DCPIPE_OPTION_PATH ? values[i].string : values[i].text;

    /* Whatever it is: its length would tell something, too. */
    if (option->type == DCPIPE_OPTION_SECRET && text != NULL)
      text = "***";
    print_pair (prefix, option->key, text ? text : "");
    print_origin (prefix, option->key, &values[i], setup);
  }
}

static void
print_instance (const struct setup *setup, const char *prefix, const struct instance *instance)
{
  print_pair (prefix, "plugin", plugin_name (instance->plugin));
  print_pair (prefix, "plugin.origin", instance->plugin->path);
  print_values (setup, prefix, plugin_options (instance->plugin), instance->values);
}

static void
print_service (const struct setup *setup)
{
  const struct service_config *service = setup->service;
  char prefix[256];

  print_values (setup, "service.", service_options (), service->service_values);
  print_values (setup, "schedule.", schedule_options (), service->schedule_values);
  for (size_t i = 0; i < service->webhooks.count; i++) {
    snprintf (prefix, sizeof prefix, "webhook.%s.", service->webhooks.items[i].name);
    print_values (setup, prefix, webhook_options (), service->webhooks.values[i]);
  }
}

void
dump_config (const struct setup *setup)
{
  char prefix[256];

  print_pair ("", "config", setup->path);
  print_values (setup, "pipeline.", pipeline_settings_options (), setup->pipeline_values);
  print_instance (setup, "source.", setup->source);
  for (size_t i = 0; i < setup->decoders_count; i++) {
    const struct decoder *decoder = setup->decoders[i];

    snprintf (prefix, sizeof prefix, "decoder.%s.", decoder->instance.name);
    print_instance (setup, prefix, &decoder->instance);
    if (decoder->any)
      print_pair (prefix, "label", "*");
    for (size_t j = 0; j < decoder->labels_count; j++)
      print_pair (prefix, "label", decoder->labels[j]);
    print_pair (prefix, "fingerprint", decoder->fingerprint);
  }
  for (size_t i = 0; i < setup->sinks_count; i++) {
    snprintf (prefix, sizeof prefix, "sink.%s.", setup->sinks[i]->name);
    print_instance (setup, prefix, setup->sinks[i]);
  }
  print_service (setup);
}
