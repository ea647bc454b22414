/* SPDX-License-Identifier: Apache-2.0 */
/* The callbacks of a sink, with what the engine does around them: the lock and the place of a store in files,
 * and, for a sink that only keeps texts, all that it leaves out (simple-sink.h). All give an enum
 * dcpipe_result. */
#ifndef DCPIPE_SINK_SINK_CALLS_H
#define DCPIPE_SINK_SINK_CALLS_H

#include "data/checkpoint.h"
#include "plugin/plugin.h"
#include "sink/scan.h"

int sink_call_open (struct instance *sink, int mode, const char *scratch);
int sink_call_load (struct instance *sink, struct dcpipe_checkpoint *checkpoint);
int sink_call_prepare (struct instance *sink, const struct dcpipe_tables *tables);
int sink_call_apply (struct instance *sink, struct dcpipe_rows *rows);
int sink_call_commit (struct instance *sink, const struct dcpipe_checkpoint *checkpoint);
int sink_call_rollback (struct instance *sink);
int sink_call_get (struct instance *sink, const struct dcpipe_row *key, struct dcpipe_row *row);
int sink_call_scan (struct instance *sink, const struct dcpipe_row *prefix, struct dcpipe_scan *scan);
int sink_call_reset (struct instance *sink, const char *table);
int sink_call_tip_reached (struct instance *sink);

/* Also after a failed open, or none. */
void sink_call_close (struct instance *sink);

#endif
