/* SPDX-License-Identifier: Apache-2.0 */
/* Columns that hold accounts of tokens. */
#ifndef DCPIPE_LIB_DECODER_ACCOUNT_H
#define DCPIPE_LIB_DECODER_ACCOUNT_H

#include "dcpipe-plugin.h"

#include "ledger/account.h"

/* Three columns in a row of the enum tell an account: its text, its owner, its subaccount. */
#define ACCOUNT_COLUMNS 3

/* `prefix` is the column's name without the ending, `whose` says whose account it is. */
#define ACCOUNT_TEXT(prefix, whose) \
  COLUMN (prefix "_account", DCPIPE_TEXT, \
          "The account " whose " in the text form of ICRC-1; null if its subaccount is not 32 bytes.")
#define ACCOUNT_OWNER(prefix, whose) COLUMN (prefix "_owner", DCPIPE_TEXT, "The principal that owns the account " whose ".")
#define ACCOUNT_SUBACCOUNT(prefix, whose) \
  COLUMN (prefix "_subaccount", DCPIPE_TEXT, \
          "The subaccount of the account " whose " as stored, in lower-case hexadecimal; null for the main account.")

/* Sets the columns number `first` and the two after it. */
void account_set (dcpipe_row *row, size_t first, const struct ledger_account *account);

/* Sets the columns that hold owner and subaccount. */
void account_set_parts (dcpipe_row *row, size_t owner, size_t subaccount, const struct ledger_account *account);

/* Sets a text column to what names an account in the balance table, whatever its subaccount: the owner in
 * hexadecimal, a dot, the subaccount in hexadecimal. False after dcpipe_error: no memory for a long one. */
bool account_set_key (dcpipe_row *row, size_t column, const struct ledger_account *account);

#endif
