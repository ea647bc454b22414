/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_SNAPSHOT_JSON_H
#define DCPIPE_SERVICE_SNAPSHOT_JSON_H

struct snapshot;

/* Makes the body of GET /api/sync/status anew. With the mutex held. */
void snapshot_make_status (struct snapshot *snapshot);

#endif
