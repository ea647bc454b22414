/* SPDX-License-Identifier: Apache-2.0 */
/* The canister's methods, against the golden data and what is known of the deployed canister. */
#include "config.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "replica/desk.h"
#include "support/run.h"
#include "support/vectors.h"

/* ---- data_fetch ---------------------------------------------------------------------------------- */

static struct ic_candid_value
option_text (const char *text, struct ic_candid_value *value)
{
  if (text == NULL)
    return ic_candid_none ();
  *value = ic_candid_text (text, strlen (text));
  return ic_candid_some (value);
}

static const struct ic_candid_value *
fetch (struct desk *desk, const char *cursor, const uint8_t *before, size_t before_size)
{
  struct ic_candid_value text, blob = ic_candid_blob (before, before_size);
  const struct ic_candid_value args[] = { option_text (cursor, &text),
                                          before != NULL ? ic_candid_some (&blob) : ic_candid_none () };
  const struct ic_candid_value *values;
  struct ic_candid_types types;
  struct ic_error error;

  desk_ask (desk, "data_fetch", "(opt text, opt blob)", args);
  if (desk->run.rejected)
    return NULL;
  ck_assert (ic_candid_types_parse (&types, "(variant { Ok : record { text; blob }; Err : text })",
                                    &desk->arena, &error)
             && ic_candid_decode (&values, (struct bytes){ desk->run.reply.data, desk->run.reply.size },
                                  &types, &desk->arena, &error));
  return values;
}

static void
assert_chunk (const struct desk *desk, const struct ic_candid_value *chunk, const json_t *expected)
{
  const struct bytes cursor = chunk->items[0].bytes, data = chunk->items[1].bytes;
  const char *text = json_string_value (json_object_get (expected, "cursor"));
  const json_int_t offset = json_integer_value (json_object_get (expected, "file_offset"));
  char hex[2 * SHA256_DIGEST_SIZE + 1];
  uint8_t digest[SHA256_DIGEST_SIZE];
  struct sha256_ctx sha;

  ck_assert_uint_eq (cursor.size, strlen (text));
  ck_assert_mem_eq (cursor.data, text, cursor.size);
  ck_assert_uint_eq (data.size, (size_t) json_integer_value (json_object_get (expected, "length")));
  sha256_init (&sha);
  sha256_update (&sha, data.size, data.data);
  sha256_digest (&sha, sizeof digest, digest);
  hex_encode (hex, digest, sizeof digest);
  ck_assert_str_eq (hex, json_string_value (json_object_get (expected, "sha256")));
  if (data.size > 0)
    ck_assert_mem_eq (data.data, desk->run.view.store->file + offset, data.size);
}

static void
check_fetch_row (json_t *row, size_t number, void *context)
{
  struct desk *desk = context;
  const json_t *request = json_object_get (row, "request"), *reply = json_object_get (row, "reply");
  const char *error = vectors_text (reply, "err"), *parse_error = vectors_text (reply, "parse_error");
  size_t size;
  CLEANUP_FREE uint8_t *before = vectors_hex (request, "bytes_before", &size);
  static const uint8_t nothing[1];
  const bool given = !json_is_null (json_object_get (request, "bytes_before"));
  const struct ic_candid_value *answer =
      fetch (desk, vectors_text (request, "cursor"), given && before == NULL ? nothing : before, size);

  printf ("row %zu: %s\n", number, json_string_value (json_object_get (row, "case")));
  if (parse_error != NULL) {
    ck_assert_ptr_null (answer);
    ck_assert_uint_eq (desk->run.reject_code, IC_REJECT_CANISTER_ERROR);
    ck_assert_msg (strstr (desk->run.message, parse_error) != NULL, "%s", desk->run.message);
    return;
  }
  ck_assert_msg (answer != NULL, "%s", desk->run.message);
  if (error != NULL) {
    const struct ic_candid_value *text = ic_candid_case (answer, "Err");

    ck_assert_ptr_nonnull (text);
    ck_assert_uint_eq (text->bytes.size, strlen (error));
    ck_assert_mem_eq (text->bytes.data, error, text->bytes.size);
  } else {
    ck_assert_ptr_nonnull (ic_candid_case (answer, "Ok"));
    assert_chunk (desk, ic_candid_case (answer, "Ok"), reply);
  }
}

