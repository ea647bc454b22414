/* SPDX-License-Identifier: Apache-2.0 */
/* The status page and the OpenAPI document. */
#include "config.h"

#include <string.h>

#include "service/http/assets.h"
#include "service/http/endpoints.h"

/* True if the client has it already: If-None-Match is "*" or a list of tags, weak ones included. */
static bool
has_it (const struct request *request, const struct asset *asset)
{
  const char *tags = request_header (request, "If-None-Match");

  return tags != NULL && (strcmp (tags, "*") == 0 || strstr (tags, asset->etag) != NULL);
}

void
api_asset (struct request *request, struct reply *reply)
{
  const struct asset *asset = asset_find (request->path);

  if (asset == NULL) {
    reply_error (reply, MHD_HTTP_NOT_FOUND, "not found", "this build does not have that file");
    return;
  }
  if (has_it (request, asset))
    reply_text (reply, MHD_HTTP_NOT_MODIFIED, NULL, "", 0);
  else
    reply_text (reply, MHD_HTTP_OK, asset->type, (const char *) asset->data, asset->size);
  reply_header (reply, "Cache-Control", "no-cache");
  reply_header (reply, "Content-Security-Policy", asset->policy);
  reply_header (reply, "ETag", asset->etag);
}
