/* SPDX-License-Identifier: Apache-2.0 */
/* The files in asset-data.c, which embed.sh makes when the program is built. */
#ifndef DCPIPE_SERVICE_HTTP_ASSET_DATA_H
#define DCPIPE_SERVICE_HTTP_ASSET_DATA_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t asset_page[]; /* page.html */
extern const size_t asset_page_size;
extern const uint8_t asset_openapi[]; /* doc/openapi.yaml */
extern const size_t asset_openapi_size;

#endif
