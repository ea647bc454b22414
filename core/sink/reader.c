/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "setup/tables.h"
#include "sink/sink-calls.h"

void
list_append (char *list, size_t size, const char *name)
{
  size_t used = strlen (list), more = strlen (name);

  if (used + more + 3 > size)
    return;
  memcpy (list + used, used > 0 ? ", " : "", used > 0 ? 2 : 0);
  memcpy (list + used + (used > 0 ? 2 : 0), name, more + 1);
}

struct instance *
find_sink (const struct setup *setup, const char *name)
{
  char list[512] = "";

  if (name == NULL)
    return setup->sinks[0];
  for (size_t i = 0; i < setup->sinks_count; i++) {
    if (strcmp (setup->sinks[i]->name, name) == 0)
      return setup->sinks[i];
    list_append (list, sizeof list, setup->sinks[i]->name);
  }
  fail ("%s has no sink '%s'; its sinks are: %s", setup->path, name, list);
  return NULL;
}

int
reader_open (struct reader *reader, const struct setup *setup, const char *name)
{
  const struct instance *configured = find_sink (setup, name);
  int status;

  *reader = (struct reader){ .sink = NULL };
  if (configured == NULL)
    return STATUS_USAGE;
  reader->tables = tables_make (setup);
  if (reader->tables == NULL)
    return STATUS_FAILED;
  reader->sink = instance_clone (configured);
  if (reader->sink == NULL)
    return STATUS_FAILED;
  LOG_INSTANCE_SCOPE (configured->title);
  status = sink_open (reader->sink, DCPIPE_READ, NULL, &reader->checkpoint);
  if (status == STATUS_DONE && reader->checkpoint.text == NULL) {
    fail ("nothing was stored yet");
    status = STATUS_FAILED;
  }
  if (status == STATUS_DONE)
    status = sink_prepare (reader->sink, reader->tables);
  return status;
}

void
reader_close (struct reader *reader)
{
  if (reader->sink != NULL)
    sink_call_close (reader->sink);
  instance_free (reader->sink);
  checkpoint_free (&reader->checkpoint);
  tables_free (reader->tables);
}

void
reader_log_tables (const struct reader *reader, const char *name)
{
  char list[2048] = "";

  for (size_t i = 0; i < reader->tables->count; i++)
    list_append (list, sizeof list, reader->tables->items[i].name);
  log_error ("nothing in the configuration has a table '%s'; the tables are: %s", name, list);
}
