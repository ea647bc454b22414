/* SPDX-License-Identifier: Apache-2.0 */
/* Only checkpoints are read, beside whoever writes, so it may be asked at any time and of a store of any
 * size. That a sink holds rows of a source's own tables has to be counted, since no checkpoint tells. */
#include "config.h"

#include "commands/status.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "base/timestamp.h"
#include "bytes/cleanup.h"
#include "commands/arguments.h"
#include "commands/online.h"
#include "pipeline/scope-status.h"
#include "pipeline/sink-thread.h"
#include "setup/decoders.h"
#include "setup/tables.h"
#include "sink/reader.h"
#include "sink/sink-calls.h"
#include "sink/table-counts.h"

/* A sink, and what is known of it. */
struct shown {
  const struct setup *setup;
  const struct instance *sink;
  struct dcpipe_checkpoint checkpoint;
  const struct dcpipe_tables *tables; /* of the source */
  struct table_count *counts;
  size_t counts_size;
  const struct dcpipe_tip *tip;
};

/* Rows were listed, and no block came: then the ledger's blocks are no measure. */
static bool
holds_listings_only (const struct shown *shown)
{
  return shown->checkpoint.ledger.size == 0 && shown->counts_size > 0;
}

/* Blocks between what is stored and the tip. False if it cannot be told. */
static bool
blocks_behind (const struct shown *shown, int64_t *blocks)
{
  struct scope_status all = scope_status (shown->setup, &shown->checkpoint, NULL);
  const struct dcpipe_tip *tip = shown->tip;
  uint64_t stored = all.known ? all.blocks : 0;

  if (!tip->known || tip->blocks == 0 || holds_listings_only (shown))
    return false;
  /* May be negative: the one that was asked may lag behind another that was imported from. */
  *blocks = (int64_t) (tip->blocks - stored);
  return true;
}

/* ---- for people --------------------------------------------------------------------------------- */

static void
print_point (const struct point *point)
{
  char time[DCPIPE_TIME_SIZE], hash[2 * DCPIPE_HASH_MAX + 1];

  if (!point->known) {
    printf ("nothing yet\n");
    return;
  }
  timestamp_format (time, point->time_ns);
  hash_text (hash, &point->hash);
  printf ("block at %" PRIu64 ", %" PRIu64 " %s, %" PRIu64 " %s\n", point->position, point->blocks,
          plural (point->blocks, "block", "blocks"), point->entries,
          plural (point->entries, "entry", "entries"));
  printf ("  %-16s %s, hash %.16s…\n", "", time, hash);
}

static void
print_frontier (const struct frontier *frontier)
{
  printf ("  %-16s ", frontier->decoder);
  print_point (&frontier->at);
  if (frontier->failed > 0)
    printf ("  %-16s %" PRIu64 " failed %s\n", "", frontier->failed,
            plural (frontier->failed, "entry", "entries"));
  for (size_t i = 0; i < frontier->ahead_count; i++) {
    printf ("  %-16s ahead for %s:\n  %-16s ", "", frontier->ahead[i].label, "");
    print_point (&frontier->ahead[i].at);
  }
}

/* The frontiers, and decoders that have none: they were added or reset, and the next run fills them. */
static void
print_frontiers (const struct shown *shown)
{
  const struct dcpipe_checkpoint *checkpoint = &shown->checkpoint;

  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    print_frontier (&checkpoint->frontiers[i]);
  for (size_t i = 0; i < shown->setup->decoders_count; i++) {
    const char *name = shown->setup->decoders[i]->instance.name;
    const struct frontier *frontier = checkpoint_find (checkpoint, name);

    if (frontier == NULL)
      printf ("  %-16s nothing yet\n", name);
    else if (!frontier_check (shown->setup, shown->sink->name, shown->setup->decoders[i], frontier))
      printf ("  %-16s filled with other settings, which a run will refuse\n", name);
  }
}

/* How far a sink is behind the tip. One that is ahead is no fault yet: who was asked may lag behind. */
static void
print_distance (const struct shown *shown)
{
  int64_t behind;

  if (!blocks_behind (shown, &behind))
    return;
  if (behind == 0)
    printf ("  at the tip\n");
  else if (behind > 0)
    printf ("  %" PRId64 " %s behind the tip\n", behind, plural ((uint64_t) behind, "block", "blocks"));
  else
    printf ("  %" PRId64 " %s ahead of the tip: was the ledger cut short, or is it another one?\n", -behind,
            plural ((uint64_t) -behind, "block", "blocks"));
}

/* The ledger's blocks as a whole. */
static void
print_ledger (const struct shown *shown, const struct scope_status *all)
{
  char digest[65];

  print_distance (shown);
  if (shown->checkpoint.ledger.size == 0)
    return;
  digest_text (digest, all->digest);
  printf ("  trust %s%s\n  digest %s\n", all->stored ? trust_name (all->trust) : "none",
          shown->checkpoint.unconfirmed > 0 ? ", last block unconfirmed" : "", digest);
}

static void
print_sink (const struct shown *shown)
{
  const struct dcpipe_checkpoint *checkpoint = &shown->checkpoint;
  struct scope_status all = scope_status (shown->setup, checkpoint, NULL);
  char ledger[2 * DCPIPE_HASH_MAX + 1];

  printf ("%s (%s)\n", shown->sink->title, plugin_name (shown->sink->plugin));
  if (checkpoint->text == NULL) {
    printf ("  nothing was stored yet\n");
    return;
  }
  hash_text (ledger, &checkpoint->ledger);
  if (checkpoint->ledger.size > 0)
    printf ("  ledger %s\n", ledger);
  for (size_t i = 0; i < shown->counts_size; i++)
    printf ("  %-16s %" PRIu64 " %s\n", shown->counts[i].table, shown->counts[i].rows,
            plural (shown->counts[i].rows, "row", "rows"));
  if (checkpoint->frontiers_count > 0)
    print_frontiers (shown);
  else if (shown->counts_size == 0)
    printf ("  nothing is stored\n");
  print_ledger (shown, &all);
  if (all.last_error != NULL)
    printf ("  %" PRIu64 " failed %s, the last one with: %s\n", all.errors,
            plural (all.errors, "run", "runs"), all.last_error);
}

