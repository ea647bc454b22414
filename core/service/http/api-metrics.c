/* SPDX-License-Identifier: Apache-2.0 */
/* /metrics. */
#include "config.h"

#include <string.h>

#include "bytes/cleanup.h"
#include "service/http/endpoints.h"
#include "service/metrics/metrics.h"

void
api_metrics (struct request *request, struct reply *reply)
{
  CLEANUP_FREE char *text = metrics_text (request->service);

  if (text != NULL)
    reply_text (reply, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, strlen (text));
  else
    reply_error (reply, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory", "there is no memory for the metrics");
}
