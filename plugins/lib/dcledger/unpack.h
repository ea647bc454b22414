/* SPDX-License-Identifier: Apache-2.0 */
/* What sources of Decent Cloud ledgers have in common: from a block's bytes as they came to its entries.
 *
 * Pure functions, safe from any thread. */
#ifndef DCPIPE_LIB_DCLEDGER_UNPACK_H
#define DCPIPE_LIB_DCLEDGER_UNPACK_H

#include "bytes/bytes.h"
#include "dcledger/block.h"
#include "dcpipe-plugin.h"

/* The most bytes that a block may have as it comes. */
uint32_t frame_limit (void);

/* What a block says of itself. */
struct frame_facts {
  uint8_t hash[LEDGER_HASH_SIZE], parent[LEDGER_HASH_SIZE];
  bool has_parent;
  uint64_t timestamp; /* ns since 1970 */
};

/* Unpacks the block, to see whether that can be done and what it is. False after setting `reason`. */
bool frame_look (struct bytes frame, struct frame_facts *facts, struct ledger_reason *reason);

/* Unpacks the block, to see whether that can be done and to compute its hash. False after setting `reason`.
 */
bool frame_hash (struct bytes frame, uint8_t hash[LEDGER_HASH_SIZE], struct ledger_reason *reason);

/* Does the work of struct dcpipe_source's `unpack`: DCPIPE_OK, or another result after dcpipe_error, whose
 * text begins with `where` (the file, the canister). */
int frame_unpack (const char *where, const dcpipe_frame *frame, dcpipe_block *block);

#endif
