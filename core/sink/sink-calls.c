/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/sink-calls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "plugin/callback.h"
#include "sink/simple-sink.h"

/* What the engine holds for a sink from `open` to `close`. */
struct held {
  bool reached;           /* the plugin's own open was called */
  int lock;               /* of the store, or -1 */
  const char **option;    /* where the handle names the store, if it does */
  const char *configured; /* what stood there */
  char *scratch;          /* what stands there for DCPIPE_SCRATCH */
  struct simple_sink simple;
};

static const struct dcpipe_sink *
plugin_of (const struct instance *sink)
{
  return &sink->plugin->u.sink;
}

/* ---- the store's place --------------------------------------------------------------------------- */

static const char **
store_option (const struct instance *sink)
{
  const struct dcpipe_options *options = &plugin_of (sink)->options;

  for (size_t i = 0; i < options->count; i++)
    if (options->items[i].flags & DCPIPE_OPTION_STORE)
      return (const char **) (void *) ((char *) sink->handle + options->items[i].offset);
  return NULL;
}

static bool
lies_in_scratch (struct held *held, const char *scratch)
{
  if (asprintf (&held->scratch, "%s/store", scratch) < 0) {
    held->scratch = NULL;
    fail ("no memory for a path");
    return false;
  }
  *held->option = held->scratch;
  return true;
}

/* Nothing is there at all. What cannot be looked at is the plugin's to open and to complain about. */
static bool
is_nowhere (const char *path)
{
  struct stat status;

  return stat (path, &status) != 0 && errno == ENOENT;
}

/* Before the plugin's open: DCPIPE_OK to go on. */
static int
find_place (struct held *held, int mode, const char *scratch)
{
  if (held->option == NULL)
    return DCPIPE_OK;
  held->configured = *held->option;
  if (mode == DCPIPE_SCRATCH)
    return lies_in_scratch (held, scratch) ? DCPIPE_OK : DCPIPE_FAIL;
  if (mode == DCPIPE_READ)
    return is_nowhere (held->configured) ? DCPIPE_NONE : DCPIPE_OK;
  held->lock = dcpipe_lock (held->configured);
  return held->lock >= 0 ? DCPIPE_OK : DCPIPE_FAIL;
}

/* ---- the life of a handle ------------------------------------------------------------------------ */

int
sink_call_open (struct instance *sink, int mode, const char *scratch)
{
  struct held *held = calloc (1, sizeof *held);
  struct callback outer;
  int result;

  LOG_INSTANCE_SCOPE (sink->title);
  if (held == NULL) {
    fail ("no memory to open the store");
    return DCPIPE_FAIL;
  }
  sink->held = held;
  held->lock = -1;
  held->option = store_option (sink);
  simple_sink_begin (&held->simple, sink, mode);
  result = find_place (held, mode, scratch);
  if (result != DCPIPE_OK)
    return result;
  held->reached = true;
  outer = callback_begin (sink, "open");
  return callback_end (outer, plugin_of (sink)->open (sink->handle, mode, scratch), MAY_LACK);
}

void
sink_call_close (struct instance *sink)
{
  struct held *held = sink->held;
  struct callback outer;

  if (held == NULL)
    return;
  sink->held = NULL;
  outer = callback_enter (sink, "close");
  if (held->reached && plugin_of (sink)->close != NULL)
    plugin_of (sink)->close (sink->handle);
  callback_leave (outer);
  simple_sink_end (&held->simple);
  if (held->lock >= 0)
    close (held->lock);
  if (held->scratch != NULL)
    *held->option = held->configured;
  free (held->scratch);
  free (held);
}

/* ---- callbacks ----------------------------------------------------------------------------------- */

static bool
is_simple (const struct instance *sink)
{
  return plugin_of (sink)->put != NULL;
}

int
sink_call_load (struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  struct callback outer;

  if (is_simple (sink))
    return simple_sink_load (&sink->held->simple, checkpoint);
  outer = callback_begin (sink, "checkpoint_load");
  return callback_end (outer, plugin_of (sink)->checkpoint_load (sink->handle, checkpoint), MAY_STORE);
}

int
sink_call_prepare (struct instance *sink, const struct dcpipe_tables *tables)
{
  struct callback outer;

  if (is_simple (sink))
    return simple_sink_prepare (&sink->held->simple, tables);
  outer = callback_begin (sink, "prepare");
  return callback_end (outer, plugin_of (sink)->prepare (sink->handle, tables), MAY_STORE);
}

/* As callback_end, for callbacks that read rows. */
static int
end_reading (struct callback outer, int result, unsigned may)
{
  return callback_end (outer, row_misread () ? DCPIPE_FAIL : result, may);
}

int
sink_call_apply (struct instance *sink, struct dcpipe_rows *rows)
{
  struct callback outer;

  if (is_simple (sink))
    return simple_sink_apply (&sink->held->simple, rows);
  outer = callback_begin (sink, "apply");
  return end_reading (outer, plugin_of (sink)->apply (sink->handle, rows), MAY_STORE);
}

int
sink_call_commit (struct instance *sink, const struct dcpipe_checkpoint *checkpoint)
{
  int result = is_simple (sink) ? simple_sink_put_all (&sink->held->simple, checkpoint) : DCPIPE_OK;
  struct callback outer;

  if (result != DCPIPE_OK)
    return result;
  outer = callback_begin (sink, "commit");
  result = callback_end (outer, plugin_of (sink)->commit (sink->handle, checkpoint), MAY_STORE);
  if (result == DCPIPE_OK && is_simple (sink))
    simple_sink_committed (&sink->held->simple);
  return result;
}

int
sink_call_rollback (struct instance *sink)
{
  struct callback outer = callback_begin (sink, "rollback");

  return callback_end (outer, plugin_of (sink)->rollback (sink->handle), MAY_STORE);
}

int
sink_call_get (struct instance *sink, const struct dcpipe_row *key, struct dcpipe_row *row)
{
  struct callback outer;

  if (is_simple (sink))
    return simple_sink_get (&sink->held->simple, key, row);
  outer = callback_begin (sink, "get");
  return end_reading (outer, plugin_of (sink)->get (sink->handle, key, row), MAY_LACK);
}

int
sink_call_scan (struct instance *sink, const struct dcpipe_row *prefix, struct dcpipe_scan *scan)
{
  struct callback outer;

  if (is_simple (sink))
    return simple_sink_scan (&sink->held->simple, prefix, scan);
  outer = callback_begin (sink, "scan");
  return end_reading (outer, plugin_of (sink)->scan (sink->handle, prefix, scan), MAY_STORE);
}

int
sink_call_reset (struct instance *sink, const char *table)
{
  struct callback outer;

  if (is_simple (sink))
    return simple_sink_reset (&sink->held->simple, table);
  outer = callback_begin (sink, "reset");
  return callback_end (outer, plugin_of (sink)->reset (sink->handle, table), MAY_STORE);
}

int
sink_call_tip_reached (struct instance *sink)
{
  struct callback outer = callback_begin (sink, "tip_reached");
  int (*tip_reached) (void *handle) = plugin_of (sink)->tip_reached;

  return callback_end (outer, tip_reached != NULL ? tip_reached (sink->handle) : DCPIPE_OK, MAY_STORE);
}
