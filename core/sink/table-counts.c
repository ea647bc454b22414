/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/table-counts.h"

#include <stdlib.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "data/checkpoint.h"
#include "data/table.h"
#include "plugin/instance.h"
#include "sink/sink-calls.h"

static bool
count_row (void *context, const struct dcpipe_row *row)
{
  uint64_t *rows = context;

  (void) row;
  return ++*rows > 0;
}

static int
count_tables (struct instance *sink, const struct dcpipe_tables *tables, struct table_count *items,
              size_t *count)
{
  int result = DCPIPE_OK;

  for (size_t i = CORE_TABLES; i < tables->count && result == DCPIPE_OK; i++) {
    struct row_scratch scratch = { 0 };
    struct table_count *counted = &items[*count];

    *counted = (struct table_count){ .table = tables->items[i].name };
    result = sink_scan (sink, row_scratch_key (&scratch, &tables->items[i]), count_row, &counted->rows);
    row_scratch_free (&scratch);
    /* An empty table is not worth a line: the next one takes its place. */
    *count += counted->rows > 0;
  }
  return result == DCPIPE_OK ? STATUS_DONE : result == DCPIPE_RETRY ? STATUS_TEMPORARY : STATUS_FAILED;
}

static int
count_in (struct instance *sink, const struct dcpipe_tables *tables, struct table_count *items, size_t *count)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  int status;

  LOG_INSTANCE_SCOPE (sink->title);
  status = sink_open (sink, DCPIPE_READ, NULL, &checkpoint);
  if (status == STATUS_DONE && checkpoint.text != NULL)
    status = sink_prepare (sink, tables);
  if (status == STATUS_DONE && checkpoint.text != NULL)
    status = count_tables (sink, tables, items, count);
  sink_call_close (sink);
  checkpoint_free (&checkpoint);
  return status;
}

/* By reading: no checkpoint counts the rows of a source. */
int
table_counts_read (const struct instance *configured, const struct dcpipe_tables *tables,
                   struct table_count **items, size_t *count)
{
  struct instance *sink;
  int status;

  *count = 0;
  *items = NULL;
  if (tables->count == CORE_TABLES || !plugin_looks_up (configured->plugin))
    return STATUS_DONE;
  *items = calloc (tables->count, sizeof **items);
  if (*items == NULL) {
    fail ("no memory for the tables of the source");
    return STATUS_FAILED;
  }
  sink = instance_clone (configured);
  status = sink != NULL ? count_in (sink, tables, *items, count) : STATUS_FAILED;
  instance_free (sink);
  return status;
}
