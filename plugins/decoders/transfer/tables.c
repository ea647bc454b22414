/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers as a log, balances and registered principals as tables that are folded from it. */
#include "config.h"

#include "tables.h"

#include "decoder/account.h"
#include "decoder/columns.h"

static const struct dcpipe_column transfer_columns[] = {
  [TRANSFER_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [TRANSFER_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [TRANSFER_TX_ID] =
      COLUMN ("tx_id", DCPIPE_TEXT, "The id of the transfer, computed from its content, in hexadecimal."),
  [TRANSFER_KEY_MATCHES] = COLUMN ("key_matches", DCPIPE_BOOL, "Whether the entry's key is that id."),
  [TRANSFER_FROM_PUBKEY] =
      COLUMN ("from_pubkey", DCPIPE_TEXT,
              "The public key of the payer, in lower-case hexadecimal, if it had registered by then "
              "and this decoder takes the labels of registrations; null otherwise."),
  [TRANSFER_TO_PUBKEY] = COLUMN ("to_pubkey", DCPIPE_TEXT, "The public key of the payee, as from_pubkey."),
  [TRANSFER_FROM] = ACCOUNT_TEXT ("from", "that pays"),
  [TRANSFER_FROM_OWNER] = ACCOUNT_OWNER ("from", "that pays"),
  [TRANSFER_FROM_SUBACCOUNT] = ACCOUNT_SUBACCOUNT ("from", "that pays"),
  [TRANSFER_TO] = ACCOUNT_TEXT ("to", "that is paid"),
  [TRANSFER_TO_OWNER] = ACCOUNT_OWNER ("to", "that is paid"),
  [TRANSFER_TO_SUBACCOUNT] = ACCOUNT_SUBACCOUNT ("to", "that is paid"),
  [TRANSFER_AMOUNT] = COLUMN ("amount", DCPIPE_U64, "What is paid, in e9s."),
  [TRANSFER_FEE] =
      COLUMN ("fee", DCPIPE_U64, "What is burned beside it, in e9s; null if the transfer names none."),
  [TRANSFER_FEES_ACCOUNTS] =
      COLUMN ("fees_accounts", DCPIPE_JSON,
              "The accounts named for the fee, which get nothing: objects with owner and "
              "subaccount; null if there is no list."),
  [TRANSFER_MEMO] = COLUMN ("memo", DCPIPE_TEXT, "The memo as text; null if it is no text."),
  [TRANSFER_MEMO_DATA] = COLUMN ("memo_data", DCPIPE_BLOB, "The memo's bytes."),
  [TRANSFER_CREATED_AT_TIME] = COLUMN ("created_at_time", DCPIPE_U64,
                                       "When the payer says he made it, in nanoseconds since 1970 UTC; null "
                                       "if not said."),
  [TRANSFER_FROM_AFTER] = COLUMN ("balance_from_after", DCPIPE_U64,
                                  "What the writer says that the payer had left, in e9s; not relied on."),
  [TRANSFER_TO_AFTER] = COLUMN ("balance_to_after", DCPIPE_U64,
                                "What the writer says that the payee had then, in e9s; not relied on."),
  [TRANSFER_APPLIED] =
      COLUMN ("applied", DCPIPE_BOOL, "Whether the tokens moved; if not, then on neither side."),
  [TRANSFER_NOT_APPLIED] = COLUMN ("not_applied", DCPIPE_TEXT, "Why they did not move; null if they did."),
  [TRANSFER_VERSION] = PAYLOAD_VERSION,
  [TRANSFER_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_index transfer_indexes[] = {
  { .name = "token_transfers_by_from_account", .columns = "from_account" },
  { .name = "token_transfers_by_to_account", .columns = "to_account" },
  { .name = "token_transfers_by_from_pubkey", .columns = "from_pubkey" },
  { .name = "token_transfers_by_to_pubkey", .columns = "to_pubkey" },
};

static const struct dcpipe_column balance_columns[] = {
  [BALANCE_ACCOUNT] =
      KEY_COLUMN (1, "account", DCPIPE_TEXT,
                  "The account: its owner in hexadecimal, a dot, its subaccount in hexadecimal. A "
                  "subaccount of 32 zeros is another account than none, and so is one of no bytes, "
                  "which is a second dot."),
  [BALANCE_OWNER] = COLUMN ("owner", DCPIPE_TEXT, "The principal that owns the account."),
  [BALANCE_SUBACCOUNT] = COLUMN ("subaccount", DCPIPE_TEXT,
                                 "The subaccount as stored, in lower-case hexadecimal; null for the main "
                                 "account."),
  [BALANCE_BALANCE] = COLUMN ("balance", DCPIPE_U64, "What the account holds, in e9s."),
  [BALANCE_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [BALANCE_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [BALANCE_CREATED_AT] = CREATED_AT,
  [BALANCE_UPDATED_AT] = UPDATED_AT,
  [BALANCE_TIMESTAMP] = LAST_TIMESTAMP,
};

static const struct dcpipe_index balance_indexes[] = {
  { .name = "token_balances_by_owner", .columns = "owner" },
};

static const struct dcpipe_column principal_columns[] = {
  [PRINCIPAL_PRINCIPAL] = KEY_COLUMN (1, "principal", DCPIPE_TEXT, "The principal of the public key."),
  [PRINCIPAL_PUBKEY] = COLUMN ("pubkey", DCPIPE_TEXT, "The public key, in lower-case hexadecimal."),
  [PRINCIPAL_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [PRINCIPAL_ENTRY_INDEX] = LAST_ENTRY_INDEX,
};

const struct dcpipe_table_def transfer_tables[TRANSFER_TABLES] = {
  [TRANSFERS] = { .name = "token_transfers",
                  .columns = DCPIPE_ARRAY (transfer_columns),
                  .indexes = DCPIPE_ARRAY (transfer_indexes),
                  .flags = DCPIPE_TABLE_LOG,
                  .help = "Every transfer of tokens, minting and burning included." },
  [BALANCES] = { .name = "token_balances",
                 .columns = DCPIPE_ARRAY (balance_columns),
                 .indexes = DCPIPE_ARRAY (balance_indexes),
                 .flags = DCPIPE_TABLE_LONG_KEYS,
                 .help = "What every account holds." },
  [PRINCIPALS] = { .name = "registered_principals",
                   .columns = DCPIPE_ARRAY (principal_columns),
                   .help = "The public keys behind the principals of those who have registered." },
};
