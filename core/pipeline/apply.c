/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/apply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "pipeline/resolve.h"
#include "sink/sink-calls.h"

/* Rows given to the sink in one call. */
#define ROWS_AT_ONCE 512

static int apply_rows (void *context, const struct dcpipe_row **rows, size_t count);

bool
applier_init (struct applier *applier, struct run *run, struct instance *sink,
              struct dcpipe_checkpoint *checkpoint)
{
  *applier = (struct applier){ .run = run, .sink = sink, .checkpoint = checkpoint };
  applier->cache = (struct row_cache){
    .sink = sink, .tables = run->tables, .limit = 4 * 1024 * 1024, .apply = apply_rows, .context = applier
  };
  applier->changes = calloc (run->tables->count, sizeof *applier->changes);
  applier->advanced = calloc (run->setup->decoders_count + 1, sizeof (const struct dcpipe_block *));
  applier->rows = calloc (ROWS_AT_ONCE, sizeof *applier->rows);
  applier->effects = calloc (ROWS_AT_ONCE, sizeof *applier->effects);
  if (applier->changes != NULL && applier->advanced != NULL && applier->rows != NULL
      && applier->effects != NULL)
    return true;
  fail ("no memory for the sink's rows");
  return false;
}

void
applier_free (struct applier *applier)
{
  cache_clear (&applier->cache);
  failures_clear (&applier->failures);
  arena_free (&applier->arena);
  arena_free (&applier->resolved);
  free (applier->changes);
  free (applier->advanced);
  free (applier->rows);
  free (applier->effects);
  failure_notes_clear (&applier->notes);
}

/* ---- giving rows to the sink -------------------------------------------------------------------- */

static bool
resolves (const struct applier *applier, const struct dcpipe_table *table)
{
  return table->decoder < applier->run->setup->decoders_count
         && applier->run->setup->decoders[table->decoder]->instance.plugin->u.decoder.resolve != NULL;
}

/* The frontier of the decoder that found fault, named in the row. */
static struct frontier *
frontier_of (const struct applier *applier, const struct dcpipe_row *row)
{
  struct dcpipe_bytes name = dcpipe_get_bytes (row, FAILED_DECODER);

  for (size_t i = 0; i < applier->checkpoint->frontiers_count; i++) {
    struct frontier *frontier = &applier->checkpoint->frontiers[i];

    if (strlen (frontier->decoder) == name.size && memcmp (frontier->decoder, name.data, name.size) == 0)
      return frontier;
  }
  return NULL;
}

/* Counts a row of failed_entries where its decoder's frontier and label are counted: what status tells is
 * what the table holds, also ahead of the frontier. */
static int
count_failure (struct applier *applier, const struct dcpipe_row *row)
{
  struct frontier *frontier = frontier_of (applier, row);
  struct label_count *count;

  if (!failures_add (&applier->failures, row)) {
    if (!applier->failures.no_memory)
      return DCPIPE_OK;
    fail ("no memory for the row of a failed entry");
    return DCPIPE_FAIL;
  }
  failure_notes_add (&applier->notes, row);
  count = frontier != NULL ? frontier_label (frontier, row->entry->label) : NULL;
  if (count == NULL)
    return frontier != NULL ? DCPIPE_FAIL : DCPIPE_OK;
  count->failed++;
  frontier->failed++;
  return DCPIPE_OK;
}

/* Makes a failed entry of a row that the sink refused. One of the source's tables stems from no entry, and is
 * left out. */
