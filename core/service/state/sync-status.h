/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_STATE_SYNC_STATUS_H
#define DCPIPE_SERVICE_STATE_SYNC_STATUS_H

#include <stdint.h>

#include "data/checkpoint.h"
#include "setup/setup.h"

/* The body of GET /api/sync/status: what a checkpoint, committed at `synced_ns` since 1970, says of all and
 * of every label. To be freed; NULL when memory is short. */
char *sync_status_text (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint,
                        uint64_t synced_ns);

#endif
