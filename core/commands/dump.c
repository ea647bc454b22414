/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "commands/dump.h"

#include <errno.h>
#include <stdio.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "base/output.h"
#include "commands/arguments.h"
#include "data/row-json.h"
#include "sink/reader.h"
#include "sink/sink-calls.h"

static bool
dump_one (void *context, const struct dcpipe_row *row)
{
  const bool *all_columns = context;

  if (dump_row (stdout, row, *all_columns))
    return true;
  output_failed (errno);
  return false;
}

static int
dump_table (struct reader *reader, const struct dcpipe_table *table, bool all_columns)
{
  struct row_scratch scratch = { 0 };
  struct dcpipe_row *prefix = row_scratch_key (&scratch, table);
  int result = sink_scan (reader->sink, prefix, dump_one, &all_columns);

  row_scratch_free (&scratch);
  if (result == DCPIPE_OK)
    return STATUS_DONE;
  log_error ("%s", failure ());
  return sink_status (result);
}

int
command_dump (const struct setup *setup, const struct arguments *arguments)
{
  struct reader reader;
  const struct dcpipe_table *table;
  int status = reader_open (&reader, setup, arguments->sink);

  if (status == STATUS_DONE) {
    table = tables_find (reader.tables, arguments->table);
    if (table == NULL) {
      reader_log_tables (&reader, arguments->table);
      status = STATUS_USAGE;
    } else if (!plugin_looks_up (reader.sink->plugin)) {
      log_error ("%s: the plugin %s cannot read rows back", reader.sink->title,
                 plugin_name (reader.sink->plugin));
      status = STATUS_FAILED;
    } else
      status = dump_table (&reader, table, arguments->all_columns);
  } else
    log_error ("%s", failure ());
  reader_close (&reader);
  return status;
}
