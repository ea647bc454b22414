/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders of a setup; parts of setup.c. */
#ifndef DCPIPE_SETUP_DECODERS_H
#define DCPIPE_SETUP_DECODERS_H

#include "setup/setup.h"

/* Makes one decoder for each plugin that [decoder ...] sections name. Mistakes are counted in the file. */
void setup_read_decoders (struct setup *setup);
void setup_free_decoders (struct setup *setup);

/* The plugin that a section names with `plugin`; NULL after ini_mistake. */
struct plugin *setup_load_plugin (struct ini_file *file, const struct ini_section *section,
                                  enum dcpipe_kind kind);

/* Names an instance and sets its options from the sections, at least one. False when memory is short. */
bool setup_fill_instance (struct instance *instance, struct ini_file *file, struct plugin *plugin,
                          const char *name, const struct ini_section *const *sections, size_t count);

#endif
