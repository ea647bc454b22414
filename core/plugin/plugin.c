/* SPDX-License-Identifier: Apache-2.0 */
/* The structs of the three kinds begin alike, but nothing promises that; so each member that they share is
 * taken from where its kind has it. */
#include "config.h"

#include "plugin/plugin.h"

#include <assert.h>
#include <string.h>

const char *
plugin_kind_name (enum dcpipe_kind kind)
{
  switch (kind) {
  case DCPIPE_KIND_SOURCE:
    return "source";
  case DCPIPE_KIND_DECODER:
    return "decoder";
  case DCPIPE_KIND_SINK:
    return "sink";
  }
  return "unknown";
}

/* One member that all three structs have. */
#define COMMON(plugin, member)                                                                               \
  ((plugin)->kind == DCPIPE_KIND_SOURCE    ? (plugin)->u.source.member                                       \
   : (plugin)->kind == DCPIPE_KIND_DECODER ? (plugin)->u.decoder.member                                      \
                                           : (plugin)->u.sink.member)

const char *
plugin_name (const struct plugin *plugin)
{
  return COMMON (plugin, name);
}

const char *
plugin_version (const struct plugin *plugin)
{
  return COMMON (plugin, version);
}

const char *
plugin_description (const struct plugin *plugin)
{
  return COMMON (plugin, description);
}

const char *
plugin_license (const struct plugin *plugin)
{
  return COMMON (plugin, license);
}

const struct dcpipe_options *
plugin_options (const struct plugin *plugin)
{
  return plugin->kind == DCPIPE_KIND_SOURCE    ? &plugin->u.source.options
         : plugin->kind == DCPIPE_KIND_DECODER ? &plugin->u.decoder.options
                                               : &plugin->u.sink.options;
}

size_t
plugin_handle_size (const struct plugin *plugin)
{
  return COMMON (plugin, handle_size);
}

int (*plugin_config_complete (const struct plugin *plugin)) (void *)
{
  return COMMON (plugin, config_complete);
}

void (*plugin_config_free (const struct plugin *plugin)) (void *)
{
  return COMMON (plugin, config_free);
}

const struct dcpipe_table_defs *
plugin_tables (const struct plugin *plugin)
{
  assert (plugin->kind != DCPIPE_KIND_SINK);
  return plugin->kind == DCPIPE_KIND_SOURCE ? &plugin->u.source.tables : &plugin->u.decoder.tables;
}

const struct dcpipe_views *
plugin_views (const struct plugin *plugin)
{
  assert (plugin->kind == DCPIPE_KIND_DECODER);
  return &plugin->u.decoder.views;
}

const struct dcpipe_labels *
plugin_labels (const struct plugin *plugin)
{
  assert (plugin->kind == DCPIPE_KIND_DECODER);
  return &plugin->u.decoder.labels;
}

bool
label_has_alias (const struct dcpipe_label *label, const char *word)
{
  size_t size = strlen (word);

  for (const char *p = label->aliases; p != NULL && *(p += strspn (p, " ")) != '\0'; p += strcspn (p, " "))
    if (strcspn (p, " ") == size && memcmp (p, word, size) == 0)
      return true;
  return false;
}

unsigned
plugin_row_format (const struct plugin *plugin)
{
  assert (plugin->kind == DCPIPE_KIND_DECODER);
  return plugin->u.decoder.row_format;
}

bool
plugin_resolves (const struct plugin *decoder)
{
  assert (decoder->kind == DCPIPE_KIND_DECODER);
  return decoder->u.decoder.resolve != NULL;
}

bool
plugin_looks_up (const struct plugin *sink)
{
  assert (sink->kind == DCPIPE_KIND_SINK);
  return sink->u.sink.walk != NULL || (sink->u.sink.get != NULL && sink->u.sink.scan != NULL);
}
