/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that two readers could read in two ways: where one request ends for a proxy and another one for us,
 * the next request is smuggled past the proxy. */
#ifndef DCPIPE_SERVICE_HTTP_FRAMING_H
#define DCPIPE_SERVICE_HTTP_FRAMING_H

#include <microhttpd.h>
#include <stddef.h>

/* What is wrong with the head of the request that has come, as the details of an answer; NULL if nothing.
 * `first_line`: the bytes of its first line, as they were understood. */
const char *framing_fault (struct MHD_Connection *connection, size_t first_line);

#endif
