/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "commands.h"
#include "log.h"
#include "online.h"
#include "sinkopen.h"
#include "status.h"
#include "syncstatus.h"

/* Blocks between what is stored and the tip. False if it cannot be told. A tip that lies before what is stored is no distance: the next run will say
 * what it means. */
static bool
blocks_behind (const struct scope_status *all, const struct dcpipe_tip *tip, uint64_t *blocks)
{
  uint64_t stored = all->known ? all->blocks : 0;

  if (!tip->known || tip->blocks == 0 || tip->blocks < stored)
    return false;
  *blocks = tip->blocks - stored;
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
  dcpipe_format_time (time, point->time_ns);
  hash_text (hash, &point->hash);
  printf ("block at %" PRIu64 ", %" PRIu64 " blocks, %" PRIu64 " entries\n", point->position, point->blocks,
          point->entries);
  printf ("  %-16s %s, hash %.16s…\n", "", time, hash);
}

static void
print_frontier (const struct frontier *frontier)
{
  printf ("  %-16s ", frontier->decoder);
  print_point (&frontier->at);
  if (frontier->failed > 0)
    printf ("  %-16s %" PRIu64 " failed entries\n", "", frontier->failed);
  for (size_t i = 0; i < frontier->ahead_count; i++) {
    printf ("  %-16s ahead for %s:\n  %-16s ", "", frontier->ahead[i].label, "");
    print_point (&frontier->ahead[i].at);
  }
}

/* How far a sink is behind the tip. */
static void
print_distance (const struct scope_status *all, const struct dcpipe_tip *tip)
{
  uint64_t behind;

  if (!blocks_behind (all, tip, &behind))
    return;
  if (behind == 0)
    printf ("  at the tip\n");
  else
    printf ("  %" PRIu64 " block%s behind the tip\n", behind, behind == 1 ? "" : "s");
}

static void
print_sink (const struct setup *setup, const struct instance *sink,
            const struct dcpipe_checkpoint *checkpoint, const struct dcpipe_tip *tip)
{
  struct scope_status all = scope_status (setup, checkpoint, NULL);
  char digest[65], ledger[2 * DCPIPE_HASH_MAX + 1];

  printf ("%s (%s)\n", sink->title, plugin_name (sink->plugin));
  if (checkpoint->text == NULL) {
    printf ("  nothing was stored yet\n");
    return;
  }
  digest_text (digest, all.digest);
  hash_text (ledger, &checkpoint->ledger);
  printf ("  ledger %s\n", ledger);
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    print_frontier (&checkpoint->frontiers[i]);
  print_distance (&all, tip);
  printf ("  trust %s%s\n  digest %s\n", all.known ? trust_name (all.trust) : "none",
          checkpoint->unconfirmed > 0 ? ", last block unconfirmed" : "", digest);
  if (all.last_error != NULL)
    printf ("  last error (of %" PRIu64 "): %s\n", all.errors, all.last_error);
}

static void
print_tip (const struct setup *setup, const struct dcpipe_tip *tip)
{
  printf ("%s\n  the ledger ", setup->source->title);
  if (tip->blocks > 0)
    printf ("has %" PRIu64 " blocks and ", tip->blocks);
  printf ("ends at position %" PRIu64 "\n", tip->end);
}

/* ---- for programs ------------------------------------------------------------------------------- */

/* NULL if it was not asked for. */
static json_t *
tip_json (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint, const struct dcpipe_tip *tip)
{
  struct scope_status all = scope_status (setup, checkpoint, NULL);
  uint64_t behind;

  if (!tip->known)
    return NULL;
  return json_pack ("{s:I, s:o, s:o}", "end", (json_int_t) tip->end, "blocks",
                    tip->blocks > 0 ? json_integer ((json_int_t) tip->blocks) : json_null (), "blocksBehind",
                    blocks_behind (&all, tip, &behind) ? json_integer ((json_int_t) behind) : json_null ());
}

static json_t *
sink_json (const struct setup *setup, const struct instance *sink, const struct dcpipe_checkpoint *checkpoint,
           const struct dcpipe_tip *tip)
{
  CLEANUP_FREE const char **labels = setup_labels (setup);
  json_t *scopes = json_array (), *whole = NULL;

  json_array_append_new (scopes, scope_status_json (setup, checkpoint, NULL));
  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++)
    json_array_append_new (scopes, scope_status_json (setup, checkpoint, labels[i]));
  if (checkpoint->text != NULL)
    whole = json_loadb (checkpoint->text, checkpoint->text_size, 0, NULL);
  return json_pack ("{s:s, s:s, s:o, s:o, s:o*}", "sink", sink->name, "plugin", plugin_name (sink->plugin),
                    "scopes", scopes, "checkpoint", whole ? whole : json_null (), "tip",
                    tip_json (setup, checkpoint, tip));
}

int
command_status (const struct setup *setup, const struct arguments *arguments)
{
  json_t *sinks = json_array ();
  struct dcpipe_tip tip = { .known = false };
  int status = arguments->online ? online_tip (setup, &tip) : STATUS_DONE;

  if (tip.known && !arguments->json)
    print_tip (setup, &tip);
  for (size_t i = 0; i < setup->sinks_count; i++) {
    struct dcpipe_checkpoint checkpoint;
    int one;

    if (arguments->sink != NULL && strcmp (arguments->sink, setup->sinks[i]->name) != 0)
      continue;
    one = sink_peek (setup->sinks[i], &checkpoint);
    if (one != STATUS_DONE) {
      log_error ("%s", failure ());
      status = one;
    } else if (arguments->json)
      json_array_append_new (sinks, sink_json (setup, setup->sinks[i], &checkpoint, &tip));
    else
      print_sink (setup, setup->sinks[i], &checkpoint, &tip);
    checkpoint_free (&checkpoint);
  }
  if (arguments->json) {
    json_dumpf (sinks, stdout, JSON_INDENT (2));
    putchar ('\n');
  }
  json_decref (sinks);
  return status;
}
