/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/state/service.h"

#include "base/log.h"
#include "service/state/notify.h"

void
service_stopping (struct service *service)
{
  /* A run asks for it with each look, and the service once more at its end. */
  if (atomic_exchange (&service->stopping, true))
    return;
  log_info ("the service is being stopped");
  notify_send ("STOPPING=1");
}
