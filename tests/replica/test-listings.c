/* SPDX-License-Identifier: Apache-2.0 */
/* The listing methods: what they list, and the ways in which the deployed canister fails to. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "replica/desk.h"
#include "support/run.h"
#include "support/vectors.h"

#define ENTRIES "entries : vec record { key : blob; value : blob; label : text }; has_more : bool; "

static const char counted[] = "(record { " ENTRIES "total_count : nat32 })";
static const char cursored[] =
    "(record { " ENTRIES "next_cursor : opt record { block_position : nat64; entry_index : nat32 } })";

static const char *const indexed[] = {
  "ProvRegister", "ProvCheckIn",  "UserRegister",    "RewardDistr",
  "ProvProfile",  "ProvOffering", "ContractSignReq", "LinkedIcIds",
};

static struct ic_candid_value
number (uint64_t value, struct ic_candid_value *kept)
{
  *kept = ic_candid_nat (IC_CANDID_NAT32, value);
  return ic_candid_some (kept);
}

static struct ic_candid_value
label_option (const char *label, struct ic_candid_value *kept)
{
  if (label == NULL)
    return ic_candid_none ();
  *kept = ic_candid_text (label, strlen (label));
  return ic_candid_some (kept);
}

/* A page of generation 1 or 2. */
static const struct ic_candid_value *
page (struct desk *desk, const char *method, const char *label, uint64_t offset, uint64_t limit)
{
  struct ic_candid_value kept[4];
  const struct ic_candid_value yes = ic_candid_bool (true);
  const bool second = desk->canister.generation == 2 && strcmp (method, "ledger_entries") == 0;
  const struct ic_candid_value args[] = { label_option (label, &kept[0]), number (offset, &kept[1]),
                                          number (limit, &kept[2]), ic_candid_some (&yes) };

  return desk_get (desk, method,
                   second ? "(opt text, opt nat32, opt nat32, opt bool)" : "(opt text, opt nat32, opt nat32)",
                   args, counted);
}

static uint64_t
total (const struct ic_candid_value *reply)
{
  return ic_candid_field (reply, "total_count")->nat;
}

/* A page of generation 3; a position of UINT64_MAX stands for no cursor. */
static const struct ic_candid_value *
page_from (struct desk *desk, const char *label, uint64_t position, uint64_t index, uint64_t limit)
{
  const struct ic_candid_named fields[] = {
    { "block_position", ic_candid_nat (IC_CANDID_NAT64, position) },
    { "entry_index", ic_candid_nat (IC_CANDID_NAT32, index) },
  };
  const struct ic_candid_value yes = ic_candid_bool (true);
  struct ic_candid_value kept[2], cursor;
  struct ic_candid_value args[] = { label_option (label, &kept[0]), ic_candid_none (),
                                    number (limit, &kept[1]), ic_candid_some (&yes) };

  ck_assert (ic_candid_record (&cursor, fields, 2, &desk->arena));
  if (position != UINT64_MAX)
    args[1] = ic_candid_some (&cursor);
  return desk_get (
      desk, "ledger_entries",
      "(opt text, opt record { block_position : nat64; entry_index : nat32 }, opt nat32, opt bool)", args,
      cursored);
}

static uint32_t
listed (const struct ic_candid_value *reply)
{
  return ic_candid_field (reply, "entries")->count;
}

static const struct ic_candid_value *
key_of (const struct ic_candid_value *reply, uint32_t index)
{
  return ic_candid_field (&ic_candid_field (reply, "entries")->items[index], "key");
}

/* ---- generations 1 and 2 ------------------------------------------------------------------------- */

static void
check_live_keys (const char *ledger, const char *companion)
{
  CLEANUP_FREE char *path = vectors_path (companion);
  json_t *state = json_load_file (path, JSON_ALLOW_NUL, NULL), *labels = json_object_get (state, "labels");
  uint64_t sum = 0;
  struct desk desk;

  if (state == NULL) {
    printf ("%s: passed over, since a label in it is not for jansson\n", companion);
    return;
  }
  desk_open (&desk, ledger, NULL);
  for (unsigned generation = 1; generation <= 2; generation++) {
    desk.canister.generation = generation;
    sum = 0;
    for (size_t i = 0; i < sizeof indexed / sizeof indexed[0]; i++) {
      const json_t *counts = json_object_get (labels, indexed[i]);
      const uint64_t expected = (uint64_t) json_integer_value (json_object_get (counts, "live_keys"));

      ck_assert_uint_eq (total (page (&desk, "ledger_entries", indexed[i], 0, 1)), expected);
      sum += expected;
    }
    ck_assert_uint_eq (total (page (&desk, "ledger_entries", NULL, 0, 1)), sum);
    ck_assert_uint_eq (total (page (&desk, "ledger_entries", "DCTokenTransfer", 0, 1)), 0);
  }
  printf ("%s: %llu indexed keys\n", ledger, (unsigned long long) sum);
  desk_close (&desk);
  json_decref (state);
}

START_TEST (eight_labels_are_listed)
{
  ck_assert_uint_gt (desk_each_ledger (".state.json", check_live_keys), 0);
}
END_TEST

