/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_STATE_RUN_PROGRESS_H
#define DCPIPE_SERVICE_STATE_RUN_PROGRESS_H

#include <jansson.h>

#include "pipeline/run.h"

/* The figures of the terminal's bar, as the REST API shows them. */
json_t *run_progress_json (const struct run *run, double seconds);

#endif
