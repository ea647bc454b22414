/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "setup/labels.h"

#include <string.h>

bool
label_is_named (const struct setup *setup, const char *label)
{
  for (size_t i = 0; i < setup->decoders_count; i++)
    for (size_t number = 0; number < setup->decoders[i]->labels_count; number++)
      if (strcmp (setup->decoders[i]->labels[number], label) == 0)
        return true;
  return false;
}

bool
label_is_stored (const struct dcpipe_checkpoint *checkpoint, const char *label)
{
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    for (size_t number = 0; number < checkpoint->frontiers[i].labels_count; number++)
      if (strcmp (checkpoint->frontiers[i].labels[number].label, label) == 0)
        return true;
  return false;
}
