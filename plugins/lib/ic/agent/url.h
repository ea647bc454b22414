/* SPDX-License-Identifier: Apache-2.0 */
/* The address of a replica or boundary node, as a user writes it: http:// or https://, a host, perhaps a
 * port, perhaps a path under which the interface is found.
 *
 *     https://icp-api.io    HTTP://localhost:4943/    https://gateway.example/ic
 *
 * Whoever looks at a URL reads it by this one function, so that what a check takes, a run takes. */
#ifndef IC_AGENT_URL_H
#define IC_AGENT_URL_H

#include <stdbool.h>

#include "ic/candid/error.h"

struct ic_url {
  char *base; /* in one form: scheme in lower case, no slashes at its end */
  char *host; /* an IPv6 address is in brackets */
};

/* False after setting `error`: what cannot be such an address, and one with a name or password, which would
 * be shown wherever the URL is. The text of the error hides them. */
bool ic_url_read (struct ic_url *url, const char *text, struct ic_error *error);
void ic_url_free (struct ic_url *url);

#endif
