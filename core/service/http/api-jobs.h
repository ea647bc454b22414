/* SPDX-License-Identifier: Apache-2.0 */
/* /api/sync/jobs, /api/sync/jobs/ID and /api/sync/events. */
#ifndef DCPIPE_SERVICE_HTTP_API_JOBS_H
#define DCPIPE_SERVICE_HTTP_API_JOBS_H

#include "service/http/request.h"

void api_jobs (struct request *request, struct reply *reply);
void api_job (struct request *request, struct reply *reply);
void api_cancel (struct request *request, struct reply *reply);
void api_events (struct request *request, struct reply *reply);

#endif
