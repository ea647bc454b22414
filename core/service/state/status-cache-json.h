/* SPDX-License-Identifier: Apache-2.0 */
/* The status cache as the REST API shows it, part by part. Any thread. */
#ifndef DCPIPE_SERVICE_STATE_STATUS_CACHE_JSON_H
#define DCPIPE_SERVICE_STATE_STATUS_CACHE_JSON_H

#include <jansson.h>

#include "service/state/status-cache.h"

json_t *status_cache_heights_json (struct status_cache *cache);
json_t *status_cache_sinks_json (struct status_cache *cache);
json_t *status_cache_committed_json (struct status_cache *cache); /* names and committed blocks only */
json_t *status_cache_failures_json (struct status_cache *cache, size_t max);
json_t *status_cache_throughput_json (struct status_cache *cache);
json_t *status_cache_ledger_json (struct status_cache *cache);
json_t *status_cache_labels_json (struct status_cache *cache);

/* The data of the event `status`. */
json_t *status_cache_event_json (struct status_cache *cache);

/* The least of all decoders' frontiers, or NULL if there is a decoder without. */
const struct point *status_cache_committed_point (const struct setup *setup,
                                                  const struct dcpipe_checkpoint *checkpoint);

#endif
