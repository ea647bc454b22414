/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders of a setup, and the labels that they take. */
#ifndef DCPIPE_SETUP_DECODERS_H
#define DCPIPE_SETUP_DECODERS_H

#include <stdbool.h>

#include "data/checkpoint.h"
#include "setup/setup.h"

/* Makes one decoder for each plugin that [decoder ...] sections name. Mistakes are counted in the file. */
void setup_read_decoders (struct setup *setup);
void setup_free_decoders (struct setup *setup);

/* The canonical name of a label that a user wrote: aliases that the decoders declare, then those of the other
 * decoder plugins found, are followed; otherwise `label` itself. Main thread. */
const char *setup_label (const struct setup *setup, const char *label);

/* Loads all decoder plugins that can be found; NULL at the end, to be freed, or NULL when memory is short.
 * Main thread. _among does the same as setup_label with them, and loads none. Any thread. */
const struct plugin **setup_known_decoders (void);
const char *setup_label_among (const struct setup *setup, const struct plugin *const *plugins,
                               const char *label);

/* Every label that a [decoder LABEL] section names, canonical, sorted, without repeats; NULL at the end.
 * The caller frees the array, not the texts. */
const char **setup_labels (const struct setup *setup);

/* True if a section of the configuration names the label, which must be canonical. */
bool label_is_named (const struct setup *setup, const char *label);

/* True if entries of the label are in the store, where a decoder of all labels put them. */
bool label_is_stored (const struct dcpipe_checkpoint *checkpoint, const char *label);

#endif
