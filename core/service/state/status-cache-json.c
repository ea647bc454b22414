/* SPDX-License-Identifier: Apache-2.0 */
/* The status cache as the REST API shows it. */
#include "config.h"

#include "service/state/status-cache-json.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "commands/progress.h"
#include "pipeline/scope-status.h"
#include "service/state/json-values.h"
#include "service/state/status-cache.h"

#define NS_PER_MINUTE UINT64_C (60000000000)

/* 0 stands for a position that is not known. */
static json_t *
height_json (uint64_t position)
{
  return position > 0 ? number_json (position) : json_null ();
}

/* ---- GET /api/sync/status ----------------------------------------------------------------------- */

static void
add_status (json_t *list, const struct status_cache *cache, const char *label)
{
  const struct sink_view *view = &cache->sinks[0];
  struct scope_status status = scope_status (cache->setup, &view->checkpoint, label);

  if (!status.known && status.errors == 0)
    return;
  json_array_append_new (list,
                         json_pack ("{s:s, s:o, s:o, s:o, s:o, s:o}", "tableName",
                                    label != NULL ? label : "all", "lastSyncedBlockOffset",
                                    status.known ? number_json (status.position) : json_null (),
                                    "lastSyncedAt", time_json (view->synced_ns), "totalRecordsSynced",
                                    number_json (status.entries), "syncErrors", number_json (status.errors),
                                    "lastError", text_json (status.last_error)));
}

void
status_cache_make_status (struct status_cache *cache)
{
  CLEANUP_FREE const char **labels = setup_labels (cache->setup);
  json_t *list = json_array (), *body;

  add_status (list, cache, NULL);
  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++)
    add_status (list, cache, labels[i]);
  body = json_pack ("{s:b, s:{s:o, s:o}}", "success", 1, "data", "statuses", list, "totalTables",
                    json_integer ((json_int_t) json_array_size (list)));
  free (cache->status);
  cache->status = json_dumps (body, JSON_COMPACT);
  json_decref (body);
}

char *
status_cache_status (struct status_cache *cache)
{
  char *copy;

  LOCK_SCOPE (&cache->mutex);
  if (cache->sinks[0].error != NULL) {
    fail ("%s", cache->sinks[0].error);
    return NULL;
  }
  copy = cache->status != NULL ? strdup (cache->status) : NULL;
  if (copy == NULL)
    fail ("no memory for the status");
  return copy;
}

/* ---- sinks -------------------------------------------------------------------------------------- */

const struct point *
status_cache_committed_point (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint)
{
  const struct point *least = NULL;

  for (size_t i = 0; i < setup->decoders_count; i++) {
    const struct frontier *frontier = checkpoint_find (checkpoint, setup->decoders[i]->instance.name);

    if (frontier == NULL || !frontier->at.known)
      return NULL;
    if (least == NULL || frontier->at.position < least->position)
      least = &frontier->at;
  }
  return least;
}

static json_t *
committed_json (const struct status_cache *cache, const struct sink_view *view)
{
  const struct point *point = status_cache_committed_point (cache->setup, &view->checkpoint);

  return point == NULL ? json_null ()
                       : json_pack ("{s:o, s:o, s:o, s:o}", "position", number_json (point->position), "time",
                                    time_json (point->time_ns), "blocks", number_json (point->blocks),
                                    "entries", number_json (point->entries));
}

static json_t *
frontier_json (const struct frontier *frontier)
{
  const struct point *at = &frontier->at;
  char digest[65];

  digest_text (digest, frontier->digest);
  return json_pack ("{s:s, s:o, s:o, s:o, s:o, s:o, s:s?, s:s}", "decoder", frontier->decoder, "position",
                    at->known ? number_json (at->position) : json_null (), "time",
                    time_json (at->known ? at->time_ns : 0), "blocks",
                    number_json (at->known ? at->blocks : 0), "entries", number_json (frontier->entries),
                    "failed", number_json (frontier->failed), "trust",
                    at->known ? trust_name (frontier->trust) : NULL, "digest", digest);
}

