/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a decoder's resolve, and what it may look up meanwhile. */
#ifndef DCPIPE_PIPELINE_RESOLVE_H
#define DCPIPE_PIPELINE_RESOLVE_H

#include "pipeline/apply.h"

/* Resolves the entry of `note` and gives the rows to `fold`, which copies what it keeps. An enum
 * dcpipe_result; other than DCPIPE_OK after fail. */
int resolve_entry (struct apply *apply, size_t decoder, const struct note *note,
                   int (*fold) (struct apply *apply, const struct dcpipe_row *row));

#endif
