/* SPDX-License-Identifier: Apache-2.0 */
/* Tables are emptied with the frontier of their decoder in one commit, so that after a crash either both are
 * there or neither: a frontier without its rows would never be filled again. Traces in core's tables go last,
 * by a commit of their own, since all that depends on them is what is shown. */
#include "config.h"

#include "commands/reset.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "base/retry.h"
#include "base/suggest.h"
#include "commands/arguments.h"
#include "data/checkpoint-json.h"
#include "data/row-merge.h"
#include "plugin/instance.h"
#include "setup/tables.h"
#include "sink/reader.h"
#include "sink/sink-calls.h"

/* The number of the decoder called `name`, or SIZE_MAX after logging those that there are. */
static size_t
find_decoder (const struct setup *setup, const char *name)
{
  char list[512] = "";

  for (size_t i = 0; i < setup->decoders_count; i++) {
    if (strcmp (setup->decoders[i]->instance.name, name) == 0)
      return i;
    suggest_append (list, sizeof list, setup->decoders[i]->instance.name);
  }
  log_error ("%s has no decoder '%s'; its decoders are: %s", setup->path, name, list);
  return SIZE_MAX;
}

static bool
confirm (const struct instance *sink, const char *decoder)
{
  char answer[8] = "";

  /* A script that forgot --yes must not hang, nor be answered by what happens to be on its input. */
  if (!isatty (STDIN_FILENO)) {
    log_error ("reset empties tables; say --yes to confirm");
    return false;
  }
  fprintf (stderr, "Empty %s%s%s? Type yes to do so: ", sink->title,
           decoder ? ": the tables of decoder " : " with all its tables", decoder ? decoder : "");
  if (fgets (answer, sizeof answer, stdin) != NULL && strcmp (answer, "yes\n") == 0)
    return true;
  if (strchr (answer, '\n') == NULL)
    fputc ('\n', stderr); /* behind the question */
  log_error ("the answer was not yes: nothing was emptied");
  return false;
}

/* Removes the source's own tables, also those that an earlier configuration filled. */
static int
remove_source_tables (struct instance *sink, const struct instance *source)
{
  const struct dcpipe_table_defs *tables = plugin_tables (source->plugin);
  int result = DCPIPE_OK;

  for (size_t i = 0; i < tables->count && result == DCPIPE_OK; i++)
    result = sink_call_reset (sink, tables->items[i].name);
  return result;
}

/* Removes the decoder's tables, or all but the source's. */
static int
remove_tables (struct instance *sink, const struct dcpipe_tables *tables, size_t decoder)
{
  for (size_t i = 0; i < tables->count; i++) {
    int result;

    if (tables->items[i].decoder == TABLE_SOURCE
        || (decoder != SIZE_MAX && tables->items[i].decoder != decoder))
      continue;
    result = sink_call_reset (sink, tables->items[i].name);
    if (result != DCPIPE_OK)
      return result;
  }
  return DCPIPE_OK;
}

/* Removes rows with the key of `key`, or as much of it as is set. */
static int
delete_rows (struct instance *sink, const struct dcpipe_tables *tables, struct dcpipe_row *key)
{
  const struct dcpipe_row *items[1] = { key };
  struct row_list list = { .items = items, .count = 1 };
  struct row_effect effect = { 0 };
  struct dcpipe_rows rows = { .list = &list, .tables = tables, .effects = &effect };
  int result;

  key->operation = DCPIPE_DELETE;
  result = sink_call_apply (sink, &rows);
  free (effect.refused);
  return result;
}

/* Failed entries of one decoder, as they are found. */
struct found {
  const char *decoder;
  struct dcpipe_row **rows;
  size_t count, capacity;
  bool no_memory;
};

