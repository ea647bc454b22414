/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask: the token, and what keeps pages of other sites from using a visitor's browser. */
#ifndef DCPIPE_SERVICE_HTTP_ACCESS_H
#define DCPIPE_SERVICE_HTTP_ACCESS_H

#include <stdbool.h>

#include "service/http/request.h"

/* False after a reply with 401 or 403. `open`: no token is needed. `changes`: the request changes something.
 */
bool access_check (const struct request *request, bool open, bool changes, struct reply *reply);

/* Adds what a page of an allowed origin needs in order to see the answer. */
void access_allow_origin (const struct request *request, struct reply *reply);

/* True if the request asks whether a page of an allowed origin may send another one; it has been answered
 * then. */
bool access_preflight (const struct request *request, const char *methods, struct reply *reply);

#endif