START_TEST (pages_by_offset)
{
  struct desk desk;
  uint64_t count = 0, all;

  desk_open (&desk, "ledger/small.ledger", NULL);
  desk.canister.generation = 1;
  all = total (page (&desk, "ledger_entries", NULL, 0, 1));
  for (uint64_t offset = 0; offset < all + 10; offset += 7) {
    const struct ic_candid_value *reply = page (&desk, "ledger_entries", NULL, offset, 7);

    count += listed (reply);
    ck_assert_int_eq (ic_candid_field (reply, "has_more")->boolean, offset + 7 < all);
  }
  ck_assert_uint_eq (count, all);
  desk_close (&desk);
}
END_TEST

START_TEST (pending_entries_are_those_of_the_next_block)
{
  const struct growth growth = { .first = 3 };
  struct desk desk;
  uint64_t committed;

  desk_open (&desk, "ledger/small.ledger", &growth);
  desk.canister.generation = 2;
  ck_assert_uint_eq (total (page (&desk, "next_block_entries", NULL, 0, 100)), 0);
  committed = total (page (&desk, "ledger_entries", NULL, 0, 100));
  desk.canister.pending = true;
  ck_assert_uint_eq (total (page (&desk, "next_block_entries", NULL, 0, 100)),
                     desk.run.view.store->blocks[3].entries);
  ck_assert_uint_eq (total (page (&desk, "ledger_entries", NULL, 0, 100)),
                     committed + desk.run.view.store->blocks[3].entries);
  desk.canister.generation = 3;
  desk_ask (&desk, "next_block_entries", "()", NULL);
  ck_assert (desk.run.rejected);
  ck_assert_str_eq (desk.run.error_code, "IC0536");
  desk_close (&desk);
}
END_TEST

/* ---- generation 3 -------------------------------------------------------------------------------- */

START_TEST (all_upserts_are_listed)
{
  CLEANUP_FREE char *path = vectors_path ("ledger/small.state.json");
  json_t *state = json_load_file (path, JSON_ALLOW_NUL, NULL), *counts;
  uint64_t sum = 0;
  const char *label;
  struct desk desk;

  desk_open (&desk, "ledger/small.ledger", NULL);
  json_object_foreach (json_object_get (state, "labels"), label, counts) {
    const uint64_t upserts = (uint64_t) json_integer_value (json_object_get (counts, "upserts"));

    ck_assert_uint_eq (listed (page_from (&desk, label, UINT64_MAX, 0, 100000)), upserts);
    sum += upserts;
  }
  ck_assert_uint_eq (listed (page_from (&desk, NULL, UINT64_MAX, 0, 100000)), sum);
  ck_assert_uint_eq (listed (page_from (&desk, NULL, UINT64_MAX, 0, 0)), 0);
  desk_close (&desk);
  json_decref (state);
}
END_TEST

/* Without a cursor positions are counted from 0, so the second page is found at the beginning again. */
START_TEST (the_second_page_repeats_the_first)
{
  const struct ic_candid_value *reply, *cursor;
  struct ic_candid_value first[20];
  uint64_t position, index;
  struct desk desk;

  desk_open (&desk, "ledger/small.ledger", NULL);
  reply = page_from (&desk, NULL, UINT64_MAX, 0, 15);
  ck_assert_uint_eq (listed (reply), 15);
  for (uint32_t i = 0; i < 15; i++)
    first[i] = *key_of (reply, i);
  cursor = ic_candid_field (reply, "next_cursor")->some;
  ck_assert_ptr_nonnull (cursor);
  position = ic_candid_field (cursor, "block_position")->nat;
  index = ic_candid_field (cursor, "entry_index")->nat;
  ck_assert_uint_eq (position, desk.run.view.store->blocks[0].size);
  ck_assert_uint_lt (index, 15);
  {
    uint8_t expected[64];
    const size_t size = first[index].bytes.size;

    ck_assert_uint_le (size, sizeof expected);
    memcpy (expected, first[index].bytes.data, size);
    reply = page_from (&desk, NULL, position, index, 15);
    ck_assert_uint_eq (key_of (reply, 0)->bytes.size, size);
    ck_assert_mem_eq (key_of (reply, 0)->bytes.data, expected, size);
  }
  desk_close (&desk);
}
END_TEST

/* With the true position the pages follow one another, until one ends with a block and has no cursor. */
START_TEST (pages_end_with_blocks)
{
  struct desk desk;
  uint64_t position, index = 0, count = 0;
  bool more = true;

  desk_open (&desk, "ledger/small.ledger", NULL);
  position = ledger_view (desk.canister.ledger).store->start;
  while (more) {
    const struct ic_candid_value *reply = page_from (&desk, NULL, position, index, 6);

    count += listed (reply);
    more = ic_candid_field (reply, "has_more")->boolean;
    if (more) {
      const struct ic_candid_value *cursor = ic_candid_field (reply, "next_cursor")->some;

      position = ic_candid_field (cursor, "block_position")->nat;
      index = ic_candid_field (cursor, "entry_index")->nat;
    }
  }
  /* Blocks 0 and 1 have 12 and 6 entries: the second page is filled by the last one of block 0. */
  ck_assert_uint_eq (count, 12);
  ck_assert_uint_eq (listed (page_from (&desk, NULL, position + 1, 0, 6)), 0);
  desk_close (&desk);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    eight_labels_are_listed,
    pages_by_offset,
    pending_entries_are_those_of_the_next_block,
    all_upserts_are_listed,
    the_second_page_repeats_the_first,
    pages_end_with_blocks,
  };

  return RUN_TESTS ("replica-listings", tests);
}