static int
refuse (struct applier *applier, const struct dcpipe_row *row, const char *reason, struct row_list *refused)
{
  struct dcpipe_rows rows = {
    .arena = &applier->arena, .entry = row->entry, .tables = applier->run->tables, .list = refused
  };

  if (row->table->decoder == TABLE_SOURCE) {
    log_warning ("a row of table %s is left out: %s", row->table->name, reason);
    return DCPIPE_OK;
  }
  if (row->entry == NULL || resolves (applier, row->table) || refused == NULL) {
    fail ("a row of table %s was refused: %s", row->table->name, reason);
    return DCPIPE_FAIL;
  }
  rows.decoder_name = row->table->decoder == TABLE_CORE
                          ? ""
                          : applier->run->setup->decoders[row->table->decoder]->instance.name;
  rows_fail_entry (&rows, ((uint64_t) 1 << 32) + row->table->number, reason);
  if (!rows.no_memory)
    return count_failure (applier, refused->items[refused->count - 1]);
  fail ("no memory for the row of a failed entry");
  return DCPIPE_FAIL;
}

static int
take_effects (struct applier *applier, const struct dcpipe_row **rows, size_t count, struct row_list *refused)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < count; i++) {
    struct row_effect *effect = &applier->effects[i];
    struct table_changes *changes = &applier->changes[rows[i]->table->number];

    changes->added += effect->added;
    changes->changed += effect->changed;
    changes->removed += effect->removed;
    if (effect->refused != NULL && result == DCPIPE_OK)
      result = refuse (applier, rows[i], effect->refused, refused);
    free (effect->refused);
  }
  return result;
}

/* Gives rows to the sink, and counts what it says of them. Refused ones become failed entries in `refused`.
 */
static int
apply_rows_with (struct applier *applier, const struct dcpipe_row **rows, size_t count,
                 struct row_list *refused)
{
  struct row_list list = { .items = rows, .count = count };
  struct dcpipe_rows view = { .list = &list, .tables = applier->run->tables, .effects = applier->effects };
  int result;

  memset (applier->effects, 0, count * sizeof *applier->effects);
  result = sink_call_apply (applier->sink, &view);
  if (result != DCPIPE_OK) {
    for (size_t i = 0; i < count; i++)
      free (applier->effects[i].refused);
    return result;
  }
  return take_effects (applier, rows, count, refused);
}

static int
apply_rows (void *context, const struct dcpipe_row **rows, size_t count)
{
  struct applier *applier = context;
  struct row_list refused = { 0 };
  int result = apply_rows_with (applier, rows, count, &refused);

  return result == DCPIPE_OK && refused.count > 0
             ? apply_rows_with (applier, refused.items, refused.count, NULL)
             : result;
}

static int
flush_rows (struct applier *applier)
{
  size_t count = applier->rows_count;

  applier->rows_count = 0;
  return count > 0 ? apply_rows (applier, applier->rows, count) : DCPIPE_OK;
}

static int
add_row (struct applier *applier, const struct dcpipe_row *row)
{
  if (row->table->number == CORE_FAILED_ENTRIES && count_failure (applier, row) != DCPIPE_OK)
    return DCPIPE_FAIL;
  applier->rows[applier->rows_count++] = row;
  return applier->rows_count == ROWS_AT_ONCE ? flush_rows (applier) : DCPIPE_OK;
}

/* ---- blocks ------------------------------------------------------------------------------------- */

/* True if a run of some labels has inserted the row before. */
static bool
lies_ahead (const struct frontier *frontier, const struct dcpipe_row *row)
{
  const struct ahead *ahead;

  if (frontier->ahead_count == 0 || !(row->table->flags & DCPIPE_TABLE_LOG))
    return false;
  ahead = frontier_ahead (frontier, row->entry->label);
  return ahead != NULL && row->entry->block->frame.position <= ahead->at.position;
}

static int
apply_plain (struct applier *applier, const struct frontier *frontier, const struct row_list *list)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < list->count && result == DCPIPE_OK; i++)
    if (!lies_ahead (frontier, list->items[i]))
      result = add_row (applier, list->items[i]);
  return result;
}

/* Rows of a decoder that resolves: folded in the cache, but for failed entries. */
static int
fold_row (struct applier *applier, const struct dcpipe_row *row)
{
  return row->table->decoder == TABLE_CORE ? add_row (applier, row) : cache_fold (&applier->cache, row, true);
}

