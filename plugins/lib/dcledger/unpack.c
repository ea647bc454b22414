/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/unpack.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/cleanup.h"
#include "dcledger/inflate.h"

/* Deflate that does not compress adds 5 bytes to every 65,535 at the worst, and bytes without meaning may
 * stand between its end and the next header. */
#define FRAME_SLACK 65536

uint32_t
frame_limit (void)
{
  uint64_t limit = dcpipe_max_block_size ();

  limit += limit / 1024 + FRAME_SLACK;
  return limit < UINT32_MAX ? (uint32_t) limit : UINT32_MAX;
}

/* ---- a look ahead, at blocks that may be torn ----------------------------------------------------- */

/* Not realloc, which would copy what is thrown away. */
static void *
grow_scrap (void *context, size_t size)
{
  void **scrap = context;

  free (*scrap);
  *scrap = malloc (size);
  return *scrap;
}

/* Unpacked for its verdict alone: when the last block of a growing file turns out to be half written,
 * nothing of it may have been delivered. */
bool
frame_look (struct bytes frame, struct frame_facts *facts, struct ledger_reason *reason)
{
  CLEANUP_FREE void *scrap = NULL;
  const struct ledger_room room = { grow_scrap, &scrap };
  struct bytes body, content;
  struct ledger_walk walk;
  struct ledger_entry entry;
  struct ledger_block block;

  if (!ledger_block_body (frame, &body, reason)
      || !ledger_inflate (body, dcpipe_max_block_size (), &room, &content, reason))
    return false;
  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry))
    continue;
  if (!ledger_walk_end (&walk, &block, reason))
    return false;
  memcpy (facts->hash, block.hash, sizeof block.hash);
  facts->has_parent = block.parent_hash.size == sizeof facts->parent;
  if (facts->has_parent)
    memcpy (facts->parent, block.parent_hash.data, sizeof facts->parent);
  facts->timestamp = block.timestamp;
  return true;
}

bool
frame_hash (struct bytes frame, uint8_t hash[LEDGER_HASH_SIZE], struct ledger_reason *reason)
{
  struct frame_facts facts;

  if (!frame_look (frame, &facts, reason))
    return false;
  memcpy (hash, facts.hash, sizeof facts.hash);
  return true;
}

/* ---- the callback --------------------------------------------------------------------------------- */

struct target {
  dcpipe_block *block;
  size_t size;
  bool refused; /* by the engine, which knows why */
};

/* The engine's memory, so that entries are views of it, and counted against its budget: it may refuse, and
 * has said why. */
static void *
grow_block (void *context, size_t size)
{
  struct target *target = context;
  void *buffer = dcpipe_block_buffer (target->block, size);

  target->size = size;
  target->refused = buffer == NULL;
  return buffer;
}

static int
fault (const char *where, const dcpipe_frame *frame, const struct ledger_reason *reason)
{
  dcpipe_error ("%s: block at position %" PRIu64 ": %s", where, dcpipe_frame_position (frame), reason->text);
  return DCPIPE_DIVERGED;
}

static struct dcpipe_bytes
view (struct bytes bytes)
{
  return (struct dcpipe_bytes){ bytes.data, bytes.size };
}

/* Gives back what inflating took too much. */
static bool
trim (struct target *target, struct bytes *content)
{
  assert (content->size <= target->size);
  if (content->size == target->size)
    return true;
  content->data = dcpipe_block_buffer (target->block, content->size);
  return content->data != NULL;
}

/* Entries go to the engine as they are found. A fault that comes after them makes the whole block void,
 * which is the engine's to do. */
int
frame_unpack (const char *where, const dcpipe_frame *frame, dcpipe_block *block)
{
  struct dcpipe_bytes bytes = dcpipe_frame_bytes (frame);
  struct target target = { .block = block };
  const struct ledger_room room = { grow_block, &target };
  struct bytes body, content;
  struct ledger_reason reason;
  struct ledger_walk walk;
  struct ledger_entry entry;
  struct ledger_block header;

  if (!ledger_block_body ((struct bytes){ bytes.data, bytes.size }, &body, &reason))
    return fault (where, frame, &reason);
  if (!ledger_inflate (body, dcpipe_max_block_size (), &room, &content, &reason))
    return target.refused ? DCPIPE_FAIL : fault (where, frame, &reason);
  if (!trim (&target, &content))
    return DCPIPE_FAIL;
  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry))
    dcpipe_block_entry (block, view (entry.label), view (entry.key), view (entry.value), entry.deleted);
  if (!ledger_walk_end (&walk, &header, &reason))
    return fault (where, frame, &reason);
  dcpipe_block_header (block, header.timestamp, (struct dcpipe_bytes){ header.hash, LEDGER_HASH_SIZE },
                       view (header.parent_hash));
  return DCPIPE_OK;
}