static bool
find_failed (void *context, const struct dcpipe_row *row)
{
  struct found *found = context;
  struct dcpipe_bytes decoder = dcpipe_get_bytes (row, FAILED_DECODER);

  if (decoder.size != strlen (found->decoder) || memcmp (decoder.data, found->decoder, decoder.size) != 0)
    return true;
  /* The sink is not changed while it is scanned; so keys are gathered first. */
  if (found->count == found->capacity) {
    size_t capacity = found->capacity ? 2 * found->capacity : 64;
    struct dcpipe_row **rows = realloc (found->rows, capacity * sizeof *rows);

    found->no_memory = rows == NULL;
    if (found->no_memory)
      return false;
    found->rows = rows;
    found->capacity = capacity;
  }
  found->rows[found->count] = row_copy (row);
  found->no_memory = found->rows[found->count] == NULL;
  found->count += !found->no_memory;
  return !found->no_memory;
}

/* What a decoder left in core's tables: its failed entries, and the scopes that it was part of. */
static int
remove_traces (struct instance *sink, const struct dcpipe_tables *tables, const char *decoder)
{
  struct found found = { .decoder = decoder };
  struct row_scratch scratch = { 0 };
  int result = DCPIPE_OK;

  /* A sink that cannot be read keeps its notes of failed entries, on which nothing depends. */
  if (plugin_looks_up (sink->plugin))
    result = sink_scan (sink, row_scratch_key (&scratch, &tables->items[CORE_FAILED_ENTRIES]), find_failed,
                        &found);
  if (found.no_memory) {
    fail ("no memory for the failed entries of decoder %s", decoder);
    result = DCPIPE_FAIL;
  }
  for (size_t i = 0; i < found.count; i++) {
    if (result == DCPIPE_OK)
      result = delete_rows (sink, tables, found.rows[i]);
    free (found.rows[i]);
  }
  free (found.rows);
  /* All rows, for the decoder may have been part of any scope; the next commit of a run writes them again. */
  if (result == DCPIPE_OK)
    result = delete_rows (sink, tables, row_scratch_key (&scratch, &tables->items[CORE_SYNC_STATUS]));
  row_scratch_free (&scratch);
  return result;
}

/* Forgets how far the decoder, or all of them, came. */
static void
forget (struct dcpipe_checkpoint *checkpoint, const char *decoder)
{
  if (decoder != NULL)
    checkpoint_remove (checkpoint, decoder);
  /* With the last frontier goes the name of the ledger: what is empty may be filled from another one. */
  if (decoder == NULL || checkpoint->frontiers_count == 0)
    checkpoint_free (checkpoint);
}

static int
commit (struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  if (!checkpoint_format (checkpoint))
    return DCPIPE_FAIL;
  return sink_call_commit (sink, checkpoint);
}

/* A store that had to make room begins its transaction anew, which here is another attempt. */
static int
status_of (int result)
{
  if (result == DCPIPE_AGAIN)
    fail ("the store had to make room first");
  return sink_status (result == DCPIPE_AGAIN ? DCPIPE_RETRY : result);
}

/* What is emptied: one decoder, or all of a sink. */
struct reset {
  const struct setup *setup;
  const struct instance *configured;
  const char *decoder;          /* NULL for all */
  size_t number;                /* of the decoder */
  struct dcpipe_tables *tables; /* all of the setup's */
  struct dcpipe_tables *core;   /* core's alone: whether others are sound is not our concern */
};

static int
prepare_core (const struct reset *reset, struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  const struct setup none = { .path = reset->setup->path };

  if (!tables_expect (reset->core, &none, sink->name, checkpoint))
    return STATUS_FAILED;
  return sink_prepare (sink, reset->core);
}

