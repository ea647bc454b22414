/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin says of itself, and an instance of it. */
#ifndef DCPIPE_PLUGIN_PLUGIN_H
#define DCPIPE_PLUGIN_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "dcpipe-plugin.h"

/* A loaded plugin. Its struct is our own copy, zeroed where the plugin's was shorter, and so are the
 * arrays in it. */
struct plugin {
  enum dcpipe_kind kind;
  char *path; /* of the shared object */
  void *library;
  unsigned api_minor; /* of the API that it was built for */
  union {
    struct dcpipe_source source;
    struct dcpipe_decoder decoder;
    struct dcpipe_sink sink;
  } u;
  void **copies; /* memory of the copied arrays */
  size_t copies_count;
  struct plugin *next;
};

/* Fields that all kinds have. */
const char *plugin_name (const struct plugin *plugin);
const char *plugin_version (const struct plugin *plugin);
const char *plugin_description (const struct plugin *plugin);
const char *plugin_license (const struct plugin *plugin);
const struct dcpipe_options *plugin_options (const struct plugin *plugin);
size_t plugin_handle_size (const struct plugin *plugin);
int (*plugin_config_complete (const struct plugin *plugin)) (void *handle);
void (*plugin_config_free (const struct plugin *plugin)) (void *handle);
const char *plugin_kind_name (enum dcpipe_kind kind); /* "source", "decoder", "sink" */

/* What those of some kinds declare: tables of a source or decoder, the rest of a decoder. */
const struct dcpipe_table_defs *plugin_tables (const struct plugin *plugin);
const struct dcpipe_views *plugin_views (const struct plugin *plugin);
const struct dcpipe_labels *plugin_labels (const struct plugin *plugin);
bool label_has_alias (const struct dcpipe_label *label, const char *word);
unsigned plugin_row_format (const struct plugin *plugin);

/* A decoder resolves, and so needs sinks that look rows up; a sink does that. */
bool plugin_resolves (const struct plugin *decoder);
bool plugin_looks_up (const struct plugin *sink);

/* A plugin's handle with its options, as one section (or several, of a decoder) of the INI file made it. */
struct instance {
  struct plugin *plugin;
  char *name;  /* of a sink: "main"; of others: the plugin's name */
  char *title; /* for messages: "sink main", "decoder profile", "source icp" */
  void *handle;
  bool completed; /* config_complete was called */
  bool lacking; /* variables of its options are not set: it was not, and nothing of the plugin is to be called
                 */
  char *section;               /* "[sink main]" */
  unsigned line;               /* of the section in the INI file */
  struct option_value *values; /* one for each option; see options.h */
  struct open_sink *open;      /* of a sink, from its open to its close */
};

#endif
