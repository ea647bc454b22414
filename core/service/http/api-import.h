/* SPDX-License-Identifier: Apache-2.0 */
/* POST /api/sync/import and /api/sync/import/LABEL. */
#ifndef DCPIPE_SERVICE_HTTP_API_IMPORT_H
#define DCPIPE_SERVICE_HTTP_API_IMPORT_H

#include "service/http/request.h"

void api_import (struct request *request, struct reply *reply);

#endif
