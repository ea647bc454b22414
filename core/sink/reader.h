/* SPDX-License-Identifier: Apache-2.0 */
/* A sink opened for reading, beside whoever writes it. */
#ifndef DCPIPE_SINK_READER_H
#define DCPIPE_SINK_READER_H

#include "data/checkpoint.h"
#include "data/table.h"
#include "plugin/plugin.h"

struct reader {
  struct instance *sink; /* a handle of its own */
  const struct dcpipe_tables *tables;
  struct dcpipe_checkpoint checkpoint;
};

/* Opens a configured sink, whose tables outlive the reader. An enum status; other than STATUS_DONE after
 * fail. To be closed in either case. */
int reader_open (struct reader *reader, const struct instance *configured,
                 const struct dcpipe_tables *tables);
void reader_close (struct reader *reader);

#endif