static void
print_tip (const struct setup *setup, const struct dcpipe_tip *tip)
{
  printf ("%s\n  the ledger ", setup->source->title);
  if (tip->blocks > 0)
    printf ("has %" PRIu64 " %s and ", tip->blocks, plural (tip->blocks, "block", "blocks"));
  printf ("ends at position %" PRIu64 "\n", tip->end);
}

/* ---- for programs ------------------------------------------------------------------------------- */

/* NULL if it was not asked for. */
static json_t *
tip_json (const struct shown *shown)
{
  const struct dcpipe_tip *tip = shown->tip;
  int64_t behind;

  if (!tip->known)
    return NULL;
  return json_pack ("{s:I, s:o, s:o}", "end", (json_int_t) tip->end, "blocks",
                    tip->blocks > 0 ? json_integer ((json_int_t) tip->blocks) : json_null (), "blocksBehind",
                    blocks_behind (shown, &behind) && behind >= 0 ? json_integer ((json_int_t) behind)
                                                                  : json_null ());
}

static json_t *
sink_json (const struct shown *shown)
{
  const struct dcpipe_checkpoint *checkpoint = &shown->checkpoint;
  CLEANUP_FREE const char **labels = setup_labels (shown->setup);
  json_t *scopes = json_array (), *listed = json_object (), *whole = NULL;

  json_array_append_new (scopes, scope_status_json (shown->setup, checkpoint, NULL));
  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++)
    json_array_append_new (scopes, scope_status_json (shown->setup, checkpoint, labels[i]));
  for (size_t i = 0; i < shown->counts_size; i++)
    json_object_set_new (listed, shown->counts[i].table, json_integer ((json_int_t) shown->counts[i].rows));
  if (checkpoint->text != NULL)
    whole = json_loadb (checkpoint->text, checkpoint->text_size, 0, NULL);
  return json_pack ("{s:s, s:s, s:o, s:o, s:o, s:o*}", "sink", shown->sink->name, "plugin",
                    plugin_name (shown->sink->plugin), "scopes", scopes, "listed", listed, "checkpoint",
                    whole ? whole : json_null (), "tip", tip_json (shown));
}

/* The tables of the source alone. */
static struct dcpipe_tables *
source_tables (const struct setup *setup)
{
  const struct setup source = { .path = setup->path, .source = setup->source };

  return tables_make (&source);
}

/* Prints what a sink holds, or appends it to `sinks`. */
static int
show_sink (struct shown *shown, json_t *sinks)
{
  int status = sink_peek (shown->sink, &shown->checkpoint), listed = STATUS_DONE;

  if (status != STATUS_DONE)
    log_error ("%s", failure ());
  else
    listed = table_counts_read (shown->sink, shown->tables, &shown->counts, &shown->counts_size);
  /* It is shown all the same: what the checkpoint tells does not depend on the count. */
  if (listed != STATUS_DONE)
    log_error ("%s", failure ());
  if (status == STATUS_DONE && sinks != NULL)
    json_array_append_new (sinks, sink_json (shown));
  else if (status == STATUS_DONE)
    print_sink (shown);
  checkpoint_free (&shown->checkpoint);
  free (shown->counts);
  return status == STATUS_DONE ? listed : status;
}

/* Shows those that were asked for. One that cannot be read is told, and the others are shown all the same;
 * the status is that of the last failure. */
static int
show_sinks (const struct setup *setup, const struct arguments *arguments, const struct dcpipe_tip *tip,
            json_t *sinks)
{
  struct dcpipe_tables *tables = source_tables (setup);
  int status = STATUS_DONE;

  if (tables == NULL) {
    log_failure ();
    return STATUS_FAILED;
  }
  for (size_t i = 0; i < setup->sinks_count; i++) {
    struct shown shown = { .setup = setup, .sink = setup->sinks[i], .tables = tables, .tip = tip };
    int one;

    if (arguments->sink != NULL && strcmp (arguments->sink, setup->sinks[i]->name) != 0)
      continue;
    one = show_sink (&shown, sinks);
    if (one != STATUS_DONE)
      status = one;
  }
  tables_free (tables);
  return status;
}

/* The sinks are shown even if the source does not answer: what is stored can be told without it. A failure of
 * theirs is the status then, and that of the source comes second. */
int
command_status (const struct setup *setup, const struct arguments *arguments)
{
  json_t *sinks = arguments->json ? json_array () : NULL;
  struct dcpipe_tip tip = { .known = false };
  int status = STATUS_DONE, shown;

  if (arguments->sink != NULL && setup_find_sink (setup, arguments->sink) == NULL) {
    log_error ("%s", failure ());
    json_decref (sinks);
    return STATUS_USAGE;
  }
  if (arguments->online)
    status = online_tip (setup, &tip);
  if (tip.known && !arguments->json)
    print_tip (setup, &tip);
  shown = show_sinks (setup, arguments, &tip, sinks);
  if (arguments->json) {
    json_dumpf (sinks, stdout, JSON_INDENT (2));
    putchar ('\n');
  }
  json_decref (sinks);
  return shown != STATUS_DONE ? shown : status;
}
