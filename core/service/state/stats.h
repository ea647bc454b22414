/* SPDX-License-Identifier: Apache-2.0 */
/* What a job did, as the REST API tells it: data.stats. Counted in the first sink. */
#ifndef DCPIPE_SERVICE_STATE_STATS_H
#define DCPIPE_SERVICE_STATE_STATS_H

#include <jansson.h>

#include "pipeline/commit-report.h"
#include "pipeline/run.h"

/* The count of new rows that a source listed; only a source that gives listings has it. */
#define STATS_LISTED "rowsListed"

/* The counts of a run that is over, added to those of `before` (of the same job, or NULL). `failures`:
 * entries that failed in it; `error`: why it ended, or NULL. NULL when memory is short. */
json_t *stats_json (const struct run *run, const json_t *before, const struct failed_entries *failures,
                    const char *error);

/* The same for a run that could not begin. */
json_t *stats_none_json (const json_t *before, const char *error);

#endif
