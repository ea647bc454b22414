/* SPDX-License-Identifier: Apache-2.0 */
/* Columns that hold accounts of tokens. */
#ifndef DCPIPE_LIB_DECODER_ACCOUNT_H
#define DCPIPE_LIB_DECODER_ACCOUNT_H

#include "dcpipe-plugin.h"

#include "dcledger/account.h"
#include "ic/principal/principal.h"

/* Three columns in a row of the enum tell an account: its text, its owner, its subaccount.
 *
 * `prefix` is the column's name without the ending, `whose` says whose account it is. */
#define ACCOUNT_TEXT(prefix, whose)                                                                          \
  COLUMN (prefix "_account", DCPIPE_TEXT,                                                                    \
          "The account " whose " in the text form of ICRC-1; null if its subaccount is not 32 bytes.")
#define ACCOUNT_OWNER(prefix, whose)                                                                         \
  COLUMN (prefix "_owner", DCPIPE_TEXT, "The principal that owns the account " whose ".")
#define ACCOUNT_SUBACCOUNT(prefix, whose)                                                                    \
  COLUMN (prefix "_subaccount", DCPIPE_TEXT,                                                                 \
          "The subaccount of the account " whose ", as stored, in hexadecimal; null for the main account.")

/* The text of an account's owner, which costs enough to be made only once. */
struct account_owner {
  uint8_t size;
  char text[IC_PRINCIPAL_TEXT_SIZE];
};

struct account_owner account_owner (const struct ledger_account *account);

void account_set_owner (dcpipe_row *row, size_t column, const struct account_owner *owner);

/* Sets a text column to the subaccount in hexadecimal, or leaves it null. */
void account_set_subaccount (dcpipe_row *row, size_t column, const struct ledger_account *account);

/* Sets the columns number `first` and the two after it. */
void account_set (dcpipe_row *row, size_t first, const struct ledger_account *account,
                  const struct account_owner *owner);

/* What names an account in the balance table, whatever its subaccount: the owner in hexadecimal, a dot, the
 * subaccount in hexadecimal, or a second dot for one of no bytes. Its size; and the text itself, with a 0
 * behind it. */
size_t account_key_size (const struct ledger_account *account);
void account_key (const struct ledger_account *account, char *text);

/* Sets a text column to it. False after dcpipe_error: no memory for a long one. */
bool account_set_key (dcpipe_row *row, size_t column, const struct ledger_account *account);

#endif
