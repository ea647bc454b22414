/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what a plugin declares is sound: found out when it is loaded, not when it is used. */
#ifndef DCPIPE_PLUGIN_PLUGIN_CHECK_H
#define DCPIPE_PLUGIN_PLUGIN_CHECK_H

#include <stdbool.h>

#include "plugin/plugin.h"

/* Checks what a loaded plugin declares. False after fail. */
bool plugin_check (const struct plugin *plugin);

#endif
