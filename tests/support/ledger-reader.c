/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/ledger-reader.h"

#include <stdlib.h>

#include "bytes/hex.h"
#include "dcledger/partition.h"

struct space {
  uint8_t *data;
  size_t size;
  uint64_t most;
};

static void *
grow (void *context, size_t size)
{
  struct space *space = context;

  if (size > space->most)
    space->most = size;
  free (space->data);
  space->data = malloc (size);
  return space->data;
}

static bool
check_parent (struct reader *reader, const struct ledger_block *block, struct bytes parent)
{
  char expected[2 * LEDGER_HASH_SIZE + 1], found[2 * LEDGER_HASH_SIZE + 1];

  if (bytes_equal (block->parent_hash, parent))
    return true;
  hex_encode (expected, parent.data, parent.size);
  hex_encode (found, block->parent_hash.data, block->parent_hash.size);
  return ledger_refuse (&reader->reason, "parent hash is %s, expected %s", found,
                        parent.size > 0 ? expected : "none");
}

static bool
read_block (struct reader *reader, struct space *space, struct ledger_block *block, struct bytes parent)
{
  const struct ledger_room room = { grow, space };
  struct bytes body, content;
  struct ledger_walk walk;
  struct ledger_entry entry;

  if (!ledger_block_body (reader->frame.bytes, &body, &reader->reason)
      || !ledger_inflate (body, READER_MAX_BLOCK, &room, &content, &reader->reason))
    return false;
  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry))
    if (reader->entry != NULL)
      reader->entry (reader, &entry, walk.index - 1);
  if (!ledger_walk_end (&walk, block, &reader->reason) || !check_parent (reader, block, parent))
    return false;
  if (reader->block != NULL)
    reader->block (reader, block);
  reader->blocks++;
  reader->entries += block->entries;
  return true;
}

static bool
read_blocks (struct reader *reader, struct ledger_framer *framer, struct space *space)
{
  struct ledger_block block;
  uint8_t last[LEDGER_HASH_SIZE];
  struct bytes parent = { last, 0 };
  enum ledger_framing framing;

  while ((framing = ledger_framer_next (framer, &reader->frame, &reader->reason)) == LEDGER_FRAME) {
    reader->position = reader->frame.position;
    if (!read_block (reader, space, &block, parent))
      return false;
    memcpy (last, block.hash, sizeof last);
    parent.size = sizeof last;
  }
  reader->position = ledger_framer_position (framer);
  if (framing == LEDGER_MORE)
    framing = ledger_framer_finish (framer, &reader->reason);
  return framing == LEDGER_END;
}

bool
reader_run (struct reader *reader, struct bytes file)
{
  struct bytes table = { file.data, file.size < LEDGER_TABLE_SIZE ? file.size : LEDGER_TABLE_SIZE };
  struct space space = { NULL, 0, 0 };
  struct ledger_framer *framer;
  uint64_t start;
  bool whole;

  reader->in_table = !ledger_data_start (table, file.size, &start, &reader->reason);
  if (reader->in_table)
    return false;
  framer = ledger_framer_new (start, UINT32_MAX);
  whole = framer != NULL
          && ledger_framer_give (framer, start, (struct bytes){ file.data + start, file.size - start },
                                 &reader->reason)
          && read_blocks (reader, framer, &space);
  reader->most_room = space.most;
  ledger_framer_free (framer);
  free (space.data);
  return whole;
}
