/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/sink-calls.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit-status.h"
#include "base/lockfile.h"
#include "base/log.h"
#include "data/checkpoint-json.h"
#include "data/row-merge.h"
#include "plugin/callback.h"
#include "plugin/instance.h"
#include "sink/open-sink.h"
#include "sink/scan.h"
#include "sink/simple-sink.h"

static const struct dcpipe_sink *
plugin_of (const struct instance *sink)
{
  assert (sink->plugin->kind == DCPIPE_KIND_SINK);
  return &sink->plugin->u.sink;
}

/* ---- the full form ------------------------------------------------------------------------------- */

static int
load_checkpoint (struct open_sink *sink, struct dcpipe_checkpoint *checkpoint)
{
  struct callback outer = callback_begin (sink->instance, "checkpoint_load");
  int result = plugin_of (sink->instance)->checkpoint_load (sink->instance->handle, checkpoint);

  return callback_end (outer, result, MAY_STORE);
}

static int
prepare (struct open_sink *sink, const struct dcpipe_tables *tables)
{
  struct callback outer = callback_begin (sink->instance, "prepare");
  int result = plugin_of (sink->instance)->prepare (sink->instance->handle, tables);

  return callback_end (outer, result, MAY_STORE);
}

/* As callback_end, for callbacks that read rows: a getter cannot fail, so a sink that read amiss may well
 * have returned DCPIPE_OK, after it stored something else than was meant. */
static int
end_reading (struct callback outer, int result, unsigned may)
{
  return callback_end (outer, row_misread () ? DCPIPE_FAIL : result, may);
}

static int
apply (struct open_sink *sink, struct dcpipe_rows *rows)
{
  struct callback outer = callback_begin (sink->instance, "apply");

  return end_reading (outer, plugin_of (sink->instance)->apply (sink->instance->handle, rows), MAY_STORE);
}

static int
get (struct open_sink *sink, const struct dcpipe_row *key, struct dcpipe_row *row)
{
  struct callback outer = callback_begin (sink->instance, "get");

  return end_reading (outer, plugin_of (sink->instance)->get (sink->instance->handle, key, row), MAY_LACK);
}

static int
scan (struct open_sink *sink, const struct dcpipe_row *prefix, struct dcpipe_scan *scan)
{
  struct callback outer = callback_begin (sink->instance, "scan");

  return end_reading (outer, plugin_of (sink->instance)->scan (sink->instance->handle, prefix, scan),
                      MAY_STORE);
}

static int
reset (struct open_sink *sink, const char *table)
{
  struct callback outer = callback_begin (sink->instance, "reset");

  return callback_end (outer, plugin_of (sink->instance)->reset (sink->instance->handle, table), MAY_STORE);
}

/* A sink of the full form has all that is to be committed, and is given the checkpoint with `commit`. */
static int
before_commit (struct open_sink *sink, const struct dcpipe_checkpoint *checkpoint)
{
  (void) sink, (void) checkpoint;
  return DCPIPE_OK;
}

static void
after_commit (struct open_sink *sink)
{
  (void) sink;
}

static const struct sink_form full_form = {
  .load = load_checkpoint,
  .prepare = prepare,
  .apply = apply,
  .get = get,
  .scan = scan,
  .reset = reset,
  .before_commit = before_commit,
  .after_commit = after_commit,
};

/* ---- the store's place --------------------------------------------------------------------------- */