/* The same for rows that resolve made, whose memory is used again for the next entry's. */
static int
fold_resolved (struct applier *applier, const struct dcpipe_row *row)
{
  int result;

  if (row->table->decoder != TABLE_CORE)
    return cache_fold (&applier->cache, row, false);
  result = add_row (applier, row);
  return result == DCPIPE_OK ? flush_rows (applier) : result;
}

static int
apply_resolving (struct applier *applier, size_t decoder, const struct row_list *list)
{
  size_t row = 0, note = 0;
  int result = DCPIPE_OK;

  while (result == DCPIPE_OK && (row < list->count || note < list->notes_count)) {
    const struct dcpipe_entry *entry = note < list->notes_count ? list->notes[note].entry : NULL;

    if (row < list->count && (entry == NULL || list->items[row]->entry->index <= entry->index))
      result = fold_row (applier, list->items[row++]);
    else
      result = lookup_resolve (applier, decoder, &list->notes[note++], fold_resolved);
  }
  return result;
}

static int
count_block (struct frontier *frontier, const struct row_list *list)
{
  for (size_t i = 0; i < list->tallies_count; i++) {
    struct label_count *count = frontier_label (frontier, list->tallies[i].label);

    if (count == NULL)
      return DCPIPE_FAIL;
    count->entries += list->tallies[i].entries;
    frontier->entries += list->tallies[i].entries;
  }
  digest_add (frontier->digest, list->digest);
  return DCPIPE_OK;
}

static int
apply_whole (struct applier *applier, size_t decoder, const struct dcpipe_block *block)
{
  const struct decoder *declared = applier->run->setup->decoders[decoder];
  struct frontier *frontier = checkpoint_find (applier->checkpoint, declared->instance.name);
  const struct row_list *list = &block->rows[decoder];
  int result;

  if (frontier->at.known && block->frame.position <= frontier->at.position)
    return DCPIPE_OK;
  if (applier->run->until != NULL && block->frame.position >= applier->run->until[decoder])
    return DCPIPE_OK;
  applier->block_is_new = true;
  applier->advanced[decoder] = block;
  if (block->frame.trust < frontier->trust)
    frontier->trust = block->frame.trust;
  if (list->count == 0 && list->notes_count == 0 && list->tallies_count == 0)
    return DCPIPE_OK;
  if (declared->instance.plugin->u.decoder.resolve != NULL)
    result = apply_resolving (applier, decoder, list);
  else
    result = apply_plain (applier, frontier, list);
  return result == DCPIPE_OK ? count_block (frontier, list) : result;
}

/* In a run of some labels: their rows go into the logs of '*' decoders, if they are not there yet. */
static int
apply_ahead (struct applier *applier, size_t decoder, const struct dcpipe_block *block)
{
  struct frontier *frontier =
      checkpoint_find (applier->checkpoint, applier->run->setup->decoders[decoder]->instance.name);
  const struct row_list *list = &block->rows[decoder];
  int result = DCPIPE_OK;

  if (frontier->at.known && block->frame.position <= frontier->at.position)
    return DCPIPE_OK;
  applier->block_is_new = true;
  applier->advanced[decoder] = block;
  for (size_t i = 0; i < list->count && result == DCPIPE_OK; i++)
    if ((list->items[i]->table->flags & DCPIPE_TABLE_LOG) && !lies_ahead (frontier, list->items[i]))
      result = add_row (applier, list->items[i]);
  return result;
}

int
applier_block (struct applier *applier, const struct dcpipe_block *block)
{
  int result = DCPIPE_OK;

  applier->block_is_new = false;
  if (block->number == 0)
    applier->checkpoint->ledger = block->hash;
  for (size_t i = 0; i < applier->run->setup->decoders_count && result == DCPIPE_OK; i++) {
    if (applier->run->parts[i] == PART_WHOLE)
      result = apply_whole (applier, i, block);
    else if (applier->run->parts[i] == PART_AHEAD)
      result = apply_ahead (applier, i, block);
  }
  applier->last = block;
  applier->blocks += applier->block_is_new;
  applier->entries += applier->block_is_new ? block->entries_count : 0;
  return result;
}

