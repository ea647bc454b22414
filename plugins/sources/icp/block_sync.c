/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "block_sync.h"

#include <inttypes.h>

#include "bytes/cleanup.h"

/* Of what the canister says in place of a block, as much goes into an error text. */
#define MAX_WORDS 300

/* How many entries there are is told as nat or nat64, and not needed. */
#define RECORD                                                                                               \
  "record { has_block : bool; block_position : opt nat64; block_header : opt blob; block_data : opt blob;"   \
  " block_hash : opt blob; next_block_position : opt nat64 }"

bool
block_sync_types (struct block_sync_types *types, struct ic_error *error)
{
  return ic_candid_types_parse (&types->arguments, "(opt nat64, opt bool, opt nat32)", &types->arena, error)
         && ic_candid_types_parse (&types->variant, "(variant { Ok : " RECORD "; Err : text })",
                                   &types->arena, error)
         && ic_candid_types_parse (&types->record, "(" RECORD ")", &types->arena, error);
}

bool
block_sync_put (struct ic_candid_buffer *buffer, const struct block_sync_types *types,
                const uint64_t *position, struct ic_error *error)
{
  const struct ic_candid_value start = ic_candid_nat (IC_CANDID_NAT64, position != NULL ? *position : 0);
  const struct ic_candid_value data = ic_candid_bool (true);
  const struct ic_candid_value arguments[] = { position != NULL ? ic_candid_some (&start) : ic_candid_none (),
                                               ic_candid_some (&data), ic_candid_none () };

  return ic_candid_encode (buffer, &types->arguments, arguments, error);
}

static bool
read_number (const struct ic_candid_value *record, const char *name, uint64_t *number)
{
  const struct ic_candid_value *value = ic_candid_field (record, name)->some;

  *number = value != NULL ? value->nat : 0;
  return value != NULL;
}

static bool
read_blob (const struct ic_candid_value *record, const char *name, struct bytes *blob)
{
  const struct ic_candid_value *value = ic_candid_field (record, name)->some;

  *blob = value != NULL ? value->bytes : (struct bytes){ NULL, 0 };
  return value != NULL;
}

static enum block_sync_reply
read_record (struct synced_block *block, const struct ic_candid_value *record)
{
  bool header, hash;

  block->has_position = read_number (record, "block_position", &block->position);
  block->has_next = read_number (record, "next_block_position", &block->next);
  header = read_blob (record, "block_header", &block->header);
  hash = read_blob (record, "block_hash", &block->hash);
  read_blob (record, "block_data", &block->data);
  if (!ic_candid_field (record, "has_block")->boolean)
    return BLOCK_SYNC_END;
  return header || hash ? BLOCK_SYNC_BLOCK : BLOCK_SYNC_UNCOMMITTED;
}

enum block_sync_reply
block_sync_read (struct synced_block *block, const struct block_sync_types *types, struct bytes reply,
                 struct ic_error *error)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  const struct ic_candid_value *values, *ok, *refusal;

  if (ic_candid_decode (&values, reply, &types->record, &arena, error))
    return read_record (block, &values[0]);
  if (!ic_candid_decode (&values, reply, &types->variant, &arena, error))
    return BLOCK_SYNC_NONSENSE;
  ok = ic_candid_case (&values[0], "Ok");
  if (ok != NULL)
    return read_record (block, ok);
  refusal = ic_candid_case (&values[0], "Err");
  ic_error_set (error, "the canister says: %.*s",
                (int) (refusal->bytes.size < MAX_WORDS ? refusal->bytes.size : MAX_WORDS),
                (const char *) refusal->bytes.data);
  return BLOCK_SYNC_REFUSED;
}

bool
block_sync_check (const struct synced_block *block, struct ic_error *error)
{
  uint64_t size = LEDGER_HEADER_SIZE + (uint64_t) block->data.size;

  if (!block->has_position || block->header.size != LEDGER_HEADER_SIZE
      || block->hash.size != LEDGER_HASH_SIZE) {
    ic_error_set (error, "a block %s position, with a header of %zu bytes and a hash of %zu",
                  block->has_position ? "with a" : "without a", block->header.size, block->hash.size);
    return false;
  }
  if (block->data.size == 0 || block->position > UINT64_MAX - size) {
    ic_error_set (error, "a block at position %" PRIu64 " with %zu bytes behind its header", block->position,
                  block->data.size);
    return false;
  }
  if (block->has_next && block->next != block->position + size) {
    ic_error_set (error,
                  "the block at position %" PRIu64 " has %" PRIu64
                  " bytes, yet the next one is said to begin at %" PRIu64,
                  block->position, size, block->next);
    return false;
  }
  return true;
}
