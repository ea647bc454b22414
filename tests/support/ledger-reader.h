/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a whole ledger file from memory with plugins/lib/ledger: table, frames, blocks, chain. */
#ifndef TESTS_SUPPORT_LEDGER_READER_H
#define TESTS_SUPPORT_LEDGER_READER_H

#include "dcledger/block.h"
#include "dcledger/framer.h"
#include "dcledger/inflate.h"

#define READER_MAX_BLOCK (64u << 20)

struct reader {
  /* Set by the caller; either may be NULL. */
  void (*entry) (struct reader *reader, const struct ledger_entry *entry, uint32_t index);
  void (*block) (struct reader *reader, const struct ledger_block *block);
  void *context;

  /* The block being read, and totals of the blocks that were good. */
  struct ledger_frame frame;
  size_t blocks, entries;

  /* How it ended. */
  bool in_table;      /* the fault lies in the partition table */
  uint64_t position;  /* of the end or fault */
  uint64_t most_room; /* largest memory asked for */
  struct ledger_reason reason;
};

/* Reads `file` to its end: true if it is whole. `block` is called for good blocks only, after `entry`
 * was for each of its entries (which may happen for a block that turns out bad). */
bool reader_run (struct reader *reader, struct bytes file);

#endif