static void
check_fetch (const char *ledger, const char *companion)
{
  struct desk desk;

  desk_open (&desk, ledger, NULL);
  printf ("%s: %zu rows\n", companion, vectors_each (companion, check_fetch_row, &desk));
  desk_close (&desk);
}

START_TEST (data_fetch_gives_the_golden_replies)
{
  ck_assert_uint_gt (desk_each_ledger (".data_fetch.jsonl", check_fetch), 0);
}
END_TEST

/* ---- next_block_sync ----------------------------------------------------------------------------- */

static const char sync_reply[] =
    "(variant { Ok : record { next_block_position : opt nat64; block_data : opt blob; block_hash : opt blob;"
    " more_blocks_available : bool; has_block : bool; block_position : opt nat64; block_header : opt blob;"
    " entries_count : nat64 }; Err : text })";

static const struct ic_candid_value *
sync_at (struct desk *desk, uint64_t position)
{
  const struct ic_candid_value start = ic_candid_nat (IC_CANDID_NAT64, position);
  const struct ic_candid_value args[] = { ic_candid_some (&start), ic_candid_none (), ic_candid_none () };

  return desk_get (desk, "next_block_sync", "(opt nat64, opt bool, opt nat32)", args, sync_reply);
}

static void
assert_some_hex (const struct ic_candid_value *record, const char *field, const char *expected)
{
  const struct ic_candid_value *some = ic_candid_field (record, field)->some;
  char hex[2 * 64 + 1];

  ck_assert_ptr_nonnull (some);
  ck_assert_uint_le (some->bytes.size, 64);
  hex_encode (hex, some->bytes.data, some->bytes.size);
  ck_assert_str_eq (hex, expected);
}

/* A chain of blocks that is followed from reply to reply. */
struct chain {
  struct desk desk;
  uint64_t next;
};

static void
check_block_row (json_t *row, size_t number, void *context)
{
  struct chain *chain = context;
  const uint64_t position = (uint64_t) json_integer_value (json_object_get (row, "position"));
  const struct ic_candid_value *ok = ic_candid_case (sync_at (&chain->desk, chain->next), "Ok");
  const struct view *view = &chain->desk.run.view;

  ck_assert_ptr_nonnull (ok);
  ck_assert (ic_candid_field (ok, "has_block")->boolean);
  ck_assert_uint_eq (ic_candid_field (ok, "block_position")->some->nat, position);
  assert_some_hex (ok, "block_hash", vectors_text (row, "hash"));
  ck_assert_uint_eq (ic_candid_field (ok, "entries_count")->nat,
                     (uint64_t) json_integer_value (json_object_get (row, "entries")));
  ck_assert_uint_eq (ic_candid_field (ok, "block_header")->some->bytes.size, LEDGER_HEADER_SIZE);
  ck_assert_mem_eq (ic_candid_field (ok, "block_data")->some->bytes.data,
                    view->store->file + position + LEDGER_HEADER_SIZE,
                    ic_candid_field (ok, "block_data")->some->bytes.size);
  chain->next = ic_candid_field (ok, "next_block_position")->some->nat;
  ck_assert_int_eq (ic_candid_field (ok, "more_blocks_available")->boolean, number < view->blocks);
  ic_arena_free (&chain->desk.arena);
}

static void
check_blocks (const char *ledger, const char *companion)
{
  struct chain chain = { .next = 0 };
  const struct ic_candid_value *ok;
  size_t rows;

  desk_open (&chain.desk, ledger, NULL);
  rows = vectors_each (companion, check_block_row, &chain);
  printf ("%s: %zu blocks\n", companion, rows);
  ok = ic_candid_case (sync_at (&chain.desk, chain.next), "Ok");
  ck_assert (!ic_candid_field (ok, "has_block")->boolean);
  ck_assert_uint_eq (ic_candid_field (ok, "block_position")->some->nat, chain.next);
  ck_assert_ptr_nonnull (ic_candid_case (sync_at (&chain.desk, chain.next - 1), "Err"));
  desk_close (&chain.desk);
}

START_TEST (next_block_sync_gives_every_block)
{
  ck_assert_uint_gt (desk_each_ledger (".blocks.jsonl", check_blocks), 0);
}
END_TEST

