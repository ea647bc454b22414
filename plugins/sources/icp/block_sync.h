/* SPDX-License-Identifier: Apache-2.0 */
/* The canister method next_block_sync: one whole block, from its position.
 *
 *     next_block_sync : (start_position : opt nat64, include_data : opt bool, max_entries : opt nat32) ->
 *       (variant { Ok : record { has_block : bool; block_position : opt nat64; block_header : opt blob;
 *          block_data : opt blob; block_hash : opt blob; next_block_position : opt nat64; ... }; Err : text
 * })
 *
 * The .did file declares the record alone; both forms are read. Canisters of a later time take no notice of
 * the position: all that they give is entries that are not yet committed, without header and hash.
 *
 * Pure functions, safe from any thread. */
#ifndef DCPIPE_ICP_BLOCK_SYNC_H
#define DCPIPE_ICP_BLOCK_SYNC_H

#include "dcledger/block.h"
#include "ic/candid/candid.h"

/* The Candid types of arguments and reply. */
struct block_sync_types {
  struct ic_arena arena;
  struct ic_candid_types arguments, variant, record;
};

bool block_sync_types (struct block_sync_types *types, struct ic_error *error);

/* Appends the argument of a call to `buffer`: for the first block if `position` is NULL. False after setting
 * `error`: no memory. */
bool block_sync_put (struct ic_candid_buffer *buffer, const struct block_sync_types *types,
                     const uint64_t *position, struct ic_error *error);

/* A block; the parts are views of the reply. At the end of the ledger there is a position at the most. */
struct synced_block {
  bool has_position, has_next;
  uint64_t position; /* of the block; at the end, where the next one will begin */
  uint64_t next;     /* position of the block behind it */
  struct bytes header, data, hash;
};

enum block_sync_reply {
  BLOCK_SYNC_BLOCK,
  BLOCK_SYNC_END,         /* there is no block, for now */
  BLOCK_SYNC_UNCOMMITTED, /* entries that are in no block yet */
  BLOCK_SYNC_REFUSED,     /* the canister says something else: `error` has its words */
  BLOCK_SYNC_NONSENSE     /* this is no reply of next_block_sync: `error` says why */
};

enum block_sync_reply block_sync_read (struct synced_block *block, const struct block_sync_types *types,
                                       struct bytes reply, struct ic_error *error);

/* Whether header, data, hash and positions of a block belong together; false after setting `error`. */
bool block_sync_check (const struct synced_block *block, struct ic_error *error);

#endif
