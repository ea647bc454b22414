/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/scope-status.h"

#include <string.h>

#include "data/row-key.h"
#include "data/row.h"

/* Adds a decoder's frontier to the scope's figures: the least of the heights, the sum of the digests. */
static void
include (struct scope_status *status, const struct frontier *frontier)
{
  bool known = frontier != NULL && frontier->at.known;

  if (!known)
    status->known = false;
  else
    status->stored = true;
  if (known && (status->decoders == 0 || frontier->at.position < status->position)) {
    status->position = frontier->at.position;
    status->blocks = frontier->at.blocks;
    status->entries = frontier->at.entries;
  }
  if (frontier != NULL) {
    digest_add (status->digest, frontier->digest);
    status->failed += frontier->failed;
    if (known && frontier->trust < status->trust)
      status->trust = frontier->trust;
  }
  status->decoders++;
}

static bool
names (const struct decoder *decoder, const char *label)
{
  for (size_t i = 0; i < decoder->labels_count; i++)
    if (strcmp (decoder->labels[i], label) == 0)
      return true;
  return false;
}

/* What the decoders of a scope agree on. It is known only if all of them were applied to something, or the
 * least of their heights would be told without those at 0. A label's entries are its own, which a decoder of
 * several labels counts apart; its height and digest are those of the decoders, since a frontier is not kept
 * by label. Trust begins with the most and goes down to the least. */
struct scope_status
scope_status (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint, const char *label)
{
  struct scope_status status = { .known = true, .trust = DCPIPE_TRUST_CERTIFIED };
  const struct scope_error *error = checkpoint_error (checkpoint, label != NULL ? label : "all");

  for (size_t i = 0; i < setup->decoders_count; i++) {
    const struct frontier *frontier = checkpoint_find (checkpoint, setup->decoders[i]->instance.name);

    if (label != NULL && !names (setup->decoders[i], label))
      continue;
    include (&status, frontier);
    if (label != NULL && frontier != NULL) {
      const struct label_count *count = frontier_label_find (frontier, label);

      status.entries = count ? count->entries : 0;
      status.failed = count ? count->failed : 0;
    }
  }
  if (status.decoders == 0)
    status.known = false;
  if (!status.stored)
    status.trust = DCPIPE_TRUST_NONE;
  if (error != NULL) {
    status.errors = error->count;
    status.last_error = error->last;
  }
  return status;
}

json_t *
scope_status_json (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint, const char *label)
{
  struct scope_status status = scope_status (setup, checkpoint, label);
  char digest[65];

  digest_text (digest, status.digest);
  return json_pack ("{s:s, s:o, s:I, s:I, s:I, s:s?, s:s?, s:s}", "tableName", label ? label : "all",
                    "lastSyncedBlockOffset",
                    status.known ? json_integer ((json_int_t) status.position) : json_null (),
                    "totalRecordsSynced", (json_int_t) status.entries, "failedEntries",
                    (json_int_t) status.failed, "syncErrors", (json_int_t) status.errors, "lastError",
                    status.last_error, "trust", status.stored ? trust_name (status.trust) : NULL, "digest",
                    digest);
}
