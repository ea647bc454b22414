/* SPDX-License-Identifier: Apache-2.0 */
/* The callbacks of a sink: nothing else calls them. Around each is what callback.h tells, the lock and the
 * place of a store in files, and, for a sink that only keeps texts, all that it leaves out (open-sink.h). */
#ifndef DCPIPE_SINK_SINK_CALLS_H
#define DCPIPE_SINK_SINK_CALLS_H

#include <stdbool.h>

#include "data/checkpoint.h"
#include "data/row.h"
#include "plugin/plugin.h"

/* All give an enum dcpipe_result; other than DCPIPE_OK and DCPIPE_NONE after fail. All but open and close are
 * for a sink that was opened. */
int sink_call_open (struct instance *sink, int mode, const char *scratch);
int sink_call_load (struct instance *sink, struct dcpipe_checkpoint *checkpoint);
int sink_call_prepare (struct instance *sink, const struct dcpipe_tables *tables);
int sink_call_apply (struct instance *sink, struct dcpipe_rows *rows);
int sink_call_commit (struct instance *sink, const struct dcpipe_checkpoint *checkpoint);
int sink_call_rollback (struct instance *sink);
int sink_call_reset (struct instance *sink, const char *table);
int sink_call_tip_reached (struct instance *sink);

/* Also after a failed open, or none. */
void sink_call_close (struct instance *sink);

/* ---- reading rows back --------------------------------------------------------------------------- */

/* Calls `each` with the rows of the prefix's table whose key begins with the columns set in it, in key
 * order, until it returns false. A row is valid until `each` returns. */
int sink_scan (struct instance *sink, const struct dcpipe_row *prefix,
               bool (*each) (void *context, const struct dcpipe_row *row), void *context);

/* The row with that key, as a copy that the caller frees: DCPIPE_OK or DCPIPE_NONE. */
int sink_get (struct instance *sink, const struct dcpipe_row *key, struct dcpipe_row **row);

/* ---- the first calls on a handle ----------------------------------------------------------------- */

/* For writers and readers alike. Results are enum status; other than STATUS_DONE after fail. */

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
