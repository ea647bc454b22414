/* SPDX-License-Identifier: Apache-2.0 */
/* The canister methods next_block_entries and ledger_entries: entries, a page at a time, without positions.
 *
 *     next_block_entries : (label : opt text, offset : opt nat32, limit : opt nat32) -> (Counted)
 *     ledger_entries, generation 1 : as next_block_entries
 *     ledger_entries, generation 2 : (label : opt text, offset : opt nat32, limit : opt nat32,
 *                                     include_next_block : opt bool) -> (Counted)
 *     ledger_entries, generation 3 : (label : opt text, cursor : opt Cursor, limit : opt nat32,
 *                                     include_next_block : opt bool) -> (Cursored)
 *     Cursor = record { block_position : nat64; entry_index : nat32 }
 *     Counted  = record { entries : vec Entry; has_more : bool; total_count : nat32 }
 *     Cursored = record { entries : vec Entry; has_more : bool; next_cursor : opt Cursor }
 *     Entry = record { key : blob; value : blob; label : text }
 *
 * A canister of generation 1 or 2 takes a cursor for no offset, and one of generation 1 passes over the last
 * argument: so each can be asked in the words of generation 3, and its reply tells what it is.
 *
 * Pure functions, safe from any thread. */
#ifndef DCPIPE_ICP_LISTING_H
#define DCPIPE_ICP_LISTING_H

#include "ic/candid/candid.h"

/* The Candid types of arguments and replies. */
struct listing_types {
  struct ic_arena arena;
  struct ic_candid_types counted, cursored, reply;
};

bool listing_types (struct listing_types *types, struct ic_error *error);

/* Where a page begins in generation 3: the entry of that number, among those listed, of that block. */
struct listing_cursor {
  uint64_t position;
  uint32_t index;
};

/* What is asked for. */
struct listing_request {
  bool by_cursor; /* in the words of generation 3 */
  struct listing_cursor cursor;
  uint32_t offset;
  uint32_t limit;
  bool next_block; /* entries that are not yet committed, too */
};

/* Appends the argument of a call to `buffer`. False after setting `error`: no memory. */
bool listing_put (struct ic_candid_buffer *buffer, const struct listing_types *types,
                  const struct listing_request *request, struct ic_error *error);

/* A page. Begin with zeroed memory; entries are views of the reply and of the arena. */
struct listing {
  struct ic_arena arena;
  const struct ic_candid_value *entries;
  bool has_more;
  bool counted; /* generation 1 or 2: `total` is known */
  uint32_t total;
  bool has_next;
  struct listing_cursor next;
};

/* False after setting `error` if this is no such reply. */
bool listing_read (struct listing *listing, const struct listing_types *types, struct bytes reply,
                   struct ic_error *error);
void listing_clear (struct listing *listing);

uint32_t listing_count (const struct listing *listing);

struct listed_entry {
  struct bytes label, key, value;
};

struct listed_entry listing_entry (const struct listing *listing, uint32_t i);

#endif
