/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of plugins: a handle with the options that the INI file gives it. */
#ifndef DCPIPE_PLUGIN_INSTANCE_H
#define DCPIPE_PLUGIN_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/ini.h"
#include "plugin/plugin.h"

/* The plugin that a section names with `plugin`; NULL after ini_mistake. */
struct plugin *instance_load_plugin (struct ini_file *file, const struct ini_section *section,
                                     enum dcpipe_kind kind);

/* Names an instance and sets its options from the sections, at least one. False when memory is short. */
bool instance_fill (struct instance *instance, struct ini_file *file, struct plugin *plugin, const char *name,
                    const struct ini_section *const *sections, size_t count);

/* Allocates the handle of an instance. False when memory is short. */
bool instance_make_handle (struct instance *instance);

/* Frees what an instance holds, not the struct. */
void instance_clear (struct instance *instance);

/* Calls config_complete, if there is one, under the instance's title. False after fail. */
bool instance_complete (struct instance *instance);

/* Another handle of the same plugin with the same options (readers and scratch stores of a sink), and
 * its end. NULL after fail. */
struct instance *instance_clone (const struct instance *instance);
void instance_free (struct instance *instance);

/* Gives the instance a fresh handle in place of one that was used. False after fail. */
bool instance_renew (struct instance *instance);

#endif
