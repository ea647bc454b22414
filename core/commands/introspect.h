/* SPDX-License-Identifier: Apache-2.0 */
/* What programs may ask of dcpipe: KEY=VALUE lines on stdout. Their form is stable: keys may be added,
 * none is renamed. In values a newline is written \n and a backslash \\. */
#ifndef DCPIPE_COMMANDS_INTROSPECT_H
#define DCPIPE_COMMANDS_INTROSPECT_H

#include "setup/setup.h"

/* KIND.NAME=PATH of every plugin that would be found. */
void dump_plugins (void);

/* Name, version, options, labels and tables of the plugin, of whatever kind; NAME may be a file. Returns an
 * exit status; says itself why it failed. */
int dump_plugin (const char *name);

/* The options of a section that is no plugin's, such as "pipeline". Returns an exit status; says itself why
 * it failed. */
int dump_section (const char *name);

/* Every setting as it counts (defaults included, secrets masked), each followed by KEY.origin=. */
void dump_config (const struct setup *setup);

#endif
