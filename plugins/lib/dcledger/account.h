/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts of tokens, as payloads hold them. See tests/data/vectors/ledger/README.md. */
#ifndef DCPIPE_LIB_DCLEDGER_ACCOUNT_H
#define DCPIPE_LIB_DCLEDGER_ACCOUNT_H

#include "dcledger/borsh.h"

/* The longest owner, which is a principal, and the subaccount that other ledgers know. */
#define LEDGER_OWNER_MAX 29
#define LEDGER_SUBACCOUNT_SIZE 32

/* Views into the payload. */
struct ledger_account {
  struct bytes owner;
  bool has_subaccount;
  struct bytes subaccount; /* of any length */
};

/* Reads an account. An owner longer than LEDGER_OWNER_MAX is the error BORSH_INVALID_PRINCIPAL. */
struct ledger_account ledger_account_read (struct borsh *in);

/* True for every account of the owner "MINTING", whose tokens come from nowhere and go nowhere. */
bool ledger_account_is_minting (const struct ledger_account *account);

/* True if they are one account in the balance table: an absent subaccount is not one of 32 zeros. */
bool ledger_account_equal (const struct ledger_account *a, const struct ledger_account *b);

/* The account with its subaccount left out if it is 32 zeros, which is how ICRC-1 tells accounts apart. */
struct ledger_account ledger_account_effective (const struct ledger_account *account);

#endif