static json_t *
scopes_json (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint)
{
  CLEANUP_FREE const char **labels = setup_labels (setup);
  json_t *scopes = json_array ();

  json_array_append_new (scopes, scope_status_json (setup, checkpoint, NULL));
  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++)
    json_array_append_new (scopes, scope_status_json (setup, checkpoint, labels[i]));
  return scopes;
}

static json_t *
sink_json (const struct status_cache *cache, const struct sink_view *view)
{
  const struct dcpipe_checkpoint *checkpoint = &view->checkpoint;
  struct scope_status all = scope_status (cache->setup, checkpoint, NULL);
  json_t *frontiers = json_array ();
  char digest[65];

  digest_text (digest, all.digest);
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    json_array_append_new (frontiers, frontier_json (&checkpoint->frontiers[i]));
  return json_pack ("{s:s, s:s, s:o, s:o, s:o, s:o, s:s?, s:s?, s:o, s:o}", "name", view->sink->name,
                    "plugin", plugin_name (view->sink->plugin), "committed", committed_json (cache, view),
                    "scopes", scopes_json (cache->setup, checkpoint), "frontiers", frontiers, "unconfirmed",
                    checkpoint->unconfirmed > 0 ? number_json (checkpoint->unconfirmed - 1) : json_null (),
                    "digest", checkpoint->text != NULL ? digest : NULL, "trust",
                    all.stored ? trust_name (all.trust) : NULL, "lastSyncedAt", time_json (view->synced_ns),
                    "error", text_json (view->error));
}

json_t *
status_cache_sinks_json (struct status_cache *cache)
{
  json_t *list = json_array ();

  LOCK_SCOPE (&cache->mutex);
  for (size_t i = 0; i < cache->sinks_count; i++)
    json_array_append_new (list, sink_json (cache, &cache->sinks[i]));
  return list;
}

json_t *
status_cache_committed_json (struct status_cache *cache)
{
  json_t *list = json_array ();

  LOCK_SCOPE (&cache->mutex);
  for (size_t i = 0; i < cache->sinks_count; i++)
    json_array_append_new (list, json_pack ("{s:s, s:o}", "name", cache->sinks[i].sink->name, "committed",
                                            committed_json (cache, &cache->sinks[i])));
  return list;
}

/* ---- the rest ----------------------------------------------------------------------------------- */

json_t *
status_cache_heights_json (struct status_cache *cache)
{
  LOCK_SCOPE (&cache->mutex);
  return json_pack ("{s:o, s:o, s:o, s:o, s:o, s:b}", "first",
                    cache->tip > 0 ? number_json (cache->first) : json_null (), "fetched",
                    height_json (cache->fetched), "verified", height_json (cache->verified), "tip",
                    height_json (cache->tip), "tipSeenAt", time_json (cache->tip_ns), "atTip", cache->at_tip);
}

json_t *
status_cache_failures_json (struct status_cache *cache, size_t max)
{
  json_t *list = json_array ();

  LOCK_SCOPE (&cache->mutex);
  for (size_t i = cache->failures.count; i-- > 0 && json_array_size (list) < max;) {
    const struct failed_entry *note = &cache->failures.items[i];

    json_array_append_new (list, json_pack ("{s:s, s:o, s:o, s:o, s:s, s:o, s:s}", "sink",
                                            cache->sinks[0].sink->name, "blockOffset",
                                            number_json (note->block_offset), "entryIndex",
                                            number_json (note->entry_index), "label", text_json (note->label),
                                            "decoder", note->decoder != NULL ? note->decoder : "", "item",
                                            number_json (note->item), "reason",
                                            note->reason != NULL ? note->reason : ""));
  }
  return list;
}

