/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink would do with tables, rows and checkpoints, for one that only keeps texts under keys (`put` and
 * `walk`). In the table dcpipe_about lie the checkpoint and the columns of each table, in all others rows as
 * JSON. */
#ifndef DCPIPE_SINK_SIMPLE_SINK_H
#define DCPIPE_SINK_SIMPLE_SINK_H

#include "data/checkpoint.h"
#include "data/row-json.h"
#include "sink/scan.h"

struct keyed {
  const struct dcpipe_sink *plugin;
  void *handle;
  bool reads; /* DCPIPE_READ */
  const struct dcpipe_tables *tables;
  bool *unknown;         /* the table's columns are not stored yet */
  struct json_text text; /* of the row at hand */
  uint8_t *key;
  size_t key_capacity;
};

void keyed_begin (struct keyed *keyed, const struct dcpipe_sink *plugin, void *handle, int mode);
void keyed_end (struct keyed *keyed);

/* As the callbacks of a sink. */
int keyed_load (struct keyed *keyed, struct dcpipe_checkpoint *checkpoint);
int keyed_prepare (struct keyed *keyed, const struct dcpipe_tables *tables);
int keyed_apply (struct keyed *keyed, struct dcpipe_rows *rows);
int keyed_get (struct keyed *keyed, const struct dcpipe_row *key, struct dcpipe_row *row);
int keyed_scan (struct keyed *keyed, const struct dcpipe_row *prefix, struct dcpipe_scan *scan);
int keyed_reset (struct keyed *keyed, const char *table);

/* Before the commit: puts what is to be stored beside the rows. After it: that is stored now. */
int keyed_put_all (struct keyed *keyed, const struct dcpipe_checkpoint *checkpoint);
void keyed_committed (struct keyed *keyed);

#endif
