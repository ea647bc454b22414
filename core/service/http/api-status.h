/* SPDX-License-Identifier: Apache-2.0 */
/* /api/sync/status, /api/sync/overview, /metrics, /healthz and /readyz. */
#ifndef DCPIPE_SERVICE_HTTP_API_STATUS_H
#define DCPIPE_SERVICE_HTTP_API_STATUS_H

#include "service/http/request.h"

void api_status (struct request *request, struct reply *reply);
void api_overview (struct request *request, struct reply *reply);
void api_metrics (struct request *request, struct reply *reply);
void api_healthz (struct request *request, struct reply *reply);
void api_readyz (struct request *request, struct reply *reply);

#endif
