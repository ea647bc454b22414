/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sinkopen.h"

#include "log.h"
#include "setup.h"
#include "status.h"

static int
status_of (int result)
{
  return result == DCPIPE_OK ? STATUS_DONE : result == DCPIPE_RETRY ? STATUS_TEMPORARY : STATUS_FAILED;
}

int
sink_load_checkpoint (struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  int result = sink->plugin->u.sink.checkpoint_load (sink->handle, checkpoint);

  if (result != DCPIPE_OK)
    return status_of (result);
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
  int result = sink->plugin->u.sink.open (sink->handle, mode, scratch);

  if (result == DCPIPE_NONE && mode == DCPIPE_READ)
    return STATUS_DONE;
  return result == DCPIPE_OK ? sink_load_checkpoint (sink, checkpoint) : status_of (result);
}

int
sink_prepare (struct instance *sink, const struct dcpipe_tables *tables)
{
  return status_of (sink->plugin->u.sink.prepare (sink->handle, tables));
}

void
sink_close (struct instance *sink)
{
  if (sink->plugin->u.sink.close != NULL)
    sink->plugin->u.sink.close (sink->handle);
}

int
sink_peek (const struct instance *configured, struct dcpipe_checkpoint *checkpoint)
{
  struct instance *sink = instance_clone (configured);
  int status;

  *checkpoint = (struct dcpipe_checkpoint) { 0 };
  if (sink == NULL)
    return STATUS_FAILED;
  log_set_instance (configured->title);
  status = sink_open (sink, DCPIPE_READ, NULL, checkpoint);
  sink_close (sink);
  log_set_instance (NULL);
  instance_free (sink);
  return status;
}
