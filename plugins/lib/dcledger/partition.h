/* SPDX-License-Identifier: Apache-2.0 */
/* The partition table at the start of a ledger file: 8 bytes of magic and 128 entries of 16 bytes. */
#ifndef DCPIPE_LIB_DCLEDGER_PARTITION_H
#define DCPIPE_LIB_DCLEDGER_PARTITION_H

#include "bytes/bytes.h"
#include "dcledger/reason.h"

#define LEDGER_TABLE_SIZE 2056

/* Where the blocks start unless the table says otherwise, and always in the canister's memory. */
#define LEDGER_DATA_START UINT64_C (8388608)

/* Sets `start` to the file offset of the first block: the start of entry 1, whatever its name. `table` is
 * the first LEDGER_TABLE_SIZE bytes of the file, or all of a shorter one; `file_size` is that of the whole
 * file. A table that is cut, absent or points outside the file is a fault: reading on with the default
 * would show an empty ledger instead of a damaged one. */
bool ledger_data_start (struct bytes table, uint64_t file_size, uint64_t *start,
                        struct ledger_reason *reason);

#endif
