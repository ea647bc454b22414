/* SPDX-License-Identifier: Apache-2.0 */
/* metadata and next_block_sync. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "replica/canister.h"

/* ---- metadata ------------------------------------------------------------------------------------ */

#define MAX_FACTS 16

/* What the reward scheme of the ledger says of times. */
#define FIRST_REWARD_S UINT64_C (1704063600)
#define REWARD_INTERVAL_S 600
#define HALVING_INTERVAL 210000
#define FIRST_REWARD_E9S UINT64_C (50000000000)

struct facts {
  struct ic_candid_value pairs[MAX_FACTS][2], payloads[MAX_FACTS], records[MAX_FACTS];
  size_t count;
};

static void
add_fact (struct facts *facts, const char *name, const char *kind, struct ic_candid_value value)
{
  const size_t i = facts->count++;

  facts->payloads[i] = value;
  facts->pairs[i][0] = ic_candid_text (name, strlen (name));
  facts->pairs[i][1] = ic_candid_variant (kind, &facts->payloads[i]);
  facts->records[i] = ic_candid_tuple (facts->pairs[i], 2);
}

static void
add_number (struct facts *facts, const char *name, uint64_t number)
{
  add_fact (facts, name, "Nat", ic_candid_nat (IC_CANDID_NAT, number));
}

static uint64_t
reward_rounds (uint64_t timestamp_ns)
{
  const uint64_t seconds = timestamp_ns / 1000000000;

  return seconds > FIRST_REWARD_S ? (seconds - FIRST_REWARD_S) / REWARD_INTERVAL_S : 0;
}

/* The rest of what the canister tells, most of which nobody reads: nothing is checked in between blocks. */
static void
add_economy (struct facts *facts, const struct run *run, const struct store_block *tip)
{
  const uint64_t rounds = reward_rounds (tip->timestamp);
  const uint64_t halvings = rounds / HALVING_INTERVAL;

  add_fact (facts, "ledger:authorized_pusher", "Text", ic_candid_text ("", 0));
  add_number (facts, "ledger:token_value_in_usd_e6", 1000000);
  add_number (facts, "ledger:total_providers", tip->providers);
  if (run->canister->generation < 3)
    add_number (facts, "ledger:total_offerings", tip->offerings);
  add_number (facts, "ledger:blocks_until_next_halving", HALVING_INTERVAL - rounds % HALVING_INTERVAL);
  add_number (facts, "ledger:current_block_validators", 0);
  add_number (facts, "ledger:current_block_rewards_e9s", 0);
  if (run->canister->generation >= 3)
    add_number (facts, "ledger:reward_per_block_e9s", halvings < 64 ? FIRST_REWARD_E9S >> halvings : 0);
}

void
method_metadata (struct run *run)
{
  static const char types[] =
      "(vec record { text; variant { Nat : nat; Int : int; Text : text; Blob : blob } })";
  static const struct store_block nothing;
  const struct view *view = &run->view;
  const struct store_block *tip = view->blocks > 0 ? &view->store->blocks[view->blocks - 1] : &nothing;
  struct facts facts = { .count = 0 };
  struct ic_candid_value list;

  add_number (&facts, "ledger:data_start_lba", view->store->start);
  add_number (&facts, "ledger:num_blocks", view->blocks);
  add_fact (&facts, "ledger:latest_block_hash", "Blob",
            ic_candid_blob (tip->hash, view->blocks > 0 ? LEDGER_HASH_SIZE : 0));
  add_number (&facts, "ledger:latest_block_timestamp_ns", tip->timestamp);
  add_number (&facts, "ledger:next_block_start_pos", view->end);
  add_economy (&facts, run, tip);
  list = ic_candid_vec (facts.records, (uint32_t) facts.count);
  run_reply (run, types, &list);
}

/* ---- next_block_sync ----------------------------------------------------------------------------- */

#define SYNC_FIELDS(count)                                                                                   \
  "record { next_block_position : opt nat64; block_data : opt blob; block_hash : opt blob;"                  \
  " more_blocks_available : bool; has_block : bool; block_position : opt nat64; block_header : opt blob;"    \
  " entries_count : " count " }"

static const char sync_variant[] = "(variant { Ok : " SYNC_FIELDS ("nat64") "; Err : text })";
static const char sync_record[] = "(" SYNC_FIELDS ("nat") ")";

