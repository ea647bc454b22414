/* SPDX-License-Identifier: Apache-2.0 */
/* Each part locks for itself and copies what it shows: the lock is the one that the main thread needs to take
 * what a run tells. */
#include "config.h"

#include "service/state/status-cache-json.h"

#include "base/clock.h"
#include "bytes/cleanup.h"
#include "pipeline/scope-status.h"
#include "service/state/json-values.h"
#include "setup/decoders.h"

#define NS_PER_MINUTE UINT64_C (60000000000)

/* ---- sinks -------------------------------------------------------------------------------------- */

/* Decoders may stand at different blocks, after one was added or reset: only up to the least of them
 * everything is there. */
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
                    position_json (cache->fetched), "verified", position_json (cache->verified), "tip",
                    position_json (cache->tip), "tipSeenAt", time_json (cache->tip_ns), "atTip",
                    cache->at_tip);
}

json_t *
status_cache_failures_json (struct status_cache *cache, size_t max)
{
  json_t *list = json_array ();

  LOCK_SCOPE (&cache->mutex);
  /* The newest first, of which a reader wants to know; they are kept in the order in which they came. */
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

    /* Slots of the ring that were not used for an hour still hold an older minute. */
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
    /* Any of them: sinks of one pipeline have one ledger, and an empty sink knows none yet. */
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

json_t *
status_cache_event_json (struct status_cache *cache)
{
  return json_pack ("{s:o, s:o}", "heights", status_cache_heights_json (cache), "sinks",
                    status_cache_committed_json (cache));
}
