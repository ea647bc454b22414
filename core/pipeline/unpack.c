/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/unpack.h"

#include <inttypes.h>

#include "base/log.h"
#include "plugin/callback.h"

static bool
unpack_block (const struct run *run, struct parcel *parcel, size_t number)
{
  const struct instance *source = run->setup->source;
  struct dcpipe_block *block = &parcel->blocks[number];
  const char *outer = callback_begin ("unpack");
  int result = source->plugin->u.source.unpack (source->handle, &block->frame, block);

  result = callback_end (outer, result, MAY_DIVERGE);
  if (result == DCPIPE_OK && block->fault == NULL && block->hash.size == 0)
    block->fault = "it has no hash (a mistake in the source plugin)";
  if (result == DCPIPE_OK && block->fault == NULL)
    return true;
  if (block->fault != NULL)
    fail ("block at position %" PRIu64 ": %s", block->frame.position, block->fault);
  parcel_set_fault (parcel, number,
                    result == DCPIPE_FAIL && !block->too_large ? STATUS_FAILED : STATUS_DIVERGED, "%s: %s",
                    source->title, failure ());
  return false;
}

void
unpack_parcel (const struct run *run, struct parcel *parcel)
{
  for (size_t i = 0; i < parcel->blocks_count; i++) {
    if (!unpack_block (run, parcel, i))
      return;
    parcel->good = i + 1;
    parcel_grow_charge (parcel);
  }
}
