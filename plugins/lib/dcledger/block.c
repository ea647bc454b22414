/* SPDX-License-Identifier: Apache-2.0 */
/* The content of a block is read in one pass, and its hash computed over the same bytes: they are in the
 * cache then. */
#include "config.h"

#include "dcledger/block.h"

#include <assert.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>

/* Variant, label, key, value and operation, with all lengths 0. */
#define LEAST_ENTRY 14

/* ---- header -------------------------------------------------------------------------------------- */

struct ledger_header
ledger_header_load (const uint8_t bytes[LEDGER_HEADER_SIZE])
{
  uint32_t back = load_le32 (bytes + 4);
  struct ledger_header header = { .version = load_le32 (bytes),
                                  .jump_next = load_le32 (bytes + 8),
                                  .reserved = load_le32 (bytes + 12) };

  /* A conversion of what does not fit in an int32_t would be the compiler's to define. */
  memcpy (&header.jump_prev, &back, sizeof back);
  return header;
}

/* The length is all that keeps readers in step, so whatever cannot be one is refused before a byte behind it
 * is looked at. */
bool
ledger_header_check (const struct ledger_header *header, uint32_t limit, struct ledger_reason *reason)
{
  if (header->version != 1)
    return ledger_refuse (reason, "block version is %" PRIu32 ", expected 1", header->version);
  if (header->jump_next < LEDGER_HEADER_SIZE)
    return ledger_refuse (reason, "jump_next is %" PRIu32 ", less than the 16-byte header",
                          header->jump_next);
  if (header->jump_next == LEDGER_HEADER_SIZE)
    return ledger_refuse (reason, "jump_next is 16, so the block has a header but no compressed part");
  if (header->jump_next > limit)
    return ledger_refuse (reason, "jump_next is %" PRIu32 ", more than the limit of %" PRIu32 " bytes",
                          header->jump_next, limit);
  return true;
}

bool
ledger_block_body (struct bytes frame, struct bytes *body, struct ledger_reason *reason)
{
  struct ledger_header header;

  if (frame.size < LEDGER_HEADER_SIZE)
    return ledger_refuse (reason, "the block has %zu byte%s, less than the 16-byte header", frame.size,
                          plural_s (frame.size));
  header = ledger_header_load (frame.data);
  if (!ledger_header_check (&header, UINT32_MAX, reason))
    return false;
  if (header.jump_next != frame.size)
    return ledger_refuse (reason, "jump_next is %" PRIu32 ", but the block has %zu bytes", header.jump_next,
                          frame.size);
  *body = (struct bytes){ frame.data + LEDGER_HEADER_SIZE, frame.size - LEDGER_HEADER_SIZE };
  return true;
}

/* ---- content ------------------------------------------------------------------------------------- */

/* The count comes from the other side and callers make room for as many: one that the bytes cannot hold is
 * refused before. */
void
ledger_walk_begin (struct ledger_walk *walk, struct bytes content)
{
  *walk = (struct ledger_walk){ .content = content, .in = borsh_over (content) };
  walk->count = borsh_u32 (&walk->in);
  if (walk->count > borsh_left (&walk->in) / LEAST_ENTRY) {
    borsh_fail (&walk->in, BORSH_TRUNCATED, 0, walk->count);
    walk->count = 0;
  }
}

/* The index moves only past whole entries: at a fault it is the number of the bad one. */
bool
ledger_walk_next (struct ledger_walk *walk, struct ledger_entry *entry)
{
  struct borsh *in = &walk->in;

  if (walk->index == walk->count)
    return false;
  walk->entry = borsh_offset (in);
  borsh_variant (in, 1);
  entry->label = borsh_string (in);
  entry->key = borsh_bytes (in);
  entry->value = borsh_bytes (in);
  entry->deleted = borsh_variant (in, 2) == 1;
  if (in->error != BORSH_OK)
    return false;
  walk->index++;
  return true;
}

/* Reads the entry at the fault once more to name the field. */
static const char *
faulty_field (struct ledger_walk *walk)
{
  struct borsh in = borsh_over (walk->content);

  in.at += walk->entry;
  borsh_variant (&in, 1);
  if (in.error != BORSH_OK)
    return "variant";
  borsh_string (&in);
  if (in.error != BORSH_OK)
    return "label";
  borsh_bytes (&in);
  if (in.error != BORSH_OK)
    return "key";
  borsh_bytes (&in);
  return in.error != BORSH_OK ? "value" : "operation";
}

static bool
refuse_content (struct ledger_walk *walk, const char *what, struct ledger_reason *reason)
{
  borsh_explain (&walk->in, what, reason->text, sizeof reason->text);
  return false;
}

static bool
refuse_count (struct ledger_walk *walk, struct ledger_reason *reason)
{
  if (walk->content.size < sizeof (uint32_t))
    return refuse_content (walk, "the number of entries", reason);
  return ledger_refuse (reason, "the block announces %" PRIu32 " entries, more than its %zu bytes can hold",
                        load_le32 (walk->content.data), walk->content.size);
}

static bool
refuse_entry (struct ledger_walk *walk, struct ledger_reason *reason)
{
  char what[48];

  snprintf (what, sizeof what, "entry %" PRIu32 ": %s", walk->index, faulty_field (walk));
  return refuse_content (walk, what, reason);
}

/* SHA-256 of: parent hash | entries | timestamp. The last two follow one another in the content, and so
 * are one piece. */
static void
compute_hash (const struct ledger_walk *walk, size_t end, struct ledger_block *block)
{
  const size_t start = sizeof (uint32_t);
  struct sha256_ctx sha;

  assert (start <= end && end <= walk->content.size);
  sha256_init (&sha);
  sha256_update (&sha, block->parent_hash.size, block->parent_hash.data);
  sha256_update (&sha, end - start, walk->content.data + start);
  sha256_digest (&sha, LEDGER_HASH_SIZE, block->hash);
}

/* The parent hash stands last, behind what it is hashed with, so that only now is there anything to hash. A
 * fault of an entry comes first: what follows it cannot be found. */
bool
ledger_walk_end (struct ledger_walk *walk, struct ledger_block *block, struct ledger_reason *reason)
{
  struct borsh *in = &walk->in;
  size_t end;

  if (in->error != BORSH_OK)
    return walk->count == 0 ? refuse_count (walk, reason) : refuse_entry (walk, reason);
  block->entries = walk->count;
  block->timestamp = borsh_u64 (in);
  end = borsh_offset (in);
  if (in->error != BORSH_OK)
    return refuse_content (walk, "the timestamp", reason);
  block->parent_hash = borsh_bytes (in);
  if (in->error != BORSH_OK)
    return refuse_content (walk, "the parent hash", reason);
  if (!borsh_finish (in))
    return refuse_content (walk, "the content", reason);
  if (block->parent_hash.size != 0 && block->parent_hash.size != LEDGER_HASH_SIZE)
    return ledger_refuse (reason, "the parent hash has %zu byte%s, expected 32 or none",
                          block->parent_hash.size, plural_s (block->parent_hash.size));
  compute_hash (walk, end, block);
  return true;
}
