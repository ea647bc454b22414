/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine holds for a sink from `open` to `close`, and the form that was chosen for it then: a sink
 * works with rows itself (the full form), or it only keeps texts under keys and simple-sink.c does that for
 * it. Either fills one table of functions, so that nobody asks later. */
#ifndef DCPIPE_SINK_OPEN_SINK_H
#define DCPIPE_SINK_OPEN_SINK_H

#include <stdbool.h>

#include "data/checkpoint.h"
#include "data/row-json.h"
#include "plugin/plugin.h"

struct open_sink;

/* All give an enum dcpipe_result, as the callbacks of the full form that they are named for. */
struct sink_form {
  int (*load) (struct open_sink *sink, struct dcpipe_checkpoint *checkpoint);
  int (*prepare) (struct open_sink *sink, const struct dcpipe_tables *tables);
  int (*apply) (struct open_sink *sink, struct dcpipe_rows *rows);
  int (*get) (struct open_sink *sink, const struct dcpipe_row *key, struct dcpipe_row *row);
  int (*scan) (struct open_sink *sink, const struct dcpipe_row *prefix, struct dcpipe_scan *scan);
  int (*reset) (struct open_sink *sink, const char *table);

  /* Before the callback `commit`: gives the sink what is to be committed beside rows. After it: that is
   * stored now. */
  int (*before_commit) (struct open_sink *sink, const struct dcpipe_checkpoint *checkpoint);
  void (*after_commit) (struct open_sink *sink);
};

/* What the simple form needs. */
struct simple_state {
  const struct dcpipe_tables *tables;
  bool *unknown;         /* the table's columns are not stored yet */
  struct json_text text; /* of the row at hand */
  uint8_t *key;
  size_t key_capacity;
};

struct open_sink {
  const struct instance *instance;
  const struct sink_form *form;
  int mode;               /* enum dcpipe_mode */
  bool reached;           /* the plugin's own open was called */
  int lock;               /* of the store, or -1 */
  const char **option;    /* where the handle names the store, if it does */
  const char *configured; /* what stood there */
  char *scratch;          /* what stands there for DCPIPE_SCRATCH */
  struct simple_state simple;
};

#endif
