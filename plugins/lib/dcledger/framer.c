/* SPDX-License-Identifier: Apache-2.0 */
/* A framer sees the lengths of blocks and nothing else: what is in them is found out later, by several
 * threads. So this is the one part of reading that is serial, and it moves no bytes that it can leave where
 * they are. */
#include "config.h"

#include "dcledger/framer.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "bytes/grow.h"

/* The bytes known are those in `carry`, which begin at `position`, and then those of `chunk`. */
struct ledger_framer {
  uint64_t position; /* of the header looked at next */
  uint32_t limit;
  uint8_t *carry; /* the start of a block that began in an earlier chunk */
  size_t carried, capacity;
  size_t delivered;   /* bytes of `carry` that are a frame already delivered */
  struct bytes chunk; /* what is left of it */
};

struct ledger_framer *
ledger_framer_new (uint64_t position, uint32_t limit)
{
  struct ledger_framer *framer = calloc (1, sizeof *framer);

  if (framer != NULL) {
    framer->position = position;
    framer->limit = limit;
  }
  return framer;
}

void
ledger_framer_free (struct ledger_framer *framer)
{
  if (framer == NULL)
    return;
  free (framer->carry);
  free (framer);
}

void
ledger_framer_seek (struct ledger_framer *framer, uint64_t position)
{
  framer->position = position;
  framer->carried = framer->delivered = 0;
  framer->chunk = (struct bytes){ NULL, 0 };
}

uint64_t
ledger_framer_position (const struct ledger_framer *framer)
{
  return framer->position;
}

/* Bytes carried that belong to the block not yet delivered. */
static size_t
pending (const struct ledger_framer *framer)
{
  assert (framer->delivered <= framer->carried);
  return framer->carried - framer->delivered;
}

/* The position of the first byte not yet given. */
static uint64_t
wanted (const struct ledger_framer *framer)
{
  return framer->position + pending (framer) + framer->chunk.size;
}

/* Moves `size` bytes of the chunk behind those carried. */
static bool
carry (struct ledger_framer *framer, size_t size)
{
  if (size == 0)
    return true;
  if (!bytes_reserve (&framer->carry, framer->carried, &framer->capacity, size))
    return false;
  assert (size <= framer->chunk.size);
  memcpy (framer->carry + framer->carried, framer->chunk.data, size);
  framer->carried += size;
  framer->chunk.data += size;
  framer->chunk.size -= size;
  return true;
}

bool
ledger_framer_give (struct ledger_framer *framer, uint64_t position, struct bytes chunk,
                    struct ledger_reason *reason)
{
  if (position != wanted (framer) && position != framer->position)
    return ledger_refuse (reason, "bytes came for position %" PRIu64 ", expected %" PRIu64 " or %" PRIu64,
                          position, wanted (framer), framer->position);
  /* A reader that begins the block again has all of it: what was kept of the first attempt would stand
   * there twice. */
  if (position == framer->position)
    framer->carried = 0;
  framer->chunk = chunk;
  return true;
}

/* The frame that has just been put together in `carry` was used: only now may its memory be used again. */
static void
drop_delivered (struct ledger_framer *framer)
{
  if (framer->delivered > 0)
    framer->carried = framer->delivered = 0;
}

static enum ledger_framing
no_memory (const struct ledger_framer *framer, struct ledger_reason *reason)
{
  ledger_refuse (reason, "no memory for %zu bytes of a block", framer->carried + framer->chunk.size);
  return LEDGER_NO_MEMORY;
}

/* The chunk may go after this, so what is left of it moves. */
static enum ledger_framing
keep_rest (struct ledger_framer *framer, struct ledger_reason *reason)
{
  drop_delivered (framer);
  return carry (framer, framer->chunk.size) ? LEDGER_MORE : no_memory (framer, reason);
}