START_TEST (next_block_sync_in_other_ways)
{
  const struct growth growth = { .first = 5 };
  const struct ic_candid_value no = ic_candid_bool (false);
  const struct ic_candid_value args[] = { ic_candid_none (), ic_candid_some (&no), ic_candid_none () };
  const struct ic_candid_value *ok;
  struct desk desk;

  desk_open (&desk, "ledger/small.ledger", &growth);
  ok = ic_candid_case (desk_get (&desk, "next_block_sync", "(opt nat64, opt bool, opt nat32)", args,
                                 sync_reply),
                       "Ok");
  ck_assert_ptr_null (ic_candid_field (ok, "block_data")->some);
  ck_assert_ptr_nonnull (ic_candid_field (ok, "block_header")->some);
  desk.canister.block_sync = SYNC_RECORD;
  ok = desk_get (&desk, "next_block_sync", "(opt nat64, opt bool, opt nat32)", args,
                 "(record { has_block : bool; entries_count : nat })");
  ck_assert (ic_candid_field (ok, "has_block")->boolean);
  desk.canister.block_sync = SYNC_PENDING;
  ok = ic_candid_case (sync_at (&desk, 0), "Ok");
  ck_assert (!ic_candid_field (ok, "has_block")->boolean);
  desk.canister.pending = true;
  ok = ic_candid_case (sync_at (&desk, 0), "Ok");
  ck_assert (ic_candid_field (ok, "has_block")->boolean);
  ck_assert_uint_eq (ic_candid_field (ok, "entries_count")->nat, desk.run.view.store->blocks[5].entries);
  ck_assert_uint_eq (ic_candid_field (ok, "block_position")->some->nat, desk.run.view.end);
  desk_close (&desk);
}
END_TEST

/* ---- metadata ------------------------------------------------------------------------------------ */

static const struct ic_candid_value *
fact (const struct ic_candid_value *list, const char *name)
{
  for (uint32_t i = 0; i < list->count; i++) {
    const struct bytes key = list->items[i].items[0].bytes;

    if (key.size == strlen (name) && memcmp (key.data, name, key.size) == 0)
      return &list->items[i].items[1];
  }
  ck_abort_msg ("metadata has no %s", name);
  return NULL;
}

static uint64_t
number_fact (const struct ic_candid_value *list, const char *name)
{
  const struct ic_candid_value *nat = ic_candid_case (fact (list, name), "Nat");

  ck_assert_ptr_nonnull (nat);
  return nat->nat;
}

static void
check_metadata (const char *ledger, const char *companion)
{
  CLEANUP_FREE char *path = vectors_path (companion);
  json_t *state = json_load_file (path, JSON_ALLOW_NUL, NULL), *facts = json_object_get (state, "ledger");
  const struct ic_candid_value *list, *hash;
  char hex[2 * LEDGER_HASH_SIZE + 1];
  struct desk desk;

  if (state == NULL) {
    printf ("%s: passed over, since a label in it is not for jansson\n", companion);
    return;
  }
  desk_open (&desk, ledger, NULL);
  list = desk_get (&desk, "metadata", "()", NULL,
                   "(vec record { text; variant { Nat : nat; Int : int; Text : text; Blob : blob } })");
  ck_assert_uint_eq (number_fact (list, "ledger:num_blocks"),
                     (uint64_t) json_integer_value (json_object_get (facts, "blocks")));
  ck_assert_uint_eq (number_fact (list, "ledger:data_start_lba"),
                     (uint64_t) json_integer_value (json_object_get (facts, "data_start")));
  ck_assert_uint_eq (number_fact (list, "ledger:next_block_start_pos"),
                     (uint64_t) json_integer_value (json_object_get (facts, "next_block_position")));
  ck_assert_uint_eq (number_fact (list, "ledger:latest_block_timestamp_ns"),
                     strtoull (vectors_text (facts, "last_block_timestamp_ns"), NULL, 10));
  hash = ic_candid_case (fact (list, "ledger:latest_block_hash"), "Blob");
  hex_encode (hex, hash->bytes.data, hash->bytes.size);
  ck_assert_str_eq (hex, vectors_text (facts, "last_block_hash"));
  desk_close (&desk);
  json_decref (state);
}

START_TEST (metadata_tells_the_tip)
{
  ck_assert_uint_gt (desk_each_ledger (".state.json", check_metadata), 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    data_fetch_gives_the_golden_replies,
    next_block_sync_gives_every_block,
    next_block_sync_in_other_ways,
    metadata_tells_the_tip,
  };

  return RUN_TESTS ("replica-methods", tests);
}