json_t *
status_cache_throughput_json (struct status_cache *cache)
{
  uint64_t now = realtime_ns () / NS_PER_MINUTE;
  json_t *list = json_array ();

  LOCK_SCOPE (&cache->mutex);
  for (uint64_t at = now - (MINUTES - 1); at <= now; at++) {
    const struct minute *minute = &cache->minutes[at % MINUTES];

    if (minute->at == at && minute->blocks > 0)
      json_array_append_new (list, json_pack ("{s:o, s:o, s:o}", "at", time_json (at * NS_PER_MINUTE),
                                              "entries", number_json (minute->entries), "blocks",
                                              number_json (minute->blocks)));
  }
  return list;
}

json_t *
status_cache_ledger_json (struct status_cache *cache)
{
  char text[2 * DCPIPE_HASH_MAX + 1];

  LOCK_SCOPE (&cache->mutex);
  for (size_t i = 0; i < cache->sinks_count; i++)
    if (cache->sinks[i].checkpoint.ledger.size > 0) {
      hash_text (text, &cache->sinks[i].checkpoint.ledger);
      return json_string (text);
    }
  return json_null ();
}

json_t *
status_cache_labels_json (struct status_cache *cache)
{
  CLEANUP_FREE const char **labels = setup_labels (cache->setup);
  json_t *list = json_array ();

  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++)
    json_array_append_new (list, json_string (labels[i]));
  return list;
}

/* ---- progress ----------------------------------------------------------------------------------- */

static json_t *
sink_thread_json (const struct sink_thread *thread)
{
  const struct sink_thread_progress *progress = sink_thread_progress (thread);

  return json_pack ("{s:s, s:o, s:o, s:o, s:o, s:o}", "name", sink_thread_sink (thread)->name, "committed",
                    height_json (atomic_load (&progress->committed)), "blocks",
                    number_json (atomic_load (&progress->blocks)), "entries",
                    number_json (atomic_load (&progress->entries)), "failed",
                    number_json (atomic_load (&progress->failed)), "retries",
                    number_json (atomic_load (&progress->retries)));
}

/* `least`: what all sinks have committed. Of a ledger read to its end that is all, although the last block
 * does not end where it begins. */
static json_t *
percent_json (const struct run *run, uint64_t least)
{
  int permille = progress_permille (run);

  if (atomic_load (&run->at_tip) && least >= atomic_load (&run->progress.verified))
    permille = 1000;
  return permille >= 0 ? json_real ((double) permille / 10) : json_null ();
}

json_t *
run_progress_json (const struct run *run, double seconds)
{
  const struct run_progress *progress = &run->progress;
  uint64_t entries = atomic_load (&progress->verified_entries),
           bytes = atomic_load (&progress->verified_bytes), end = atomic_load (&progress->end),
           least = UINT64_MAX;
  json_t *sinks = json_array ();

  for (size_t i = 0; i < run->sink_threads_count; i++) {
    uint64_t committed = atomic_load (&sink_thread_progress (run->sink_threads[i])->committed);

    least = committed < least ? committed : least;
    json_array_append_new (sinks, sink_thread_json (run->sink_threads[i]));
  }
  return json_pack ("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:f, s:o}", "percent",
                    percent_json (run, least), "first",
                    end > 0 ? number_json (atomic_load (&progress->first)) : json_null (), "tip",
                    height_json (end), "fetched", height_json (atomic_load (&progress->fetched)), "verified",
                    height_json (atomic_load (&progress->verified)), "committed",
                    height_json (least == UINT64_MAX ? 0 : least), "blocks",
                    number_json (atomic_load (&progress->verified_blocks)), "entries", number_json (entries),
                    "bytes", number_json (bytes), "retries", number_json (atomic_load (&progress->retries)),
                    "seconds", seconds, "entriesPerSecond", seconds > 0 ? (double) entries / seconds : 0,
                    "bytesPerSecond", seconds > 0 ? (double) bytes / seconds : 0, "sinks", sinks);
}
