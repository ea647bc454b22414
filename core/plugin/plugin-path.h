/* SPDX-License-Identifier: Apache-2.0 */
/* Where plugins are looked for. */
#ifndef DCPIPE_PLUGIN_PLUGIN_PATH_H
#define DCPIPE_PLUGIN_PLUGIN_PATH_H

#include "dcpipe-plugin.h"

/* Adds a directory (with sources/, decoders/, sinks/ in it) behind those added before. They are searched
 * first, then those of the environment variable DCPIPE_PLUGIN_PATH, then that of DCPIPE_PLUGIN_DIRECTORY or
 * the installed one. Never the current directory. */
void plugin_add_path (const char *directory);

/* The real path of the plugin's file, to be freed. NULL after fail, which names the directories searched
 * and the nearest name that is there. */
char *plugin_path_find (enum dcpipe_kind kind, const char *name);

/* The directories below which plugins are looked for, for a message; to be freed. NULL when memory is
 * short. */
char *plugin_path_searched (void);

/* Calls `each` with every plugin's file along the path, in alphabetical order; of several with one name the
 * first found, which is the one that plugin_load takes. */
void plugins_list (enum dcpipe_kind kind, void (*each) (void *context, const char *name, const char *path),
                   void *context);

/* Frees what plugin_add_path keeps. */
void plugin_path_forget (void);

#endif
