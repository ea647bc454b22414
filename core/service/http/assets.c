/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/http/assets.h"

#include <nettle/base16.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "service/http/asset-data.h"

/* Bytes of the SHA-256 that name a version. */
#define ETAG_BYTES 16

enum { PAGE, OPENAPI };

struct asset {
  const char *path; /* of the URL: "/", "/api/openapi.yaml" */
  const char *type; /* Content-Type */
  const uint8_t *data;
  size_t size;
  char etag[40];    /* with its quotes */
  char policy[512]; /* Content-Security-Policy */
};

static struct asset assets[] = {
  [PAGE] = { .path = "/", .type = "text/html; charset=utf-8" },
  [OPENAPI] = { .path = "/api/openapi.yaml", .type = "application/yaml" },
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
hash (uint8_t digest[SHA256_DIGEST_SIZE], const uint8_t *data, size_t size)
{
  struct sha256_ctx context;

  sha256_init (&context);
  sha256_update (&context, size, data);
  sha256_digest (&context, SHA256_DIGEST_SIZE, digest);
}

static void
set_etag (struct asset *asset)
{
  uint8_t digest[SHA256_DIGEST_SIZE];
  char text[BASE16_ENCODE_LENGTH (ETAG_BYTES) + 1] = "";

  hash (digest, asset->data, asset->size);
  base16_encode_update (text, ETAG_BYTES, digest);
  snprintf (asset->etag, sizeof asset->etag, "\"%s\"", text);
}

/* The hash of what stands between <TAG> and </TAG>, each of which is there once, as a Content-Security-Policy
 * wants it: of exactly these bytes. */
static void
element_hash (char text[BASE64_ENCODE_RAW_LENGTH (SHA256_DIGEST_SIZE) + 1], const struct asset *asset,
              const char *open, const char *close)
{
  const uint8_t *begin = memmem (asset->data, asset->size, open, strlen (open)), *end;
  uint8_t digest[SHA256_DIGEST_SIZE];

  text[0] = '\0';
  if (begin == NULL)
    return;
  begin += strlen (open);
  end = memmem (begin, asset->size - (size_t) (begin - asset->data), close, strlen (close));
  if (end == NULL)
    return;
  hash (digest, begin, (size_t) (end - begin));
  base64_encode_raw (text, sizeof digest, digest);
  text[BASE64_ENCODE_RAW_LENGTH (SHA256_DIGEST_SIZE)] = '\0';
}

/* The page's own style and script, requests to this service, its icon, and nothing else. */
static void
set_page_policy (struct asset *page)
{
  char style[BASE64_ENCODE_RAW_LENGTH (SHA256_DIGEST_SIZE) + 1], script[sizeof style];

  element_hash (style, page, "<style>", "</style>");
  element_hash (script, page, "<script>", "</script>");
  snprintf (
      page->policy, sizeof page->policy,
      "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; connect-src 'self'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
      "trusted-types 'none'",
      style, script);
}

static void
prepare (void)
{
  assets[PAGE].data = asset_page;
  assets[PAGE].size = asset_page_size;
  set_page_policy (&assets[PAGE]);
  assets[OPENAPI].data = asset_openapi;
  assets[OPENAPI].size = asset_openapi_size;
  snprintf (assets[OPENAPI].policy, sizeof assets[OPENAPI].policy,
            "default-src 'none'; frame-ancestors 'none'");
  for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
    set_etag (&assets[i]);
}

/* The asset with exactly that path, or NULL. */
static const struct asset *
find (const char *path)
{
  pthread_once (&once, prepare);
  for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
    if (strcmp (assets[i].path, path) == 0)
      return &assets[i];
  return NULL;
}

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
  const struct asset *asset = find (request->path);

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
