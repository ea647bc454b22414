/* SPDX-License-Identifier: Apache-2.0 */
/* What sources of Decent Cloud ledgers have in common: from a block's bytes as they came to its entries.
 *
 * Pure functions, safe from any thread. */
#ifndef DCPIPE_LIB_FRAME_H
#define DCPIPE_LIB_FRAME_H

#include "bytes/bytes.h"
#include "dcpipe-plugin.h"
#include "ledger/reason.h"

/* The most bytes that a block may have as it comes. */
uint32_t frame_limit (void);

/* True if the block can be unpacked. */
bool frame_is_sound (struct bytes frame, struct ledger_reason *reason);

/* Does the work of struct dcpipe_source's `unpack`: DCPIPE_OK, or another result after dcpipe_error, whose
 * text begins with `where` (the file, the canister). */
int frame_unpack (const char *where, const dcpipe_frame *frame, dcpipe_block *block);

#endif