/* The tables go first, together with the frontier: from then on a run would fill them anew. */
static int
empty (const struct reset *reset, struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  int result = remove_tables (sink, reset->tables, reset->number), status;

  if (result == DCPIPE_OK && reset->decoder == NULL)
    result = remove_source_tables (sink, reset->setup->source);
  if (result == DCPIPE_OK) {
    forget (checkpoint, reset->decoder);
    result = commit (sink, checkpoint);
  }
  if (result != DCPIPE_OK || reset->decoder == NULL)
    return status_of (result);
  /* A process that dies from here on leaves traces of a decoder that is empty, and another reset removes
   * them. */
  status = prepare_core (reset, sink, checkpoint);
  if (status != STATUS_DONE)
    return status;
  result = remove_traces (sink, reset->core, reset->decoder);
  return status_of (result == DCPIPE_OK ? commit (sink, checkpoint) : result);
}

/* Opens a handle for one step. */
static int
with_sink (const struct reset *reset, int (*step) (const struct reset *reset, struct instance *sink,
                                                   struct dcpipe_checkpoint *checkpoint))
{
  struct instance *sink = instance_clone (reset->configured);
  struct dcpipe_checkpoint checkpoint = { 0 };
  int status;

  if (sink == NULL)
    return STATUS_FAILED;
  status = sink_open (sink, DCPIPE_WRITE, NULL, &checkpoint);
  if (status == STATUS_DONE)
    status = step (reset, sink, &checkpoint);
  sink_call_close (sink);
  checkpoint_free (&checkpoint);
  instance_free (sink);
  return status;
}

/* What a decoder left in core's tables is removed last, so those are looked at before anything is emptied. */
static int
both_steps (const struct reset *reset)
{
  int status = reset->decoder != NULL ? with_sink (reset, prepare_core) : STATUS_DONE;

  return status == STATUS_DONE ? with_sink (reset, empty) : status;
}

/* Until it is done, a fault does not pass, or the attempts are used up. */
static int
run_reset (struct reset *reset)
{
  const struct pipeline_settings *settings = &reset->setup->pipeline;
  const struct setup none = { .path = reset->setup->path };
  struct retry retry = { .max = settings->max_retries,
                         .delay = settings->retry_delay,
                         .longest = settings->max_retry_delay };
  int status = STATUS_FAILED;

  LOG_INSTANCE_SCOPE (reset->configured->title);
  reset->tables = tables_make (reset->setup);
  reset->core = reset->tables != NULL ? tables_make (&none) : NULL;
  if (reset->core != NULL)
    do {
      retry_begin ();
      status = both_steps (reset);
    } while (status == STATUS_TEMPORARY && retry_wait (&retry));
  tables_free (reset->core);
  tables_free (reset->tables);
  return status;
}

/* Everything that can be refused is refused before the question, and the question comes before a store is
 * opened: who says no has touched nothing. */
int
command_reset (const struct setup *setup, const struct arguments *arguments)
{
  const struct instance *sink;
  size_t decoder = SIZE_MAX;
  int status;

  if (arguments->sink == NULL) {
    char list[512] = "";

    for (size_t i = 0; i < setup->sinks_count; i++)
      suggest_append (list, sizeof list, setup->sinks[i]->name);
    log_error ("reset needs --sink NAME; the sinks are: %s", list);
    return STATUS_USAGE;
  }
  sink = setup_find_sink (setup, arguments->sink);
  if (sink == NULL) {
    log_error ("%s", failure ());
    return STATUS_USAGE;
  }
  if (arguments->decoder != NULL && (decoder = find_decoder (setup, arguments->decoder)) == SIZE_MAX)
    return STATUS_USAGE;
  if (!arguments->yes && !confirm (sink, arguments->decoder))
    return STATUS_USAGE;
  status = run_reset (&(struct reset){
      .setup = setup, .configured = sink, .decoder = arguments->decoder, .number = decoder });
  if (status != STATUS_DONE)
    log_error ("%s", failure ());
  else
    log_info ("%s: emptied %s%s; the next run fills them from the first block", sink->title,
              arguments->decoder ? "the tables of decoder " : "all tables",
              arguments->decoder ? arguments->decoder : "");
  return status;
}
