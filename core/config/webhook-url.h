/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_CONFIG_WEBHOOK_URL_H
#define DCPIPE_CONFIG_WEBHOOK_URL_H

#include <stdbool.h>

/* An http or https URL with a host. False after fail. */
bool webhook_url_check (const char *url);

#endif
