/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/sinkopen.h"

#include "base/exit-status.h"
#include "base/log.h"
#include "setup/setup.h"
#include "sink/sink-calls.h"

int
sink_status (int result)
{
  return result == DCPIPE_OK ? STATUS_DONE : result == DCPIPE_RETRY ? STATUS_TEMPORARY : STATUS_FAILED;
}

int
sink_load_checkpoint (struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  int result = sink_call_load (sink, checkpoint);

  LOG_INSTANCE_SCOPE (sink->title);
  if (result != DCPIPE_OK)
    return sink_status (result);
  if (checkpoint->no_memory) {
    fail ("no memory for the checkpoint");
    return STATUS_FAILED;
  }
  if (checkpoint->text == NULL)
    return STATUS_DONE;
  checkpoint->loaded = checkpoint_parse (checkpoint);
  return checkpoint->loaded ? STATUS_DONE : STATUS_FAILED;
}

int
sink_open (struct instance *sink, int mode, const char *scratch, struct dcpipe_checkpoint *checkpoint)
{
  int result = sink_call_open (sink, mode, scratch);

  if (result == DCPIPE_NONE && mode == DCPIPE_READ)
    return STATUS_DONE;
  return result == DCPIPE_OK ? sink_load_checkpoint (sink, checkpoint) : sink_status (result);
}

int
sink_prepare (struct instance *sink, const struct dcpipe_tables *tables)
{
  return sink_status (sink_call_prepare (sink, tables));
}

int
sink_peek (const struct instance *configured, struct dcpipe_checkpoint *checkpoint)
{
  struct instance *sink = instance_clone (configured);
  int status;

  *checkpoint = (struct dcpipe_checkpoint){ 0 };
  if (sink == NULL)
    return STATUS_FAILED;
  status = sink_open (sink, DCPIPE_READ, NULL, checkpoint);
  sink_call_close (sink);
  instance_free (sink);
  return status;
}
