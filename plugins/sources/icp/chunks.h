/* SPDX-License-Identifier: Apache-2.0 */
/* method = data_fetch: the ledger's bytes, a chunk at a time, cut into blocks. */
#ifndef DCPIPE_ICP_CHUNKS_H
#define DCPIPE_ICP_CHUNKS_H

#include "ahead.h"

struct chunks {
  struct ledger_framer *framer;
  struct ahead ahead;
  bool at_tip;        /* all that the last reply spoke of has been delivered */
  struct fault fault; /* to be told by the next call; result DCPIPE_OK for none */
};

/* Begins at a position, or at the ledger's first block if it is NULL. False if there is no memory. */
bool chunks_open (struct chunks *chunks, const struct reading *reading, const uint64_t *position,
                  size_t prefetch);
void chunks_close (struct chunks *chunks);

/* Adds blocks to a batch, and goes on until there are some: one may be longer than many chunks. DCPIPE_OK,
 * DCPIPE_TIP, DCPIPE_WAIT, or another result after setting `fault`. */
int chunks_next (struct chunks *chunks, struct reading *reading, uint64_t deadline, dcpipe_batch *batch,
                 struct fault *fault);

#endif
