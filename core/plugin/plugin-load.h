/* SPDX-License-Identifier: Apache-2.0 */
/* Loading plugins. */
#ifndef DCPIPE_PLUGIN_PLUGIN_LOAD_H
#define DCPIPE_PLUGIN_PLUGIN_LOAD_H

#include "plugin/plugin.h"

/* Loads `name` (looked up along the path) or the file `name` if it has a '/'. A second call for the same
 * file gives the same plugin. NULL after fail, in one clear line: not found (with the directories
 * searched and the nearest name), no plugin, other API version (with both), missing callback, other
 * kind, a declaration that is not sound. Plugins live until plugins_unload. Main thread. */
struct plugin *plugin_load (enum dcpipe_kind kind, const char *name);

/* The kind of the plugin in a file; 0 after fail. */
enum dcpipe_kind plugin_kind_of (const char *path);

void plugins_unload (void);

#endif
