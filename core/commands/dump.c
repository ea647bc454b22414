/* SPDX-License-Identifier: Apache-2.0 */
/* A dump is for comparing and for other programs: rows in the order of their keys, columns in the order of
 * the table, and every value in one form, so that two imports of one ledger give the same text from any
 * sink. */
#include "config.h"

#include "commands/dump.h"

#include <errno.h>
#include <stdio.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "base/output.h"
#include "base/suggest.h"
#include "commands/arguments.h"
#include "data/row-json.h"
#include "setup/tables.h"
#include "sink/reader.h"
#include "sink/sink-calls.h"

static bool
dump_one (void *context, const struct dcpipe_row *row)
{
  const bool *all_columns = context;

  if (dump_row (stdout, row, *all_columns))
    return true;
  /* Said at the end of the process, with the reason of the first failure; here it only ends the scan. */
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

static void
log_tables (const struct dcpipe_tables *tables, const char *name)
{
  char list[2048] = "";

  for (size_t i = 0; i < tables->count; i++)
    suggest_append (list, sizeof list, tables->items[i].name);
  log_error ("nothing in the configuration has a table '%s'; the tables are: %s", name, list);
}

/* Tables that could not be made: why was given to fail. */
static int
dump_from (const struct instance *sink, const struct dcpipe_tables *tables, const struct arguments *arguments)
{
  struct reader reader = { .sink = NULL };
  const struct dcpipe_table *table;
  int status = tables != NULL ? reader_open (&reader, sink, tables) : STATUS_FAILED;

  if (status == STATUS_DONE) {
    table = tables_find (tables, arguments->table);
    if (table == NULL) {
      log_tables (tables, arguments->table);
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

int
command_dump (const struct setup *setup, const struct arguments *arguments)
{
  const struct instance *sink = setup_find_sink (setup, arguments->sink);
  struct dcpipe_tables *tables;
  int status;

  if (sink == NULL) {
    log_error ("%s", failure ());
    return STATUS_USAGE;
  }
  tables = tables_make (setup);
  status = dump_from (sink, tables, arguments);
  tables_free (tables);
  return status;
}
