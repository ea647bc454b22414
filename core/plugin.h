/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins: finding, loading, checking, and instances of them with their options set. */
#ifndef DCPIPE_PLUGIN_LOADER_H
#define DCPIPE_PLUGIN_LOADER_H

#include <stdbool.h>
#include <stddef.h>

#include "dcpipe-plugin.h"

/* A loaded plugin. Its struct is our own copy, zeroed where the plugin's was shorter. */
struct plugin {
  enum dcpipe_kind kind;
  char *path; /* of the shared object */
  void *library;
  union {
    struct dcpipe_source source;
    struct dcpipe_decoder decoder;
    struct dcpipe_sink sink;
  } u;
};

/* Fields that all kinds have. */
const char *plugin_name (const struct plugin *plugin);
const struct dcpipe_options *plugin_options (const struct plugin *plugin);
const char *plugin_kind_name (enum dcpipe_kind kind); /* "source", "decoder", "sink" */

/* Adds a directory (with sources/, decoders/, sinks/ in it) before the installed one. */
void plugin_add_path (const char *directory);

/* Loads `name` (looked up along the path) or the file `name` if it has a '/'. A second call for the same file gives the same
 * plugin. NULL after fail, in one clear line: not found (with the directories searched and the nearest name), no plugin, other API version (with both), missing
 * callback, other kind. Plugins live until plugins_unload. */
struct plugin *plugin_load (enum dcpipe_kind kind, const char *name);
void plugins_unload (void);

/* A plugin's handle with its options, as one section (or several, of a decoder) of the INI file made it. */
struct instance {
  struct plugin *plugin;
  char *name;    /* of a sink: "main"; of others: the plugin's name */
  char *title;   /* for messages: "sink main", "decoder profile", "source icp" */
  void *handle;
  char *section; /* "[sink main]" */
  unsigned line; /* of the section in the INI file */
  struct option_value *values; /* one for each option; see options.h */
};

#endif
