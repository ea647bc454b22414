/* SPDX-License-Identifier: Apache-2.0 */
/* get_transactions: the transfers of the ledger in the shape that ICRC-1 ledgers had before ICRC-3. */
#include "config.h"

#include <inttypes.h>

#include "replica/canister.h"

/* So many of the latest transfers are kept in memory, numbered from 1; the others are found by walking
 * through the blocks, and then they are numbered from 0. */
#define RECENT 100000

/* What every transfer is said to have cost. */
#define TRANSFER_FEE_E9S 1000000

#define COMMON " memo : opt blob; created_at_time : opt nat64; amount : nat; "

static const char types[] =
    "type Account = record { owner : principal; subaccount : opt blob };\n"
    "type Mint = record { to : Account;" COMMON "fee : opt nat };\n"
    "type Burn = record { from : Account; spender : opt Account;" COMMON "fee : opt nat };\n"
    "type Transfer = record { from : Account; to : Account; spender : opt Account;" COMMON
    "fee : opt nat };\n"
    "type Approve = record { from : Account; spender : Account;" COMMON "fee : opt nat;\n"
    "  expected_allowance : opt nat; expires_at : opt nat64 };\n"
    "type FeeCollector = record { ts : opt nat64; mthd : opt text; fee_collector : opt Account;\n"
    "  caller : opt principal };\n"
    "type Transaction = record { kind : text; timestamp : nat64; mint : opt Mint; burn : opt Burn;\n"
    "  transfer : opt Transfer; approve : opt Approve; fee_collector : opt FeeCollector };\n"
    "type Range = record { start : nat; length : nat };\n"
    "(record { first_index : nat; log_length : nat; transactions : vec Transaction;\n"
    "  archived_transactions : vec record { start : nat; length : nat;\n"
    "    callback : func (Range) -> (record { transactions : vec Transaction }) query } })";

struct account {
  struct bytes owner, subaccount;
  bool has_subaccount;
};

struct transfer {
  struct account from, to;
  bool has_fee, has_time;
  uint64_t fee, created_at, amount;
};

/* Accounts and transfers in the ledger are Borsh; a transfer's balances are its writer's claims, and read to
 * be passed over. */
static struct account
read_account (struct borsh *in)
{
  struct account account = { .owner = borsh_bytes (in) };

  if (account.owner.size > 29)
    borsh_fail (in, BORSH_INVALID_PRINCIPAL, borsh_offset (in), account.owner.size);
  account.has_subaccount = borsh_option (in);
  if (account.has_subaccount)
    account.subaccount = borsh_bytes (in);
  return account;
}

static bool
read_transfer (struct bytes value, struct transfer *transfer)
{
  struct borsh in = borsh_over (value);

  *transfer = (struct transfer){ .has_fee = false };
  borsh_variant (&in, 1);
  transfer->from = read_account (&in);
  transfer->to = read_account (&in);
  transfer->has_fee = borsh_option (&in);
  if (transfer->has_fee)
    transfer->fee = borsh_u64 (&in);
  if (borsh_option (&in)) /* accounts that are named for the fee */
    for (uint32_t count = borsh_u32 (&in); count > 0 && in.error == BORSH_OK; count--)
      read_account (&in);
  transfer->has_time = borsh_option (&in);
  if (transfer->has_time)
    transfer->created_at = borsh_u64 (&in);
  borsh_bytes (&in); /* memo, which the canister does not pass on */
  transfer->amount = borsh_u64 (&in);
  borsh_u64 (&in);
  borsh_u64 (&in);
  return borsh_finish (&in);
}

static bool
is_minting (const struct account *account)
{
  return account->owner.size == 7 && memcmp (account->owner.data, "MINTING", 7) == 0;
}

/* ---- values -------------------------------------------------------------------------------------- */

/* A copy that lives as long as the run, for a value that another one points to. */
static const struct ic_candid_value *
keep (struct run *run, struct ic_candid_value value)
{
  struct ic_candid_value *kept = run_alloc (run, 1, sizeof *kept);

  if (kept != NULL)
    *kept = value;
  return kept;
}

static struct ic_candid_value
some (struct run *run, struct ic_candid_value value)
{
  const struct ic_candid_value *kept = keep (run, value);

  return kept != NULL ? ic_candid_some (kept) : ic_candid_none ();
}

static struct ic_candid_value
record (struct run *run, const struct ic_candid_named *fields, uint32_t count)
{
  struct ic_candid_value value = ic_candid_null ();

  if (!ic_candid_record (&value, fields, count, &run->arena))
    run_trap (run, "out of memory");
  return value;
}

/* A subaccount that is not of the usual 32 bytes cannot be told, and is left out. */
static struct ic_candid_value
account_value (struct run *run, const struct account *account)
{
  struct ic_candid_named fields[] = {
    { "owner", ic_candid_principal (account->owner.data, account->owner.size) },
    { "subaccount", ic_candid_none () },
  };

  if (account->has_subaccount && account->subaccount.size == 32)
    fields[1].value = some (run, ic_candid_blob (account->subaccount.data, 32));
  return record (run, fields, 2);
}

