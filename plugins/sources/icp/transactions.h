/* SPDX-License-Identifier: Apache-2.0 */
/* The canister method get_transactions: transfers in the shape that ICRC-1 ledgers had before ICRC-3.
 *
 *     get_transactions : (record { start : nat; length : nat }) -> (record { first_index : nat;
 *       log_length : nat; transactions : vec Transaction; archived_transactions : vec record { ... } })
 *
 * Pure functions, safe from any thread. */
#ifndef DCPIPE_ICP_TRANSACTIONS_H
#define DCPIPE_ICP_TRANSACTIONS_H

#include "ic/candid/candid.h"

/* The Candid types of arguments and reply. */
struct transactions_types {
  struct ic_arena arena;
  struct ic_candid_types arguments, reply;
};

bool transactions_types (struct transactions_types *types, struct ic_error *error);

/* Appends the argument of a call to `buffer`. False after setting `error`: no memory. */
bool transactions_put (struct ic_candid_buffer *buffer, const struct transactions_types *types,
                       uint64_t start, uint64_t length, struct ic_error *error);

/* A page. Begin with zeroed memory; what is in it are views of the reply and of the arena. */
struct transactions {
  struct ic_arena arena;
  const struct ic_candid_value *list;
  uint64_t log_length; /* UINT64_MAX if it is larger */
  uint32_t archives;   /* canisters that hold older ones */
};

/* False after setting `error` if this is no such reply. */
bool transactions_read (struct transactions *transactions, const struct transactions_types *types,
                        struct bytes reply, struct ic_error *error);
void transactions_clear (struct transactions *transactions);

uint32_t transactions_count (const struct transactions *transactions);

struct transaction_account {
  bool known;
  struct bytes owner; /* a principal */
  bool has_subaccount;
  struct bytes subaccount;
};

/* What a kind of transaction does not have is not known, or NULL. Amounts are of any size: ic_candid_digits.
 */
struct transaction {
  struct bytes kind; /* text: mint, burn, transfer, approve */
  uint64_t timestamp;
  const struct ic_candid_value *amount, *fee, *expected_allowance;
  struct transaction_account from, to, spender;
  const struct ic_candid_value *memo, *created_at_time, *expires_at; /* blob, nat64, nat64 */
};

struct transaction transactions_at (const struct transactions *transactions, uint32_t i);

#endif
