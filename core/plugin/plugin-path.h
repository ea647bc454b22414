/* SPDX-License-Identifier: Apache-2.0 */
/* Where plugins are looked for. See plugin.h for the order. */
#ifndef DCPIPE_PLUGIN_PLUGIN_PATH_H
#define DCPIPE_PLUGIN_PLUGIN_PATH_H

#include "plugin/plugin.h"

/* The real path of the plugin's file, to be freed. NULL after fail, which names the directories searched
 * and the nearest name that is there. */
char *plugin_path_find (enum dcpipe_kind kind, const char *name);

/* The directories below which plugins are looked for, for a message; to be freed. NULL when memory is
 * short. */
char *plugin_path_searched (void);

/* Frees what plugin_add_path keeps. */
void plugin_path_forget (void);

#endif
