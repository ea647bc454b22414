/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "dumprow.h"
#include "log.h"
#include "reader.h"
#include "scan.h"
#include "status.h"

struct dump {
  bool all_columns;
  int error; /* errno of stdout */
};

static bool
dump_one (void *context, const struct dcpipe_row *row)
{
  struct dump *dump = context;

  if (dump_row (stdout, row, dump->all_columns))
    return true;
  dump->error = errno;
  return false;
}

static int
dump_table (struct reader *reader, const struct dcpipe_table *table, const struct arguments *arguments)
{
  struct dump dump = { .all_columns = arguments->all_columns };
  struct row_scratch scratch = { 0 };
  struct dcpipe_row *prefix = row_scratch_key (&scratch, table);
  int result = sink_scan (reader->sink, prefix, dump_one, &dump);

  row_scratch_free (&scratch);
  if (dump.error == 0 && fflush (stdout) != 0)
    dump.error = errno;
  if (dump.error == 0 && result == DCPIPE_OK)
    return STATUS_DONE;
  if (dump.error != 0)
    log_error ("standard output cannot be written: %s", strerror (dump.error));
  else
    log_error ("%s", failure ());
  return STATUS_FAILED;
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
    } else if (reader.sink->plugin->u.sink.scan == NULL) {
      log_error ("%s: the plugin %s cannot read rows back", reader.sink->title,
                 plugin_name (reader.sink->plugin));
      status = STATUS_FAILED;
    } else
      status = dump_table (&reader, table, arguments);
  } else
    log_error ("%s", failure ());
  reader_close (&reader);
  return status;
}
