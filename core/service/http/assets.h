/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are part of the program and served as they are. */
#ifndef DCPIPE_SERVICE_HTTP_ASSETS_H
#define DCPIPE_SERVICE_HTTP_ASSETS_H

#include <stddef.h>
#include <stdint.h>

#include "service/http/request.h"

struct asset {
  const char *path; /* of the URL: "/", "/api/openapi.yaml" */
  const char *type; /* Content-Type */
  const uint8_t *data;
  size_t size;
  char etag[40];    /* with its quotes */
  char policy[512]; /* Content-Security-Policy */
};

/* The asset with exactly that path, or NULL. Any thread; it lives as long as the program. */
const struct asset *asset_find (const char *path);

void api_asset (struct request *request, struct reply *reply);

#endif
