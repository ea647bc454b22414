/* SPDX-License-Identifier: Apache-2.0 */
/* There are two notions of when two accounts are one, since the canister has two: balances are kept by what
 * is written, approvals by what ICRC-1 takes to be the same. */
#include "config.h"

#include "dcledger/account.h"

/* The length of the subaccount is not judged here: the canister takes any, and so rows must be able to tell
 * it. */
struct ledger_account
ledger_account_read (struct borsh *in)
{
  struct ledger_account account = { 0 };
  size_t where = borsh_offset (in);

  account.owner = borsh_bytes (in);
  if (account.owner.size > LEDGER_OWNER_MAX)
    borsh_fail (in, BORSH_INVALID_PRINCIPAL, where, account.owner.size);
  account.has_subaccount = borsh_option (in);
  if (account.has_subaccount)
    account.subaccount = borsh_bytes (in);
  return account;
}

/* The canister knows one owner that is no principal, but its name in ASCII: what is paid from there is
 * minted. */
bool
ledger_account_is_minting (const struct ledger_account *account)
{
  return bytes_are (account->owner, "MINTING");
}

/* To the letter, as balances of the ledger are kept: no subaccount and one of 32 zeros are two accounts. */
bool
ledger_account_equal (const struct ledger_account *a, const struct ledger_account *b)
{
  return bytes_equal (a->owner, b->owner) && a->has_subaccount == b->has_subaccount
         && bytes_equal (a->subaccount, b->subaccount);
}

/* As approvals are kept, which follow ICRC-1: there the two are one. */
struct ledger_account
ledger_account_effective (const struct ledger_account *account)
{
  static const uint8_t zeros[LEDGER_SUBACCOUNT_SIZE];
  struct ledger_account effective = *account;

  if (bytes_equal (account->subaccount, (struct bytes){ zeros, sizeof zeros }))
    effective = (struct ledger_account){ .owner = account->owner };
  return effective;
}
