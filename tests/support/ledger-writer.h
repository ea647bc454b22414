/* SPDX-License-Identifier: Apache-2.0 */
/* Writes ledger files as the canister does: partition table, chained blocks, terminating header.
 *
 *     writer = ledger_writer_new (path, LEDGER_DATA_START);
 *     ledger_writer_entry (writer, label, key, value, false);
 *     ledger_writer_commit (writer, timestamp);
 *     ledger_writer_close (writer);
 *
 * What cannot be written ends the program with a line on stderr: this is for tests. */
#ifndef TESTS_SUPPORT_LEDGER_WRITER_H
#define TESTS_SUPPORT_LEDGER_WRITER_H

#include "bytes/bytes.h"

struct ledger_writer;

/* Creates or empties the file. `data_start` is where the first block goes. */
struct ledger_writer *ledger_writer_new (const char *path, uint64_t data_start);

/* Adds an entry to the block to come, in this order: entries are neither grouped nor replaced. */
void ledger_writer_entry (struct ledger_writer *writer, const char *label, struct bytes key,
                          struct bytes value, bool deleted);

/* The same with a label of any bytes. */
void ledger_writer_raw_entry (struct ledger_writer *writer, struct bytes label, struct bytes key,
                              struct bytes value, uint8_t operation);

/* Entries of the block to come. */
uint32_t ledger_writer_pending (const struct ledger_writer *writer);

/* Writes the block, which may be empty, and returns its position. */
uint64_t ledger_writer_commit (struct ledger_writer *writer, uint64_t timestamp);

/* The hash of the block written last: the parent hash of the block to come, empty before the first. */
struct bytes ledger_writer_parent (const struct ledger_writer *writer);

/* Ends the file with a zero header and zeros to at least 64 KiB behind the last block. Pending entries are
 * dropped. */
void ledger_writer_close (struct ledger_writer *writer);

#endif
