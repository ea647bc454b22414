/* SPDX-License-Identifier: Apache-2.0 */
/* The first calls on a sink's handle, for writers and readers alike. Results are enum status; other than
 * STATUS_DONE after fail. */
#ifndef DCPIPE_SINK_SINKOPEN_H
#define DCPIPE_SINK_SINKOPEN_H

#include "data/checkpoint.h"
#include "data/table.h"
#include "plugin/plugin.h"

/* What a callback's result comes to as an enum status. */
int sink_status (int result);

/* Opens and reads the checkpoint. A store to be read that does not exist yet gives an empty one. After a
 * failure the sink still is to be closed (sink_call_close). */
int sink_open (struct instance *sink, int mode, const char *scratch, struct dcpipe_checkpoint *checkpoint);

/* Reads the checkpoint; an empty one if nothing was committed yet. */
int sink_load_checkpoint (struct instance *sink, struct dcpipe_checkpoint *checkpoint);

/* Reads the checkpoint of a configured sink beside whoever writes it: opens and closes an instance of its
 * own. An empty one if nothing was stored yet; free it in any case. */
int sink_peek (const struct instance *configured, struct dcpipe_checkpoint *checkpoint);

int sink_prepare (struct instance *sink, const struct dcpipe_tables *tables);

#endif
