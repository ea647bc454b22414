/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink would do with tables, rows and checkpoints, for one that only keeps texts under keys (`put` and
 * `walk`). In the table dcpipe_about lie the checkpoint and the columns of each table, in all others rows as
 * JSON. */
#ifndef DCPIPE_SINK_SIMPLE_SINK_H
#define DCPIPE_SINK_SIMPLE_SINK_H

#include "data/checkpoint.h"
#include "data/row-json.h"
#include "sink/scan.h"

struct simple_sink {
  const struct instance *sink;
  bool reads; /* DCPIPE_READ */
  const struct dcpipe_tables *tables;
  bool *unknown;         /* the table's columns are not stored yet */
  struct json_text text; /* of the row at hand */
  uint8_t *key;
  size_t key_capacity;
};

void simple_sink_begin (struct simple_sink *simple, const struct instance *sink, int mode);
void simple_sink_end (struct simple_sink *simple);

/* As the callbacks of a sink. */
int simple_sink_load (struct simple_sink *simple, struct dcpipe_checkpoint *checkpoint);
int simple_sink_prepare (struct simple_sink *simple, const struct dcpipe_tables *tables);
int simple_sink_apply (struct simple_sink *simple, struct dcpipe_rows *rows);
int simple_sink_get (struct simple_sink *simple, const struct dcpipe_row *key, struct dcpipe_row *row);
int simple_sink_scan (struct simple_sink *simple, const struct dcpipe_row *prefix, struct dcpipe_scan *scan);
int simple_sink_reset (struct simple_sink *simple, const char *table);

/* Before the commit: puts what is to be stored beside the rows. After it: that is stored now. */
int simple_sink_put_all (struct simple_sink *simple, const struct dcpipe_checkpoint *checkpoint);
void simple_sink_committed (struct simple_sink *simple);

#endif
