/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/unpack.h"

#include <assert.h>

#include "base/log.h"
#include "plugin/source-calls.h"

/* A block that inflates past the limit is the ledger's doing, so the run ends as for one that diverged: to
 * try again would be of no use, and to fail would blame the plugin. */
static bool
unpack_block (const struct run *run, struct parcel *parcel, size_t number)
{
  struct dcpipe_block *block = &parcel->blocks[number];
  int result = source_call_unpack (run->setup->source, block);

  if (result != DCPIPE_OK)
    parcel_set_fault (parcel, number,
                      result == DCPIPE_FAIL && !block->too_large ? STATUS_FAILED : STATUS_DIVERGED, "%s",
                      failure ());
  return result == DCPIPE_OK;
}

void
unpack_parcel (const struct run *run, struct parcel *parcel)
{
  for (size_t i = 0; i < parcel->blocks_count; i++) {
    if (!unpack_block (run, parcel, i))
      return;
    parcel->good = i + 1;
    assert (parcel->blocks[i].hash.size > 0); /* the door lets none through */
    parcel_grow_charge (parcel);
  }
}
