/* SPDX-License-Identifier: Apache-2.0 */
/* The callbacks of a source: nothing else calls them. Around each is what callback.h tells, and what the
 * engine holds against all that comes from it. Results are enum dcpipe_result; others than DCPIPE_OK,
 * DCPIPE_TIP and DCPIPE_WAIT after fail. */
#ifndef DCPIPE_PLUGIN_SOURCE_CALLS_H
#define DCPIPE_PLUGIN_SOURCE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dcpipe-plugin.h"
#include "plugin/plugin.h"

/* How far the ledger reaches at its origin. */
struct dcpipe_tip {
  bool known;
  uint64_t end;    /* position at which the next block will begin */
  uint64_t blocks; /* 0 if that is not known */
};

/* Of enum dcpipe_source_flags; none if the plugin does not say. */
unsigned source_call_capabilities (const struct instance *source);

/* Whether the source may fill its table of that number. */
bool source_call_fills_table (const struct instance *source, size_t table);

int source_call_open (const struct instance *source, const struct dcpipe_resume *resume);
void source_call_close (const struct instance *source);

/* The batch was begun with batch_begin. Its rows are settled: those that cannot be kept are left out. */
int source_call_next (const struct instance *source, uint64_t deadline, struct dcpipe_batch *batch);

/* Unpacks the block from its frame. DCPIPE_OK for a good one, DCPIPE_DIVERGED for one that is not what it
 * must be, DCPIPE_FAIL otherwise. */
int source_call_unpack (const struct instance *source, struct dcpipe_block *block);

/* Asking the other side outside of a run, for those whose plugin can. */
bool source_can_probe (const struct instance *source);
int source_call_probe (const struct instance *source, uint64_t deadline);
bool source_can_tell_tip (const struct instance *source);
int source_call_tip (const struct instance *source, uint64_t deadline, struct dcpipe_tip *tip);

#endif