/* What a reply of next_block_sync says; what is zero is not there. */
struct sync {
  bool has_block, more;
  struct ic_candid_value position, next, header, data, hash; /* kind 0: absent */
  uint64_t entries;
};

/* A zeroed value has no kind, and stands for an absent one. */
static struct ic_candid_value
option (const struct ic_candid_value *value)
{
  return value->kind != 0 ? ic_candid_some (value) : ic_candid_none ();
}

static void
reply_sync (struct run *run, const struct sync *sync)
{
  const bool record = run->canister->block_sync == SYNC_RECORD;
  const struct ic_candid_named fields[] = {
    { "has_block", ic_candid_bool (sync->has_block) },
    { "block_header", option (&sync->header) },
    { "block_data", option (&sync->data) },
    { "block_hash", option (&sync->hash) },
    { "block_position", option (&sync->position) },
    { "next_block_position", option (&sync->next) },
    { "entries_count", ic_candid_nat (record ? IC_CANDID_NAT : IC_CANDID_NAT64, sync->entries) },
    { "more_blocks_available", ic_candid_bool (sync->more) },
  };
  struct ic_candid_value payload, result;

  if (!ic_candid_record (&payload, fields, sizeof fields / sizeof fields[0], &run->arena)) {
    run_trap (run, "out of memory");
    return;
  }
  result = record ? payload : ic_candid_variant ("Ok", &payload);
  run_reply (run, record ? sync_record : sync_variant, &result);
}

static void
reply_error (struct run *run, uint64_t position)
{
  struct ic_candid_value payload, result;
  char text[96];

  snprintf (text, sizeof text, "No block begins at position %" PRIu64, position);
  if (run->canister->block_sync == SYNC_RECORD) {
    run_trap (run, "%s", text);
    return;
  }
  payload = ic_candid_text (text, strlen (text));
  result = ic_candid_variant ("Err", &payload);
  run_reply (run, sync_variant, &result);
}

/* As deployed: the entries of the block to come one after another, without a count or anything else. */
static void
sync_pending (struct run *run, struct sync *sync)
{
  const size_t pending = run_pending (run);
  struct bytes content;
  struct ledger_walk walk;
  struct ledger_entry entry;

  if (pending == run->view.store->count || !run_content (run, pending, &content))
    return;
  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry))
    continue;
  sync->has_block = true;
  sync->entries = walk.count;
  sync->data = ic_candid_blob (content.data + 4, borsh_offset (&walk.in) - 4);
}

static void
sync_block (struct sync *sync, const struct view *view, size_t index, bool include_data)
{
  const struct store_block *block = &view->store->blocks[index];
  const uint8_t *frame = view->store->file + block->position;

  sync->has_block = true;
  sync->more = index + 1 < view->blocks;
  sync->position = ic_candid_nat (IC_CANDID_NAT64, block->position);
  sync->next = ic_candid_nat (IC_CANDID_NAT64, block->position + block->size);
  sync->hash = ic_candid_blob (block->hash, LEDGER_HASH_SIZE);
  sync->header = ic_candid_blob (frame, LEDGER_HEADER_SIZE);
  if (include_data)
    sync->data = ic_candid_blob (frame + LEDGER_HEADER_SIZE, block->size - LEDGER_HEADER_SIZE);
  sync->entries = block->entries;
}

/* The limit on entries has no effect: blocks are never cut. */
void
method_next_block_sync (struct run *run)
{
  const struct ic_candid_value *args = run_args (run, "(opt nat64, opt bool, opt nat32)");
  const struct view *view = &run->view;
  struct sync sync = { .position = ic_candid_nat (IC_CANDID_NAT64, view->end) };
  uint64_t start;
  size_t index;

  if (args == NULL)
    return;
  start = args[0].some != NULL ? args[0].some->nat : 0;
  if (start < view->store->start)
    start = view->store->start;
  index = store_find (view->store, start);
  if (run->canister->block_sync == SYNC_PENDING) {
    sync_pending (run, &sync);
  } else if (start < view->end) {
    if (index >= view->blocks) {
      reply_error (run, start);
      return;
    }
    sync_block (&sync, view, index, args[1].some == NULL || args[1].some->boolean);
  }
  reply_sync (run, &sync);
}
