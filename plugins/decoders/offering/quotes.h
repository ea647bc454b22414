/* SPDX-License-Identifier: Apache-2.0 */
/* Text behind a closing quote, as in "New York"NY: RFC 4180 does not know it. The canister's reader ends the
 * quoting there and takes what follows as it is, up to the next comma or line end; libcsv goes on quoting,
 * and would swallow the rows that follow. */
#ifndef DCPIPE_OFFERING_QUOTES_H
#define DCPIPE_OFFERING_QUOTES_H

#include "bytes/bytes.h"

/* Rewrites such fields ("New YorkNY") into `memory`, which the caller frees, and points `text` there. All CR
 * and LF stay. A text without such fields stays as it is. False when memory is short. */
bool quotes_tighten (struct bytes *text, char **memory);

#endif