int
applier_rows (struct applier *applier, const struct row_list *list)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < list->count && result == DCPIPE_OK; i++)
    result = add_row (applier, list->items[i]);
  applier->source_rows += list->count;
  return result;
}

/* ---- commits ------------------------------------------------------------------------------------ */

/* Remembers how far the run's labels were inserted ahead. */
static int
move_ahead (struct applier *applier, struct frontier *frontier, const struct dcpipe_block *block)
{
  for (size_t i = 0; i < applier->run->scope.count; i++) {
    struct ahead *ahead = frontier_ahead_add (frontier, applier->run->scope.labels[i]);

    if (ahead == NULL)
      return DCPIPE_FAIL;
    if (!ahead->at.known || ahead->at.position < block->frame.position)
      point_set (&ahead->at, block);
  }
  return DCPIPE_OK;
}

/* Cursors belong to one source plugin: those of another are dropped. */
static int
note_source (struct applier *applier)
{
  struct dcpipe_checkpoint *checkpoint = applier->checkpoint;
  const char *source = plugin_name (applier->run->setup->source->plugin);

  if (checkpoint->source != NULL && strcmp (checkpoint->source, source) == 0)
    return DCPIPE_OK;
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    checkpoint->frontiers[i].at.cursor_size = 0;
  free (checkpoint->source);
  checkpoint->source = strdup (source);
  if (checkpoint->source != NULL)
    return DCPIPE_OK;
  fail ("no memory for the checkpoint");
  return DCPIPE_FAIL;
}

/* The last block of a ledger whose origin nobody signed is confirmed by its successor only. */
static void
note_unconfirmed (struct dcpipe_checkpoint *checkpoint, const struct dcpipe_block *last)
{
  uint64_t end = last->frame.position + 1;

  if (end >= checkpoint->unconfirmed)
    checkpoint->unconfirmed = last->frame.trust == DCPIPE_TRUST_NONE ? end : 0;
}

static int
move_frontiers (struct applier *applier)
{
  const struct setup *setup = applier->run->setup;
  int result;

  if (applier->last == NULL)
    return DCPIPE_OK;
  result = note_source (applier);
  note_unconfirmed (applier->checkpoint, applier->last);
  for (size_t i = 0; i < setup->decoders_count && result == DCPIPE_OK; i++) {
    struct frontier *frontier = checkpoint_find (applier->checkpoint, setup->decoders[i]->instance.name);

    if (applier->advanced[i] == NULL)
      continue;
    if (applier->run->parts[i] == PART_AHEAD)
      result = move_ahead (applier, frontier, applier->advanced[i]);
    else
      point_set (&frontier->at, applier->advanced[i]);
    frontier_ahead_drop (frontier);
  }
  return result;
}

int
applier_finish (struct applier *applier)
{
  int result = flush_rows (applier);

  if (result == DCPIPE_OK)
    result = cache_flush (&applier->cache);
  if (result == DCPIPE_OK)
    result = flush_rows (applier);
  if (result == DCPIPE_OK)
    result = move_frontiers (applier);
  if (result == DCPIPE_OK)
    result = applier_sync_status (applier);
  return result;
}

static void
begin_batch (struct applier *applier)
{
  memset (applier->changes, 0, applier->run->tables->count * sizeof *applier->changes);
  for (size_t i = 0; i < applier->run->setup->decoders_count; i++)
    applier->advanced[i] = NULL;
  arena_free (&applier->arena);
  applier->last = NULL;
  applier->blocks = applier->entries = applier->source_rows = 0;
  failures_clear (&applier->failures);
  applier->rows_count = 0;
  failure_notes_clear (&applier->notes);
}

void
applier_committed (struct applier *applier)
{
  cache_settle (&applier->cache);
  begin_batch (applier);
}

void
applier_rolled_back (struct applier *applier)
{
  cache_clear (&applier->cache);
  begin_batch (applier);
}