/* Delivers the `size` bytes at `start`. */
static enum ledger_framing
deliver (struct ledger_framer *framer, const uint8_t *start, const struct ledger_header *header,
         struct ledger_frame *frame)
{
  *frame = (struct ledger_frame){ .position = framer->position,
                                  .header = *header,
                                  .bytes = { start, header->jump_next } };
  framer->position += header->jump_next;
  return LEDGER_FRAME;
}

/* Judges the header at the position; LEDGER_FRAME if a block can follow. A version of 0 is where the ledger
 * ends: space that is reserved and not written yet is zero. */
static enum ledger_framing
judge (const struct ledger_framer *framer, const struct ledger_header *header, struct ledger_reason *reason)
{
  if (header->version == 0)
    return LEDGER_END;
  if (!ledger_header_check (header, framer->limit, reason))
    return LEDGER_FAULT;
  if (framer->position > UINT64_MAX - header->jump_next) {
    ledger_refuse (reason, "jump_next leads past the largest position");
    return LEDGER_FAULT;
  }
  return LEDGER_FRAME;
}

/* A block of which the first bytes are carried. In two steps, since only its header tells how much of the
 * chunk belongs to it: what follows stays a view. */
static enum ledger_framing
next_carried (struct ledger_framer *framer, struct ledger_frame *frame, struct ledger_reason *reason)
{
  struct ledger_header header;
  enum ledger_framing verdict;

  if (framer->carried + framer->chunk.size < LEDGER_HEADER_SIZE)
    return keep_rest (framer, reason);
  if (framer->carried < LEDGER_HEADER_SIZE && !carry (framer, LEDGER_HEADER_SIZE - framer->carried))
    return no_memory (framer, reason);
  header = ledger_header_load (framer->carry);
  verdict = judge (framer, &header, reason);
  if (verdict != LEDGER_FRAME)
    return verdict;
  if (framer->carried + framer->chunk.size < header.jump_next)
    return keep_rest (framer, reason);
  if (!carry (framer, header.jump_next - framer->carried))
    return no_memory (framer, reason);
  framer->delivered = framer->carried;
  return deliver (framer, framer->carry, &header, frame);
}

/* The usual way: a header and a block that lie whole in the chunk, and no byte is moved. */
enum ledger_framing
ledger_framer_next (struct ledger_framer *framer, struct ledger_frame *frame, struct ledger_reason *reason)
{
  struct bytes *chunk = &framer->chunk;
  struct ledger_header header;
  enum ledger_framing verdict;

  if (pending (framer) > 0)
    return next_carried (framer, frame, reason);
  if (chunk->size < LEDGER_HEADER_SIZE)
    return keep_rest (framer, reason);
  header = ledger_header_load (chunk->data);
  verdict = judge (framer, &header, reason);
  if (verdict != LEDGER_FRAME)
    return verdict;
  if (chunk->size < header.jump_next)
    return keep_rest (framer, reason);
  verdict = deliver (framer, chunk->data, &header, frame);
  chunk->data += header.jump_next;
  chunk->size -= header.jump_next;
  return verdict;
}

/* Fewer zeros than a header has are reserved space as well, of which the rest is not there yet. */
enum ledger_framing
ledger_framer_finish (const struct ledger_framer *framer, struct ledger_reason *reason)
{
  size_t have = pending (framer);
  size_t zeros = 0;
  struct ledger_header header;

  if (have >= LEDGER_HEADER_SIZE) {
    header = ledger_header_load (framer->carry);
    ledger_refuse (reason, "the ledger ends inside the block: %zu of its %" PRIu32 " bytes are there", have,
                   header.jump_next);
    return LEDGER_FAULT;
  }
  while (zeros < have && framer->carry[zeros] == 0)
    zeros++;
  if (zeros == have)
    return LEDGER_END;
  ledger_refuse (reason, "the ledger ends inside a block header: %zu of its %d bytes are there", have,
                 LEDGER_HEADER_SIZE);
  return LEDGER_FAULT;
}
