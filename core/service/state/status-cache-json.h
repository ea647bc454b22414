/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_STATE_STATUS_CACHE_JSON_H
#define DCPIPE_SERVICE_STATE_STATUS_CACHE_JSON_H

#include "data/checkpoint.h"
#include "setup/setup.h"

struct status_cache;

/* Makes the body of GET /api/sync/status anew. With the mutex held. */
void status_cache_make_status (struct status_cache *cache);

/* The least of all decoders' frontiers, or NULL if there is a decoder without. */
const struct point *status_cache_committed_point (const struct setup *setup,
                                                  const struct dcpipe_checkpoint *checkpoint);

#endif
