/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning of a plugin, for --new-plugin. */
#ifndef DCPIPE_COMMANDS_NEW_PLUGIN_H
#define DCPIPE_COMMANDS_NEW_PLUGIN_H

/* Makes the directory NAME with a plugin of that kind ("decoder", "source", "sink"): a copy of the example in
 * the directory of templates (DCPIPE_TEMPLATES, or the installed one), called NAME instead. Nothing that is
 * there is overwritten. An enum status. */
int new_plugin (const char *kind, const char *name);

#endif
