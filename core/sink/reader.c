/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/reader.h"

#include "base/exit-status.h"
#include "base/log.h"
#include "plugin/instance.h"
#include "sink/sink-calls.h"

int
reader_open (struct reader *reader, const struct instance *configured, const struct dcpipe_tables *tables)
{
  int status;

  *reader = (struct reader){ .tables = tables };
  reader->sink = instance_clone (configured);
  if (reader->sink == NULL)
    return STATUS_FAILED;
  LOG_INSTANCE_SCOPE (configured->title);
  status = sink_open (reader->sink, DCPIPE_READ, NULL, &reader->checkpoint);
  /* Without a checkpoint nothing was ever committed. That is said, for tables shown as empty would tell
   * less. */
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
}
