/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that may pass.
 *
 * A file that is being written is read to its end again and again. What stands behind the last whole block
 * may be a block half written ("torn"), so when following no fault counts before the bytes in question have
 * stayed as they are for settle_time. Otherwise a fault is one at once. */
#ifndef DCPIPE_LEDGER_FILE_TORN_H
#define DCPIPE_LEDGER_FILE_TORN_H

#include "bytes/bytes.h"
#include "handle.h"

void digest_bytes (uint8_t digest[DIGEST_SIZE], struct bytes bytes);

/* Says that there is a fault at `position`, for `reason`, judged by `bytes` from there on. DCPIPE_DIVERGED
 * after dcpipe_error, or DCPIPE_TIP when following and the bytes may still change. */
int torn_or_fault (struct ledger_file *handle, uint64_t position, struct bytes bytes, const char *reason);

#endif
