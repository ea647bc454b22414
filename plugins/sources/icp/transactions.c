/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "transactions.h"

/* The four kinds of transactions have their fields from one set: what one has for sure is an option in
 * another. */
static const char reply_types[] =
    "type Account = record { owner : principal; subaccount : opt blob };\n"
    "type Details = record { amount : nat; fee : opt nat; expected_allowance : opt nat;\n"
    "  from : opt Account; to : opt Account; spender : opt Account;\n"
    "  memo : opt blob; created_at_time : opt nat64; expires_at : opt nat64 };\n"
    "type Transaction = record { kind : text; timestamp : nat64; mint : opt Details; burn : opt Details;\n"
    "  transfer : opt Details; approve : opt Details };\n"
    "(record { log_length : nat; transactions : vec Transaction;\n"
    "  archived_transactions : vec record { start : nat; length : nat } })";

bool
transactions_types (struct transactions_types *types, struct ic_error *error)
{
  return ic_candid_types_parse (&types->arguments, "(record { start : nat; length : nat })", &types->arena,
                                error)
         && ic_candid_types_parse (&types->reply, reply_types, &types->arena, error);
}

bool
transactions_put (struct ic_candid_buffer *buffer, const struct transactions_types *types, uint64_t start,
                  uint64_t length, struct ic_error *error)
{
  const struct ic_candid_named fields[] = { { "start", ic_candid_nat (IC_CANDID_NAT, start) },
                                            { "length", ic_candid_nat (IC_CANDID_NAT, length) } };
  struct ic_arena arena = { NULL };
  struct ic_candid_value range;
  bool good = ic_candid_record (&range, fields, 2, &arena);

  if (good)
    good = ic_candid_encode (buffer, &types->arguments, &range, error);
  else
    ic_error_set (error, "out of memory");
  ic_arena_free (&arena);
  return good;
}

bool
transactions_read (struct transactions *transactions, const struct transactions_types *types,
                   struct bytes reply, struct ic_error *error)
{
  const struct ic_candid_value *values;

  transactions_clear (transactions);
  if (!ic_candid_decode (&values, reply, &types->reply, &transactions->arena, error))
    return false;
  transactions->list = ic_candid_field (&values[0], "transactions");
  transactions->archives = ic_candid_field (&values[0], "archived_transactions")->count;
  if (!ic_candid_u64 (ic_candid_field (&values[0], "log_length"), &transactions->log_length))
    transactions->log_length = UINT64_MAX;
  return true;
}

void
transactions_clear (struct transactions *transactions)
{
  ic_arena_free (&transactions->arena);
  *transactions = (struct transactions){ .list = NULL };
}

uint32_t
transactions_count (const struct transactions *transactions)
{
  return transactions->list->count;
}

static struct transaction_account
read_account (const struct ic_candid_value *details, const char *name)
{
  const struct ic_candid_value *account = ic_candid_field (details, name)->some, *subaccount;
  struct transaction_account read = { .known = account != NULL };

  if (account == NULL)
    return read;
  subaccount = ic_candid_field (account, "subaccount")->some;
  read.owner = ic_candid_field (account, "owner")->bytes;
  read.has_subaccount = subaccount != NULL;
  if (subaccount != NULL)
    read.subaccount = subaccount->bytes;
  return read;
}

/* What belongs to the kind that is named; or, should a later canister name it otherwise, what there is. */
static const struct ic_candid_value *
find_details (const struct ic_candid_value *transaction, struct bytes kind)
{
  static const char *const kinds[] = { "mint", "burn", "transfer", "approve" };
  const struct ic_candid_value *found = NULL;

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const struct ic_candid_value *details = ic_candid_field (transaction, kinds[i])->some;
    bool named = bytes_equal (kind, (struct bytes){ (const uint8_t *) kinds[i], strlen (kinds[i]) });

    if (details != NULL && (named || found == NULL))
      found = details;
  }
  return found;
}

struct transaction
transactions_at (const struct transactions *transactions, uint32_t i)
{
  const struct ic_candid_value *item = &transactions->list->items[i], *details;
  struct transaction transaction = { .kind = ic_candid_field (item, "kind")->bytes,
                                     .timestamp = ic_candid_field (item, "timestamp")->nat };

  details = find_details (item, transaction.kind);
  if (details == NULL)
    return transaction;
  transaction.amount = ic_candid_field (details, "amount");
  transaction.fee = ic_candid_field (details, "fee")->some;
  transaction.expected_allowance = ic_candid_field (details, "expected_allowance")->some;
  transaction.from = read_account (details, "from");
  transaction.to = read_account (details, "to");
  transaction.spender = read_account (details, "spender");
  transaction.memo = ic_candid_field (details, "memo")->some;
  transaction.created_at_time = ic_candid_field (details, "created_at_time")->some;
  transaction.expires_at = ic_candid_field (details, "expires_at")->some;
  return transaction;
}
