/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <zlib.h>

#include "bytes/cleanup.h"
#include "replica/store.h"

#define SECOND_NS UINT64_C (1000000000)

static void
store_le32 (uint8_t *p, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    p[i] = (uint8_t) (value >> (8 * i));
}

static bool
parse (struct bytes content, struct ledger_block *parsed)
{
  struct ledger_reason reason;
  struct ledger_entry entry;
  struct ledger_walk walk;

  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry))
    continue;
  return ledger_walk_end (&walk, parsed, &reason);
}

/* Changes the time of a block and its parent hash (unless it is the first one), the last things in it. */
static bool
change_content (uint8_t *content, size_t size, const uint8_t *parent)
{
  struct ledger_block parsed;
  uint8_t *timestamp;

  if (!parse ((struct bytes){ content, size }, &parsed))
    return false;
  timestamp = content + size - parsed.parent_hash.size - sizeof (uint32_t) - sizeof (uint64_t);
  store_le64 (timestamp, load_le64 (timestamp) + SECOND_NS);
  if (parent != NULL)
    memcpy (content + size - LEDGER_HASH_SIZE, parent, LEDGER_HASH_SIZE);
  return true;
}

/* Makes the store's file longer, if need be. New bytes are zeros. */
static bool
reserve (struct store *store, size_t size)
{
  uint8_t *file;

  if (size <= store->file_size)
    return true;
  file = realloc (store->file, size);
  if (file == NULL)
    return false;
  memset (file + store->file_size, 0, size - store->file_size);
  store->file = file;
  store->file_size = size;
  return true;
}

/* Writes a block at the end of the fork, and takes it into the index. */
static bool
append (struct store *fork, const struct store_block *old, struct bytes content)
{
  struct store_block *block = &fork->blocks[fork->count];
  uLongf packed = compressBound ((uLong) content.size);
  struct ledger_block parsed;
  uint8_t *header;

  if (!reserve (fork, fork->end + 2 * LEDGER_HEADER_SIZE + packed))
    return false;
  header = fork->file + fork->end;
  if (compress (header + LEDGER_HEADER_SIZE, &packed, content.data, (uLong) content.size) != Z_OK)
    return false;
  store_le32 (header, 1);
  store_le32 (header + 4, fork->count > 0 ? 0 - fork->blocks[fork->count - 1].size : 0);
  store_le32 (header + 8, (uint32_t) (LEDGER_HEADER_SIZE + packed));
  store_le32 (header + 12, 0);
  if (!parse (content, &parsed))
    return false;
  *block = *old;
  block->position = fork->end;
  block->size = (uint32_t) (LEDGER_HEADER_SIZE + packed);
  block->timestamp = parsed.timestamp;
  memcpy (block->hash, parsed.hash, LEDGER_HASH_SIZE);
  fork->end += block->size;
  fork->count++;
  return true;
}

/* Each block is inflated, changed and packed again. Its parent is the one that was changed before it. */
static bool
fork_blocks (struct store *fork, const struct store *store)
{
  for (size_t i = fork->count; i < store->count; i++) {
    CLEANUP_FREE uint8_t *memory = NULL;
    struct bytes content;

    if (!store_content (store, i, &content))
      return false;
    memory = (uint8_t *) (uintptr_t) content.data;
    if (!change_content (memory, content.size, i > 0 ? fork->blocks[i - 1].hash : NULL)
        || !append (fork, &store->blocks[i], content))
      return false;
  }
  return true;
}

struct store *
store_fork (const struct store *store, size_t from, struct ledger_reason *reason)
{
  struct store *fork = calloc (1, sizeof *fork);

  if (from >= store->count) {
    ledger_refuse (reason, "no block %zu to fork at: there are %zu", from, store->count);
    free (fork);
    return NULL;
  }
  if (fork != NULL) {
    fork->start = store->start;
    fork->end = store->blocks[from].position;
    fork->count = from;
    fork->whole = true;
    fork->capacity = store->count;
    fork->blocks = calloc (store->count, sizeof *fork->blocks);
    fork->file_size = fork->end;
    fork->file = malloc (fork->end);
  }
  if (fork == NULL || fork->blocks == NULL || fork->file == NULL) {
    store_free (fork);
    ledger_refuse (reason, "out of memory");
    return NULL;
  }
  memcpy (fork->file, store->file, fork->end);
  memcpy (fork->blocks, store->blocks, from * sizeof *fork->blocks);
  if (fork_blocks (fork, store))
    return fork;
  store_free (fork);
  ledger_refuse (reason, "out of memory");
  return NULL;
}
