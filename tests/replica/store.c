/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bytes/cleanup.h"
#include "dcledger/framer.h"
#include "dcledger/inflate.h"
#include "dcledger/partition.h"

#define MAX_BLOCK (256u << 20)

static void *
grow_room (void *context, size_t size)
{
  uint8_t **room = context;

  free (*room);
  *room = malloc (size > 0 ? size : 1);
  return *room;
}

static bool
inflate_block (struct bytes frame, struct bytes *content, struct ledger_reason *reason)
{
  CLEANUP_FREE uint8_t *memory = NULL;
  const struct ledger_room room = { grow_room, &memory };
  struct bytes body;

  if (!ledger_block_body (frame, &body, reason) || !ledger_inflate (body, MAX_BLOCK, &room, content, reason))
    return false;
  memory = NULL; /* the caller's now, by content->data */
  return true;
}

/* A block as it lies in the file, header and all. */
static struct bytes
frame_of (const struct store *store, size_t block)
{
  return (struct bytes){ store->file + store->blocks[block].position, store->blocks[block].size };
}

bool
store_content (const struct store *store, size_t block, struct bytes *content)
{
  struct ledger_reason reason;

  return inflate_block (frame_of (store, block), content, &reason);
}

static bool
label_is (struct bytes label, const char *text)
{
  return label.size == strlen (text) && memcmp (label.data, text, label.size) == 0;
}

/* Room for one more block, which counts only when store->count does. */
static struct store_block *
add_block (struct store *store)
{
  size_t capacity = store->capacity == 0 ? 64 : 2 * store->capacity;
  struct store_block *blocks = store->blocks;

  if (store->count == store->capacity) {
    blocks = realloc (blocks, capacity * sizeof *blocks);
    if (blocks == NULL)
      return NULL;
    store->blocks = blocks;
    store->capacity = capacity;
  }
  blocks[store->count] = (struct store_block){ .position = 0 };
  return &blocks[store->count];
}

/* Takes a block into the index if its content is good and it follows the one before. */
static bool
index_block (struct store *store, const struct ledger_frame *frame, struct ledger_reason *reason)
{
  struct store_block *block = add_block (store);
  const struct store_block *last;
  CLEANUP_FREE uint8_t *memory = NULL;
  struct ledger_block parsed;
  struct ledger_entry entry;
  struct ledger_walk walk;
  struct bytes content;

  if (block == NULL)
    return ledger_refuse (reason, "out of memory");
  if (!inflate_block (frame->bytes, &content, reason))
    return false;
  memory = (uint8_t *) (uintptr_t) content.data;
  last = store->count > 0 ? block - 1 : NULL;
  if (last != NULL)
    *block = *last;
  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry)) {
    block->providers += label_is (entry.label, "ProvRegister");
    block->offerings += label_is (entry.label, "ProvOffering");
    block->transfers += label_is (entry.label, "DCTokenTransfer");
  }
  if (!ledger_walk_end (&walk, &parsed, reason))
    return false;
  if (last != NULL && !bytes_equal (parsed.parent_hash, (struct bytes){ last->hash, LEDGER_HASH_SIZE }))
    return ledger_refuse (reason, "the parent hash is not the hash of the block before");
  block->position = frame->position;
  block->size = (uint32_t) frame->bytes.size;
  block->entries = parsed.entries;
  block->timestamp = parsed.timestamp;
  memcpy (block->hash, parsed.hash, LEDGER_HASH_SIZE);
  store->count++;
  return true;
}

/* Where the ledger is not whole, everything up to the end of the file is sent. */
static bool
index_blocks (struct store *store, struct ledger_reason *reason)
{
  struct ledger_framer *framer = ledger_framer_new (store->start, MAX_BLOCK);
  struct bytes blocks = { store->file + store->start, store->file_size - store->start };
  enum ledger_framing framing;
  struct ledger_frame frame;
  bool good = true;

  if (framer == NULL)
    return ledger_refuse (reason, "out of memory");
  ledger_framer_give (framer, store->start, blocks, reason);
  while (good && (framing = ledger_framer_next (framer, &frame, reason)) == LEDGER_FRAME)
    good = index_block (store, &frame, reason);
  if (good && framing == LEDGER_MORE)
    framing = ledger_framer_finish (framer, reason);
  store->whole = good && framing == LEDGER_END;
  store->end = store->whole ? ledger_framer_position (framer) : store->file_size;
  ledger_framer_free (framer);
  if (!store->whole)
    fprintf (stderr, "dcpipe-replica: behind block %zu the ledger is damaged, and served as it is: %s\n",
             store->count, reason->text);
  return true;
}

/* The whole file lies in memory: tests serve ledgers of megabytes, and views point into it. */
static bool
read_file (struct store *store, const char *path, struct ledger_reason *reason)
{
  CLEANUP_FCLOSE FILE *file = fopen (path, "rb");
  struct stat status;

  if (file == NULL || fstat (fileno (file), &status) != 0)
    return ledger_refuse (reason, "%s: %s", path, strerror (errno));
  store->file_size = (size_t) status.st_size;
  store->file = malloc (store->file_size + 1);
  if (store->file == NULL || fread (store->file, 1, store->file_size, file) != store->file_size)
    return ledger_refuse (reason, "%s: %s", path, strerror (errno));
  return true;
}

static bool
load (struct store *store, const char *path, struct ledger_reason *reason)
{
  struct bytes table;

  if (!read_file (store, path, reason))
    return false;
  table = (struct bytes){ store->file,
                          store->file_size < LEDGER_TABLE_SIZE ? store->file_size : LEDGER_TABLE_SIZE };
  return ledger_data_start (table, store->file_size, &store->start, reason) && index_blocks (store, reason);
}

struct store *
store_open (const char *path, struct ledger_reason *reason)
{
  struct store *store = calloc (1, sizeof *store);

  if (store == NULL) {
    ledger_refuse (reason, "out of memory");
    return NULL;
  }
  if (load (store, path, reason))
    return store;
  store_free (store);
  return NULL;
}

void
store_free (struct store *store)
{
  if (store == NULL)
    return;
  free (store->file);
  free (store->blocks);
  free (store);
}

/* Positions rise, so the search halves what is left. */
size_t
store_find (const struct store *store, uint64_t position)
{
  size_t low = 0, high = store->count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (store->blocks[middle].position < position)
      low = middle + 1;
    else
      high = middle;
  }
  return low < store->count && store->blocks[low].position == position ? low : store->count;
}
