/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "listing.h"

#define CURSOR "record { block_position : nat64; entry_index : nat32 }"

bool
listing_types (struct listing_types *types, struct ic_error *error)
{
  return ic_candid_types_parse (&types->counted, "(opt text, opt nat32, opt nat32, opt bool)", &types->arena,
                                error)
         && ic_candid_types_parse (&types->cursored, "(opt text, opt " CURSOR ", opt nat32, opt bool)",
                                   &types->arena, error)
         && ic_candid_types_parse (
             &types->reply,
             "(record { entries : vec record { key : blob; value : blob; label : text };"
             " has_more : bool; total_count : opt nat32; next_cursor : opt " CURSOR " })",
             &types->arena, error);
}

bool
listing_put (struct ic_candid_buffer *buffer, const struct listing_types *types,
             const struct listing_request *request, struct ic_error *error)
{
  const struct ic_candid_value offset = ic_candid_nat (IC_CANDID_NAT32, request->offset);
  const struct ic_candid_value limit = ic_candid_nat (IC_CANDID_NAT32, request->limit);
  const struct ic_candid_value next_block = ic_candid_bool (request->next_block);
  const struct ic_candid_value place[] = { ic_candid_nat (IC_CANDID_NAT64, request->cursor.position),
                                           ic_candid_nat (IC_CANDID_NAT32, request->cursor.index) };
  const struct ic_candid_named fields[] = { { "block_position", place[0] }, { "entry_index", place[1] } };
  struct ic_arena arena = { NULL };
  struct ic_candid_value cursor, arguments[] = { ic_candid_none (), ic_candid_some (&offset),
                                                 ic_candid_some (&limit), ic_candid_some (&next_block) };
  bool good = ic_candid_record (&cursor, fields, 2, &arena);

  if (request->by_cursor)
    arguments[1] = ic_candid_some (&cursor);
  if (good)
    good =
        ic_candid_encode (buffer, request->by_cursor ? &types->cursored : &types->counted, arguments, error);
  else
    ic_error_set (error, "out of memory");
  ic_arena_free (&arena);
  return good;
}

bool
listing_read (struct listing *listing, const struct listing_types *types, struct bytes reply,
              struct ic_error *error)
{
  const struct ic_candid_value *values, *total, *next;

  listing_clear (listing);
  if (!ic_candid_decode (&values, reply, &types->reply, &listing->arena, error))
    return false;
  listing->entries = ic_candid_field (&values[0], "entries");
  listing->has_more = ic_candid_field (&values[0], "has_more")->boolean;
  total = ic_candid_field (&values[0], "total_count")->some;
  next = ic_candid_field (&values[0], "next_cursor")->some;
  listing->counted = total != NULL;
  listing->has_next = next != NULL;
  if (total != NULL)
    listing->total = (uint32_t) total->nat;
  if (next != NULL) {
    listing->next.position = ic_candid_field (next, "block_position")->nat;
    listing->next.index = (uint32_t) ic_candid_field (next, "entry_index")->nat;
  }
  return true;
}

void
listing_clear (struct listing *listing)
{
  ic_arena_free (&listing->arena);
  *listing = (struct listing){ .entries = NULL };
}

uint32_t
listing_count (const struct listing *listing)
{
  return listing->entries->count;
}

struct listed_entry
listing_entry (const struct listing *listing, uint32_t i)
{
  const struct ic_candid_value *entry = &listing->entries->items[i];

  return (struct listed_entry){ .label = ic_candid_field (entry, "label")->bytes,
                                .key = ic_candid_field (entry, "key")->bytes,
                                .value = ic_candid_field (entry, "value")->bytes };
}
