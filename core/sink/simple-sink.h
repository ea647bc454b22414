/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink would do with tables, rows and checkpoints, for one that only keeps texts under keys (`put` and
 * `walk`). In the table dcpipe_about lie the checkpoint and the columns of each table, in all others rows as
 * JSON. */
#ifndef DCPIPE_SINK_SIMPLE_SINK_H
#define DCPIPE_SINK_SIMPLE_SINK_H

#include "sink/open-sink.h"

extern const struct sink_form simple_sink_form;

void simple_sink_free (struct simple_state *simple);

#endif
