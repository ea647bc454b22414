/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/apply.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "data/row-emit.h"
#include "data/row-key.h"
#include "pipeline/resolve.h"
#include "pipeline/scope-status.h"
#include "setup/decoders.h"
#include "sink/sink-calls.h"

/* Rows given to the sink in one call: so many that the call costs little beside them. */
#define ROWS_AT_ONCE 512

static int apply_rows (void *context, const struct dcpipe_row **rows, size_t count);

bool
apply_init (struct apply *apply, struct run *run, struct instance *sink, struct dcpipe_checkpoint *checkpoint)
{
  *apply = (struct apply){ .run = run, .sink = sink, .checkpoint = checkpoint };
  apply->cache = (struct row_cache){
    .sink = sink, .tables = run->tables, .limit = 4 * 1024 * 1024, .apply = apply_rows, .context = apply
  };
  apply->changes = calloc (run->tables->count, sizeof *apply->changes);
  apply->frontiers = calloc (run->setup->decoders_count + 1, sizeof (struct frontier *));
  apply->advanced = calloc (run->setup->decoders_count + 1, sizeof (const struct dcpipe_block *));
  apply->rows = calloc (ROWS_AT_ONCE, sizeof *apply->rows);
  apply->effects = calloc (ROWS_AT_ONCE, sizeof *apply->effects);
  if (apply->changes == NULL || apply->frontiers == NULL || apply->advanced == NULL || apply->rows == NULL
      || apply->effects == NULL) {
    fail ("no memory for the sink's rows");
    return false;
  }
  apply_find_frontiers (apply);
  return true;
}

void
apply_find_frontiers (struct apply *apply)
{
  const struct setup *setup = apply->run->setup;

  for (size_t i = 0; i < setup->decoders_count; i++) {
    apply->frontiers[i] = checkpoint_find (apply->checkpoint, setup->decoders[i]->instance.name);
    assert (apply->frontiers[i] != NULL);
  }
}

void
apply_free (struct apply *apply)
{
  cache_clear (&apply->cache);
  failed_keys_clear (&apply->failed_keys);
  arena_free (&apply->arena);
  arena_free (&apply->resolved);
  free (apply->changes);
  free (apply->frontiers);
  free (apply->advanced);
  free (apply->rows);
  free (apply->effects);
  failed_entries_clear (&apply->failed);
}

/* ---- giving rows to the sink -------------------------------------------------------------------- */

/* A row that depends on others cannot be turned into a failed entry when the sink refuses it: what was
 * resolved with it since would be wrong. */
static bool
resolves (const struct apply *apply, const struct dcpipe_table *table)
{
  return table->decoder < apply->run->setup->decoders_count
         && plugin_resolves (apply->run->setup->decoders[table->decoder]->instance.plugin);
}

/* The frontier of the decoder that found fault, named in the row. */
static struct frontier *
frontier_of (const struct apply *apply, const struct dcpipe_row *row)
{
  struct dcpipe_bytes name = dcpipe_get_bytes (row, FAILED_DECODER);

  for (size_t i = 0; i < apply->checkpoint->frontiers_count; i++) {
    struct frontier *frontier = &apply->checkpoint->frontiers[i];

    if (strlen (frontier->decoder) == name.size && memcmp (frontier->decoder, name.data, name.size) == 0)
      return frontier;
  }
  return NULL;
}

/* Counts a row of failed_entries where its decoder's frontier and label are counted: what status tells is
 * what the table holds, also ahead of the frontier. */
static int
count_failure (struct apply *apply, const struct dcpipe_row *row)
{
  struct frontier *frontier = frontier_of (apply, row);
  struct label_count *count;

  if (!failed_keys_add (&apply->failed_keys, row)) {
    if (!apply->failed_keys.no_memory)
      return DCPIPE_OK;
    fail ("no memory for the row of a failed entry");
    return DCPIPE_FAIL;
  }
  failed_entries_add (&apply->failed, row);
  count = frontier != NULL ? frontier_label (frontier, row->entry->label) : NULL;
  if (count == NULL)
    return frontier != NULL ? DCPIPE_FAIL : DCPIPE_OK;
  count->failed++;
  frontier->failed++;
  return DCPIPE_OK;
}

/* Makes a failed entry of a row that the sink refused, or the ledger could never be stored. Its item lies
 * behind 2^32, so that it does not take the place of one that the decoder numbered. A row of the source's
 * tables stems from no entry, and is left out. That a sink refuses the failed entry itself, or core's rows,
 * is its fault. */
