/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are part of the program and served as they are. */
#ifndef DCPIPE_SERVICE_HTTP_ASSETS_H
#define DCPIPE_SERVICE_HTTP_ASSETS_H

#include "service/http/request.h"

void api_asset (struct request *request, struct reply *reply);

#endif
