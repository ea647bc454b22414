/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers of tokens: the tables token_transfers, token_balances and registered_principals.
 *
 *     decode (payload.c): read the transfer, emit its row, leave a note
 *     resolve (balance.c): move the tokens, and complete the row */
#ifndef DCPIPE_TRANSFER_H
#define DCPIPE_TRANSFER_H

#include "dcpipe-plugin.h"

#include "decoder/account.h"

enum transfer_table { TRANSFERS, BALANCES, PRINCIPALS, TRANSFER_TABLES };

enum transfer_column {
  TRANSFER_BLOCK_OFFSET,
  TRANSFER_ENTRY_INDEX,
  TRANSFER_TX_ID,
  TRANSFER_KEY_MATCHES,
  TRANSFER_FROM_PUBKEY,
  TRANSFER_TO_PUBKEY,
  TRANSFER_FROM, /* and owner and subaccount */
  TRANSFER_FROM_OWNER,
  TRANSFER_FROM_SUBACCOUNT,
  TRANSFER_TO,
  TRANSFER_TO_OWNER,
  TRANSFER_TO_SUBACCOUNT,
  TRANSFER_AMOUNT,
  TRANSFER_FEE,
  TRANSFER_FEES_ACCOUNTS,
  TRANSFER_MEMO,
  TRANSFER_MEMO_DATA,
  TRANSFER_CREATED_AT_TIME,
  TRANSFER_FROM_AFTER,
  TRANSFER_TO_AFTER,
  TRANSFER_APPLIED,
  TRANSFER_NOT_APPLIED,
  TRANSFER_VERSION,
  TRANSFER_TIMESTAMP
};

enum balance_column {
  BALANCE_ACCOUNT,
  BALANCE_OWNER,
  BALANCE_SUBACCOUNT,
  BALANCE_BALANCE,
  BALANCE_BLOCK_OFFSET,
  BALANCE_ENTRY_INDEX,
  BALANCE_CREATED_AT,
  BALANCE_UPDATED_AT,
  BALANCE_TIMESTAMP
};

enum principal_column {
  PRINCIPAL_PRINCIPAL,
  PRINCIPAL_PUBKEY,
  PRINCIPAL_BLOCK_OFFSET,
  PRINCIPAL_ENTRY_INDEX
};

extern const struct dcpipe_table_def transfer_tables[TRANSFER_TABLES];

struct transfer {
  struct ledger_account from, to;
  struct account_owner from_owner, to_owner;
  uint64_t amount, from_after, to_after;
  bool has_fee, has_fees_accounts, has_created_at;
  uint64_t fee; /* 0 if absent */
  uint32_t fees_accounts;
  struct borsh first_fees_account; /* the reader, before it read them */
  uint64_t created_at;             /* ns since 1970 */
  struct bytes memo;
  struct bytes from_key, to_key; /* names of the accounts in the balance table; in a note alone */
};

/* Reads the payload; false after the entry was reported as failed. */
bool transfer_read (struct bytes value, struct transfer *transfer, dcpipe_rows *rows);

/* Emits the row that tells the transfer, without what depends on earlier entries; false after
 * dcpipe_error. */
bool transfer_add (dcpipe_rows *rows, const dcpipe_entry *entry, const struct transfer *transfer);

/* Leaves the transfer for resolve. */
void transfer_note (dcpipe_rows *rows, const struct transfer *transfer);

/* Moves the tokens, if they are there, and completes the transfer's row. */
int transfer_apply (dcpipe_lookup *lookup, dcpipe_rows *rows, const struct transfer *transfer);

#endif