static int
refuse (struct apply *apply, const struct dcpipe_row *row, const char *reason, struct row_list *refused)
{
  struct dcpipe_rows rows = {
    .arena = &apply->arena, .entry = row->entry, .tables = apply->run->tables, .list = refused
  };

  if (row->table->decoder == TABLE_SOURCE) {
    log_warning ("a row of table %s is left out: %s", row->table->name, reason);
    return DCPIPE_OK;
  }
  if (row->entry == NULL || resolves (apply, row->table) || refused == NULL) {
    fail ("a row of table %s was refused: %s", row->table->name, reason);
    return DCPIPE_FAIL;
  }
  rows.decoder_name = row->table->decoder == TABLE_CORE
                          ? ""
                          : apply->run->setup->decoders[row->table->decoder]->instance.name;
  rows_fail_entry (&rows, ((uint64_t) 1 << 32) + row->table->number, reason);
  if (!rows.no_memory)
    return count_failure (apply, refused->items[refused->count - 1]);
  fail ("no memory for the row of a failed entry");
  return DCPIPE_FAIL;
}

static int
take_effects (struct apply *apply, const struct dcpipe_row **rows, size_t count, struct row_list *refused)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < count; i++) {
    struct row_effect *effect = &apply->effects[i];
    struct table_changes *changes = &apply->changes[rows[i]->table->number];

    changes->added += effect->added;
    changes->changed += effect->changed;
    changes->removed += effect->removed;
    if (effect->refused != NULL && result == DCPIPE_OK)
      result = refuse (apply, rows[i], effect->refused, refused);
    free (effect->refused);
  }
  return result;
}

/* Gives rows to the sink, and counts what it says of them. Refused ones become failed entries in `refused`.
 */
static int
apply_rows_with (struct apply *apply, const struct dcpipe_row **rows, size_t count, struct row_list *refused)
{
  struct row_list list = { .items = rows, .count = count };
  struct dcpipe_rows view = { .list = &list, .tables = apply->run->tables, .effects = apply->effects };
  int result;

  assert (count <= ROWS_AT_ONCE);
  memset (apply->effects, 0, count * sizeof *apply->effects);
  result = sink_call_apply (apply->sink, &view);
  if (result != DCPIPE_OK) {
    for (size_t i = 0; i < count; i++)
      free (apply->effects[i].refused);
    return result;
  }
  return take_effects (apply, rows, count, refused);
}

/* Failed entries that stand for refused rows are given at once, in a call of their own: the rows of a batch
 * are only counted when the whole call went well. */
static int
apply_rows (void *context, const struct dcpipe_row **rows, size_t count)
{
  struct apply *apply = context;
  struct row_list refused = { 0 };
  int result = apply_rows_with (apply, rows, count, &refused);

  return result == DCPIPE_OK && refused.count > 0
             ? apply_rows_with (apply, refused.items, refused.count, NULL)
             : result;
}

static int
flush_rows (struct apply *apply)
{
  size_t count = apply->rows_count;

  apply->rows_count = 0;
  return count > 0 ? apply_rows (apply, apply->rows, count) : DCPIPE_OK;
}

static int
add_row (struct apply *apply, const struct dcpipe_row *row)
{
  if (row->table->number == CORE_FAILED_ENTRIES && count_failure (apply, row) != DCPIPE_OK)
    return DCPIPE_FAIL;
  assert (apply->rows_count < ROWS_AT_ONCE);
  apply->rows[apply->rows_count++] = row;
  return apply->rows_count == ROWS_AT_ONCE ? flush_rows (apply) : DCPIPE_OK;
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
apply_plain (struct apply *apply, const struct frontier *frontier, const struct row_list *list)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < list->count && result == DCPIPE_OK; i++)
    if (!lies_ahead (frontier, list->items[i]))
      result = add_row (apply, list->items[i]);
  return result;
}

/* Rows of a decoder that resolves: folded in the cache, but for failed entries. */
static int
fold_row (struct apply *apply, const struct dcpipe_row *row)
{
  return row->table->decoder == TABLE_CORE ? add_row (apply, row) : cache_fold (&apply->cache, row, true);
}

/* The same for rows that resolve made, whose memory is used again for the next entry's. */
static int
fold_resolved (void *context, const struct dcpipe_row *row)
{
  struct apply *apply = context;
  int result;

  if (row->table->decoder != TABLE_CORE)
    return cache_fold (&apply->cache, row, false);
  result = add_row (apply, row);
  return result == DCPIPE_OK ? flush_rows (apply) : result;
}

/* Rows and notes are two lists, each in the order of the entries. They are merged, so that an entry is
 * resolved when the cache has all that came before it, and what decode itself made of that entry. */
