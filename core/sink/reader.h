/* SPDX-License-Identifier: Apache-2.0 */
/* A sink opened for reading, beside whoever writes it. */
#ifndef DCPIPE_SINK_READER_H
#define DCPIPE_SINK_READER_H

#include "data/checkpoint.h"
#include "data/table.h"
#include "setup/setup.h"

struct reader {
  struct instance *sink; /* a handle of its own */
  struct dcpipe_tables *tables;
  struct dcpipe_checkpoint checkpoint;
};

/* Opens the sink called `name`, or the first one if that is NULL. An enum status; other than STATUS_DONE
 * after fail. To be closed in either case. */
int reader_open (struct reader *reader, const struct setup *setup, const char *name);
void reader_close (struct reader *reader);

/* The configured sink of that name, or the first for NULL; NULL after fail, which lists the names. */
struct instance *find_sink (const struct setup *setup, const char *name);

/* Appends to a list for a message, as far as there is room. */
void list_append (char *list, size_t size, const char *name);

/* Logs that there is no table `name`, with those that there are. */
void reader_log_tables (const struct reader *reader, const char *name);

#endif
