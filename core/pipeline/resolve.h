/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a decoder's resolve, and what it may look up meanwhile. */
#ifndef DCPIPE_PIPELINE_RESOLVE_H
#define DCPIPE_PIPELINE_RESOLVE_H

#include "base/arena.h"
#include "plugin/plugin.h"
#include "sink/row-cache.h"

/* What resolving takes, in front of one sink. */
struct resolver {
  struct row_cache *cache; /* of the sink: what is looked up */
  struct arena *arena;     /* for the rows that one entry makes; empty again after it */
  /* Takes such a row, and copies what it keeps. An enum dcpipe_result. */
  int (*fold) (void *context, const struct dcpipe_row *row);
  void *context;
};

/* Has the decoder, of that number, resolve the entry of `note`. An enum dcpipe_result; other than DCPIPE_OK
 * after fail. */
int resolve_entry (const struct resolver *resolver, const struct instance *decoder, size_t number,
                   const struct note *note);

#endif
