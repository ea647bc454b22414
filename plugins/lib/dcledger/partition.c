/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/partition.h"

#include <inttypes.h>

#include "bytes/hex.h"

#define MAGIC_SIZE 8
#define ENTRY_SIZE 16
#define NAME_SIZE 8

static const char magic[MAGIC_SIZE] = { 'L', 'e', 'd', 'g', 'P', 'a', 'r', 't' };

/* An all-zero entry is unused and ends the list. */
static bool
unused (const uint8_t *entry)
{
  return load_le64 (entry) == 0 && load_le64 (entry + NAME_SIZE) == 0;
}

/* Entry 0 is not needed: blocks begin where entry 1 says, which is not the same place in all ledgers. */
bool
ledger_data_start (struct bytes table, uint64_t file_size, uint64_t *start, struct ledger_reason *reason)
{
  const uint8_t *entries = table.data + MAGIC_SIZE;
  size_t begin = table.size < MAGIC_SIZE ? table.size : MAGIC_SIZE;
  uint64_t data;

  if (table.size == 0)
    return ledger_refuse (reason, "the file is empty, expected a partition table");
  if (memcmp (table.data, magic, begin) != 0) {
    char found[2 * MAGIC_SIZE + 1];

    hex_encode (found, table.data, begin);
    return ledger_refuse (reason,
                          "not a ledger file: it begins with %s, expected 4c65646750617274 (LedgPart)",
                          found);
  }
  if (table.size < LEDGER_TABLE_SIZE)
    return ledger_refuse (reason, "the file ends inside the partition table: %zu of its %d bytes are there",
                          table.size, LEDGER_TABLE_SIZE);
  if (unused (entries) || unused (entries + ENTRY_SIZE))
    return ledger_refuse (reason, "the partition table has no entry 1, where the blocks' start is expected");
  data = load_le64 (entries + ENTRY_SIZE + NAME_SIZE);
  if (data < LEDGER_TABLE_SIZE)
    return ledger_refuse (reason, "the blocks start at %" PRIu64 ", inside the partition table of %d bytes",
                          data, LEDGER_TABLE_SIZE);
  if (data > file_size)
    return ledger_refuse (reason, "the blocks start at %" PRIu64 ", past the end of the file at %" PRIu64,
                          data, file_size);
  *start = data;
  return true;
}