static int
apply_resolving (struct apply *apply, size_t decoder, const struct row_list *list)
{
  const struct instance *instance = &apply->run->setup->decoders[decoder]->instance;
  const struct resolver resolver = {
    .cache = &apply->cache, .arena = &apply->resolved, .fold = fold_resolved, .context = apply
  };
  size_t row = 0, note = 0;
  int result = DCPIPE_OK;

  while (result == DCPIPE_OK && (row < list->count || note < list->notes_count)) {
    const struct dcpipe_entry *entry = note < list->notes_count ? list->notes[note].entry : NULL;

    if (row < list->count && (entry == NULL || list->items[row]->entry->index <= entry->index))
      result = fold_row (apply, list->items[row++]);
    else
      result = resolve_entry (&resolver, instance, decoder, &list->notes[note++]);
  }
  return result;
}

/* Only when the block's rows are all there: after a fault the checkpoint is read again, and counts with it.
 */
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

/* A decoder's part of a block, unless that lies behind its frontier, or where a replay ends for it: decoders
 * stand at different heights, so the first blocks of a resumed run are news to some of them only. The
 * frontier moves over blocks that gave the decoder nothing, too; but once, at the commit, to the last of them
 * (`advanced`). */
static int
apply_whole (struct apply *apply, size_t decoder, const struct dcpipe_block *block)
{
  const struct decoder *declared = apply->run->setup->decoders[decoder];
  struct frontier *frontier = apply->frontiers[decoder];
  const struct row_list *list = &block->rows[decoder];
  int result;

  if (frontier->at.known && block->frame.position <= frontier->at.position)
    return DCPIPE_OK;
  if (apply->run->until != NULL && block->frame.position >= apply->run->until[decoder])
    return DCPIPE_OK;
  apply->block_is_new = true;
  apply->advanced[decoder] = block;
  if (block->frame.trust < frontier->trust)
    frontier->trust = block->frame.trust;
  if (list->count == 0 && list->notes_count == 0 && list->tallies_count == 0)
    return DCPIPE_OK;
  if (plugin_resolves (declared->instance.plugin))
    result = apply_resolving (apply, decoder, list);
  else
    result = apply_plain (apply, frontier, list);
  return result == DCPIPE_OK ? count_block (frontier, list) : result;
}

/* In a run of some labels: their rows go into the logs of '*' decoders, if they are not there yet. */
static int
apply_ahead (struct apply *apply, size_t decoder, const struct dcpipe_block *block)
{
  struct frontier *frontier = apply->frontiers[decoder];
  const struct row_list *list = &block->rows[decoder];
  int result = DCPIPE_OK;

  if (frontier->at.known && block->frame.position <= frontier->at.position)
    return DCPIPE_OK;
  apply->block_is_new = true;
  apply->advanced[decoder] = block;
  for (size_t i = 0; i < list->count && result == DCPIPE_OK; i++)
    if ((list->items[i]->table->flags & DCPIPE_TABLE_LOG) && !lies_ahead (frontier, list->items[i]))
      result = add_row (apply, list->items[i]);
  return result;
}

/* Decoder after decoder, and not entry after entry: none sees the tables of another, so each may have the
 * block to itself. */
int
apply_block (struct apply *apply, const struct dcpipe_block *block)
{
  int result = DCPIPE_OK;

  apply->block_is_new = false;
  if (block->number == 0)
    apply->checkpoint->ledger = block->hash;
  for (size_t i = 0; i < apply->run->setup->decoders_count && result == DCPIPE_OK; i++) {
    if (apply->run->parts[i] == PART_WHOLE)
      result = apply_whole (apply, i, block);
    else if (apply->run->parts[i] == PART_AHEAD)
      result = apply_ahead (apply, i, block);
  }
  apply->last = block;
  apply->blocks += apply->block_is_new;
  apply->entries += apply->block_is_new ? block->entries_count : 0;
  return result;
}

int
apply_source_rows (struct apply *apply, const struct row_list *list)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < list->count && result == DCPIPE_OK; i++)
    result = add_row (apply, list->items[i]);
  apply->source_rows += list->count;
  return result;
}

/* ---- the table sync_status: the checkpoint by scope, for people who query the store ------------------ */

static void
fill (struct dcpipe_row *row, const char *name, const struct scope_status *status, uint64_t now)
{
  char digest[65];

  digest_text (digest, status->digest);
  dcpipe_set_string (row, STATUS_TABLE_NAME, name);
  if (status->known)
    dcpipe_set_u64 (row, STATUS_LAST_SYNCED_BLOCK_OFFSET, status->position);
  dcpipe_set_time (row, STATUS_LAST_SYNCED_AT, now);
  dcpipe_set_u64 (row, STATUS_TOTAL_RECORDS_SYNCED, status->entries);
  dcpipe_set_u64 (row, STATUS_SYNC_ERRORS, status->errors);
  dcpipe_set_string (row, STATUS_LAST_ERROR, status->last_error);
  dcpipe_set_string (row, STATUS_TRUST, status->stored ? trust_name (status->trust) : NULL);
  dcpipe_set_string (row, STATUS_DIGEST, digest);
}

