/* SPDX-License-Identifier: Apache-2.0 */
/* Which labels a run may be asked for. */
#ifndef DCPIPE_SETUP_LABELS_H
#define DCPIPE_SETUP_LABELS_H

#include <stdbool.h>

#include "data/checkpoint.h"
#include "setup/setup.h"

/* True if a section of the configuration names the label, which must be canonical. */
bool label_is_named (const struct setup *setup, const char *label);

/* True if entries of the label are in the store, where a decoder of all labels put them. */
bool label_is_stored (const struct dcpipe_checkpoint *checkpoint, const char *label);

#endif
