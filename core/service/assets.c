/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/assets.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "service/asset-data.h"

/* Bytes of the SHA-256 that name a version. */
#define ETAG_BYTES 16

static struct asset assets[] = {
  { .path = "/api/openapi.yaml", .type = "application/yaml" },
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

static void
prepare (void)
{
  struct asset *openapi = &assets[0];

  openapi->data = asset_openapi;
  openapi->size = asset_openapi_size;
  snprintf (openapi->policy, sizeof openapi->policy, "default-src 'none'; frame-ancestors 'none'");
  for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
    set_etag (&assets[i]);
}

const struct asset *
asset_find (const char *path)
{
  pthread_once (&once, prepare);
  for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
    if (strcmp (assets[i].path, path) == 0)
      return &assets[i];
  return NULL;
}