static int
write_scope (struct apply *apply, const char *label)
{
  struct scope_status status = scope_status (apply->run->setup, apply->checkpoint, label);
  struct row_scratch scratch = { 0 };
  struct dcpipe_row *row = row_scratch_key (&scratch, &apply->run->tables->items[CORE_SYNC_STATUS]);
  const struct dcpipe_row *rows[1] = { row };
  int result = DCPIPE_OK;

  row->operation = DCPIPE_UPSERT;
  fill (row, label != NULL ? label : "all", &status, apply->synced_ns);
  if (scratch.maker.no_memory) {
    fail ("no memory for sync_status");
    result = DCPIPE_FAIL;
  } else if (status.known || status.errors > 0)
    result = apply->cache.apply (apply, rows, 1);
  row_scratch_free (&scratch);
  return result;
}

int
apply_sync_status (struct apply *apply)
{
  const char **labels = setup_labels (apply->run->setup);
  int result;

  if (labels == NULL) {
    fail ("no memory for sync_status");
    return DCPIPE_FAIL;
  }
  apply->synced_ns = realtime_ns ();
  result = write_scope (apply, NULL);
  for (size_t i = 0; labels[i] != NULL && result == DCPIPE_OK; i++)
    result = write_scope (apply, labels[i]);
  free (labels);
  return result;
}

/* ---- commits ------------------------------------------------------------------------------------ */

/* Remembers how far the run's labels were inserted ahead. The frontier stays, since other labels' rows are
 * missing up to there; a later whole run leaves out what is there already (`lies_ahead`). */
static int
move_ahead (struct apply *apply, struct frontier *frontier, const struct dcpipe_block *block)
{
  for (size_t i = 0; i < apply->run->scope.count; i++) {
    struct ahead *ahead = frontier_ahead_add (frontier, apply->run->scope.labels[i]);

    if (ahead == NULL)
      return DCPIPE_FAIL;
    if (!ahead->at.known || ahead->at.position < block->frame.position)
      point_set (&ahead->at, block);
  }
  return DCPIPE_OK;
}

/* Cursors belong to one source plugin: those of another are dropped. */
static int
note_source (struct apply *apply)
{
  struct dcpipe_checkpoint *checkpoint = apply->checkpoint;
  const char *source = plugin_name (apply->run->setup->source->plugin);

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
move_frontiers (struct apply *apply)
{
  const struct setup *setup = apply->run->setup;
  int result;

  if (apply->last == NULL)
    return DCPIPE_OK;
  result = note_source (apply);
  note_unconfirmed (apply->checkpoint, apply->last);
  for (size_t i = 0; i < setup->decoders_count && result == DCPIPE_OK; i++) {
    struct frontier *frontier = apply->frontiers[i];

    if (apply->advanced[i] == NULL)
      continue;
    if (apply->run->parts[i] == PART_AHEAD)
      result = move_ahead (apply, frontier, apply->advanced[i]);
    else
      point_set (&frontier->at, apply->advanced[i]);
    frontier_ahead_drop (frontier);
  }
  return result;
}

int
apply_finish (struct apply *apply)
{
  int result = flush_rows (apply);

  if (result == DCPIPE_OK)
    result = cache_flush (&apply->cache);
  assert (apply->rows_count == 0); /* the cache gives its rows to the sink itself */
  if (result == DCPIPE_OK)
    result = move_frontiers (apply);
  if (result == DCPIPE_OK)
    result = apply_sync_status (apply);
  return result;
}

/* Forgets what was kept for the commit only. */
static void
begin_batch (struct apply *apply)
{
  memset (apply->changes, 0, apply->run->tables->count * sizeof *apply->changes);
  for (size_t i = 0; i < apply->run->setup->decoders_count; i++)
    apply->advanced[i] = NULL;
  arena_free (&apply->arena);
  apply->last = NULL;
  apply->blocks = apply->entries = apply->source_rows = 0;
  failed_keys_clear (&apply->failed_keys);
  apply->rows_count = 0;
  failed_entries_clear (&apply->failed);
}

void
apply_committed (struct apply *apply)
{
  cache_settle (&apply->cache);
  begin_batch (apply);
}

void
apply_rolled_back (struct apply *apply)
{
  cache_clear (&apply->cache);
  begin_batch (apply);
}