static struct ic_candid_value
nat (uint64_t value)
{
  return ic_candid_nat (IC_CANDID_NAT, value);
}

/* Fields that are absent are null. A burn is told with its fee in the amount. */
static struct ic_candid_value
transaction (struct run *run, const struct transfer *transfer)
{
  const bool mint = is_minting (&transfer->from), burn = !mint && is_minting (&transfer->to);
  const char *kind = mint ? "mint" : burn ? "burn" : "transfer";
  struct ic_candid_named details[5], fields[3];
  uint32_t count = 0;

  details[count++] =
      (struct ic_candid_named){ "amount",
                                nat (transfer->amount + (burn && transfer->has_fee ? transfer->fee : 0)) };
  if (transfer->has_time)
    details[count++] =
        (struct ic_candid_named){ "created_at_time",
                                  some (run, ic_candid_nat (IC_CANDID_NAT64, transfer->created_at)) };
  if (!mint)
    details[count++] = (struct ic_candid_named){ "from", account_value (run, &transfer->from) };
  if (!burn)
    details[count++] = (struct ic_candid_named){ "to", account_value (run, &transfer->to) };
  if (!mint && !burn)
    details[count++] = (struct ic_candid_named){ "fee", some (run, nat (TRANSFER_FEE_E9S)) };
  fields[0] = (struct ic_candid_named){ "kind", ic_candid_text (kind, strlen (kind)) };
  fields[1] = (struct ic_candid_named){ "timestamp", ic_candid_nat (IC_CANDID_NAT64, transfer->created_at) };
  fields[2] = (struct ic_candid_named){ kind, some (run, record (run, details, count)) };
  return record (run, fields, 3);
}

/* ---- the method ---------------------------------------------------------------------------------- */

/* A range of transfers that is being gathered. */
struct gather {
  uint64_t first, last; /* by number from 0, the last not included */
  struct ic_candid_value *items;
  uint32_t count;
};

/* Takes those of a block's transfers that are in the range; `number` is that of its first one. */
static void
gather_block (struct run *run, size_t block, uint64_t number, struct gather *gather)
{
  static const struct bytes label = { (const uint8_t *) "DCTokenTransfer", 15 };
  struct transfer transfer;
  struct ledger_entry entry;
  struct ledger_walk walk;
  struct bytes content;

  if (!run_content (run, block, &content))
    return;
  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry) && number < gather->last && !run->rejected) {
    if (!bytes_equal (entry.label, label))
      continue;
    if (number >= gather->first) {
      if (!read_transfer (entry.value, &transfer))
        run_trap (run, "CRITICAL: Failed to deserialize funds transfer at tx_num %" PRIu64, number);
      else
        gather->items[gather->count++] = transaction (run, &transfer);
    }
    number++;
  }
}

static void
gather_range (struct run *run, struct gather *gather)
{
  const struct store_block *blocks = run->view.store->blocks;

  gather->items = run_alloc (run, gather->last - gather->first + 1, sizeof *gather->items);
  for (size_t i = 0; i < run->view.blocks && !run->rejected; i++) {
    const uint64_t before = i > 0 ? blocks[i - 1].transfers : 0;

    if (before < gather->last && blocks[i].transfers > gather->first)
      gather_block (run, i, before, gather);
  }
}

/* Sets the range for a request. The two ways of counting are the canister's own. */
static void
choose_range (struct gather *gather, uint64_t start, uint64_t length, uint64_t total)
{
  const uint64_t oldest = total > RECENT ? total - RECENT + 1 : 1;
  const bool recent = total > 0 && start >= oldest;

  gather->first = recent ? start - 1 : start;
  if (!recent && length == 0)
    length = 1; /* the walk through the blocks stops only after it has found one */
  if (gather->first > total)
    gather->first = total;
  gather->last = length < total - gather->first ? gather->first + length : total;
}

void
method_get_transactions (struct run *run)
{
  const struct ic_candid_value *args = run_args (run, "(record { start : nat; length : nat })");
  const struct view *view = &run->view;
  const uint64_t total = view->blocks > 0 ? view->store->blocks[view->blocks - 1].transfers : 0;
  struct gather gather = { .count = 0 };
  uint64_t start, length;
  struct ic_candid_value result;

  if (args == NULL)
    return;
  if (!ic_candid_u64 (ic_candid_field (&args[0], "start"), &start)
      || !ic_candid_u64 (ic_candid_field (&args[0], "length"), &length)) {
    run_trap (run, "transaction index is too large, max allowed: %" PRIu64, UINT64_MAX);
    return;
  }
  choose_range (&gather, start, length, total);
  gather_range (run, &gather);
  result = record (run,
                   (struct ic_candid_named[]){
                       { "first_index", nat (start) },
                       { "log_length", nat (total + 1) },
                       { "transactions", ic_candid_vec (gather.items, gather.count) },
                       { "archived_transactions", ic_candid_vec (NULL, 0) },
                   },
                   4);
  run_reply (run, types, &result);
}
