/* SPDX-License-Identifier: Apache-2.0 */
/* method = next_block_sync: block after block. Each reply tells where the next block is, so nothing can be
 * asked for ahead. */
#ifndef DCPIPE_ICP_BLOCKS_H
#define DCPIPE_ICP_BLOCKS_H

#include "reading.h"

struct blocks {
  uint64_t wanted;     /* where the next block begins */
  bool from_the_start; /* that is not known yet: the ledger's first block */
};

/* Begins at a position, or at the ledger's first block if it is NULL. */
void blocks_open (struct blocks *blocks, const uint64_t *position);

/* Adds the block that is wanted. DCPIPE_OK, DCPIPE_TIP, DCPIPE_WAIT, or another result after setting `fault`.
 */
int blocks_next (struct blocks *blocks, struct reading *reading, uint64_t deadline, dcpipe_batch *batch,
                 struct fault *fault);

#endif