/* Stores in files are alike in this, so the plugin only names the option: the lock, a store that is not there
 * yet, and another place for a throw-away store are dealt with here, for all of them in one way. */
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
lies_in_scratch (struct open_sink *open, const char *scratch)
{
  if (asprintf (&open->scratch, "%s/store", scratch) < 0) {
    open->scratch = NULL;
    fail ("no memory for a path");
    return false;
  }
  *open->option = open->scratch;
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
find_place (struct open_sink *open, const char *scratch)
{
  if (open->option == NULL)
    return DCPIPE_OK;
  /* The handle's own string, put back by sink_call_close: options are freed by whoever set them. */
  open->configured = *open->option;
  if (open->mode == DCPIPE_SCRATCH)
    return lies_in_scratch (open, scratch) ? DCPIPE_OK : DCPIPE_FAIL;
  /* A reader takes no lock: it reads beside whoever writes. */
  if (open->mode == DCPIPE_READ)
    return is_nowhere (open->configured) ? DCPIPE_NONE : DCPIPE_OK;
  open->lock = lockfile_take (open->configured, LOCK_STORE);
  if (open->lock >= 0)
    return DCPIPE_OK;
  return open->lock == LOCKFILE_HELD ? DCPIPE_RETRY : DCPIPE_FAIL; /* nobody holds it for ever */
}

/* ---- the life of a handle ------------------------------------------------------------------------ */

static struct open_sink *
make_open (const struct instance *sink, int mode)
{
  struct open_sink *open = calloc (1, sizeof *open);

  if (open == NULL) {
    fail ("no memory to open the store");
    return NULL;
  }
  open->instance = sink;
  open->form = plugin_of (sink)->put != NULL ? &simple_sink_form : &full_form;
  open->mode = mode;
  open->lock = -1;
  open->option = store_option (sink);
  return open;
}

int
sink_call_open (struct instance *sink, int mode, const char *scratch)
{
  struct callback outer;
  int result;

  LOG_INSTANCE_SCOPE (sink->title);
  assert (sink->open == NULL);
  assert ((mode == DCPIPE_SCRATCH) == (scratch != NULL));
  sink->open = make_open (sink, mode);
  if (sink->open == NULL)
    return DCPIPE_FAIL;
  result = find_place (sink->open, scratch);
  if (result != DCPIPE_OK)
    return result;
  /* Before the call: `close` is due even after an open that failed. */
  sink->open->reached = true;
  outer = callback_begin (sink, "open");
  return callback_end (outer, plugin_of (sink)->open (sink->handle, mode, scratch), MAY_LACK);
}

static void
call_close (const struct instance *sink)
{
  struct callback outer = callback_enter (sink, "close");

  if (plugin_of (sink)->close != NULL)
    plugin_of (sink)->close (sink->handle);
  callback_leave (outer);
}

void
sink_call_close (struct instance *sink)
{
  struct open_sink *open = sink->open;

  if (open == NULL)
    return;
  sink->open = NULL;
  if (open->reached)
    call_close (sink);
  simple_sink_free (&open->simple);
  /* After the plugin's close: until then the store may be written to. */
  if (open->lock >= 0)
    close (open->lock);
  if (open->scratch != NULL)
    *open->option = open->configured;
  free (open->scratch);
  free (open);
}

/* ---- what every sink does ------------------------------------------------------------------------ */

int
sink_call_load (struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  return sink->open->form->load (sink->open, checkpoint);
}

int
sink_call_prepare (struct instance *sink, const struct dcpipe_tables *tables)
{
  return sink->open->form->prepare (sink->open, tables);
}

int
sink_call_apply (struct instance *sink, struct dcpipe_rows *rows)
{
  assert (sink->open->mode != DCPIPE_READ);
  return sink->open->form->apply (sink->open, rows);
}

int
sink_call_reset (struct instance *sink, const char *table)
{
  return sink->open->form->reset (sink->open, table);
}

int
sink_call_commit (struct instance *sink, const struct dcpipe_checkpoint *checkpoint)
{
  const struct sink_form *form = sink->open->form;
  struct callback outer;
  int result;

  assert (sink->open->mode != DCPIPE_READ);
  result = form->before_commit (sink->open, checkpoint);
  if (result != DCPIPE_OK)
    return result;
  outer = callback_begin (sink, "commit");
  result = callback_end (outer, plugin_of (sink)->commit (sink->handle, checkpoint), MAY_STORE);
  if (result == DCPIPE_OK)
    form->after_commit (sink->open);
  return result;
}

int
sink_call_rollback (struct instance *sink)
{
  struct callback outer = callback_begin (sink, "rollback");

  return callback_end (outer, plugin_of (sink)->rollback (sink->handle), MAY_STORE);
}

int
sink_call_tip_reached (struct instance *sink)
{
  struct callback outer = callback_begin (sink, "tip_reached");
  int (*tip_reached) (void *handle) = plugin_of (sink)->tip_reached;

  return callback_end (outer, tip_reached != NULL ? tip_reached (sink->handle) : DCPIPE_OK, MAY_STORE);
}

/* ---- reading rows back --------------------------------------------------------------------------- */

int
sink_scan (struct instance *sink, const struct dcpipe_row *prefix,
           bool (*each) (void *context, const struct dcpipe_row *row), void *context)
{
  struct dcpipe_scan scan = { .table = prefix->table, .each = each, .context = context };
  int result = sink->open->form->scan (sink->open, prefix, &scan);

  arena_free (&scan.arena);
  /* A sink whose row was not taken was told to stop, and returns DCPIPE_OK. */
  return scan.bad ? DCPIPE_FAIL : result;
}

/* Filled in an arena and copied then: nobody knows how large the row is before the sink has filled it. */
int
sink_get (struct instance *sink, const struct dcpipe_row *key, struct dcpipe_row **row)
{
  struct arena arena = { 0 };
  struct dcpipe_rows maker = { .arena = &arena };
  struct dcpipe_row *filled = row_make (&maker, key->table, DCPIPE_INSERT);
  int result = sink->open->form->get (sink->open, key, filled);

  *row = NULL;
  if (result == DCPIPE_OK && !scan_check_row (&maker, filled))
    result = DCPIPE_FAIL;
  if (result == DCPIPE_OK) {
    *row = row_copy (filled);
    if (*row == NULL) {
      fail ("no memory for a row of table %s", key->table->name);
      result = DCPIPE_FAIL;
    }
  }
  arena_free (&arena);
  return result;
}

/* ---- the first calls on a handle ----------------------------------------------------------------- */

/* Outside of a transaction there is nothing to repeat at once, so DCPIPE_AGAIN is a failure here. */
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

  /* Nothing was stored yet, which is no fault of a reader's; a writer makes the store. */
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
