/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tables.h"

#include <nettle/sha2.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "ic/principal/principal.h"

enum { PENDING_PLACE, PENDING_LABEL, PENDING_KEY, PENDING_VALUE };
enum { LISTED_CONTENT, LISTED_LABEL, LISTED_KEY, LISTED_VALUE };

static const struct dcpipe_column pending_columns[] = {
  [PENDING_PLACE] = { "place", DCPIPE_U64, 1, 0, 0, "among the uncommitted entries, from 0" },
  [PENDING_LABEL] = { "label", DCPIPE_TEXT, 0, 0, 0, "the entry's label" },
  [PENDING_KEY] = { "key", DCPIPE_TEXT, 0, 0, 0, "the entry's key, hexadecimal" },
  [PENDING_VALUE] = { "value", DCPIPE_BLOB, 0, 0, 0, "the entry's value" },
};

static const struct dcpipe_column entry_columns[] = {
  [LISTED_CONTENT] = { "content_hash", DCPIPE_TEXT, 1, 0, 0, "SHA-256 of label, key and value" },
  [LISTED_LABEL] = { "label", DCPIPE_TEXT, 0, 0, 0, "the entry's label" },
  [LISTED_KEY] = { "key", DCPIPE_TEXT, 0, 0, 0, "the entry's key, hexadecimal" },
  [LISTED_VALUE] = { "value", DCPIPE_BLOB, 0, 0, 0, "the entry's value" },
};

enum {
  TRANSACTION_CONTENT,
  TRANSACTION_KIND,
  TRANSACTION_TIME,
  TRANSACTION_TIME_NS,
  TRANSACTION_FROM_OWNER,
  TRANSACTION_FROM_SUBACCOUNT,
  TRANSACTION_TO_OWNER,
  TRANSACTION_TO_SUBACCOUNT,
  TRANSACTION_SPENDER_OWNER,
  TRANSACTION_SPENDER_SUBACCOUNT,
  TRANSACTION_AMOUNT,
  TRANSACTION_FEE,
  TRANSACTION_EXPECTED_ALLOWANCE,
  TRANSACTION_MEMO,
  TRANSACTION_CREATED_AT_TIME,
  TRANSACTION_EXPIRES_AT
};

static const struct dcpipe_column transaction_columns[] = {
  [TRANSACTION_CONTENT] = { "content_hash", DCPIPE_TEXT, 1, 0, 0, "SHA-256 of the columns that follow" },
  [TRANSACTION_KIND] = { "kind", DCPIPE_TEXT, 0, 0, 0, "mint, burn, transfer, approve" },
  [TRANSACTION_TIME] = { "created_at", DCPIPE_TIME, 0, 0, 0, "when, as the canister tells" },
  [TRANSACTION_TIME_NS] = { "icp_timestamp", DCPIPE_U64, 0, 0, 0, "the same in ns since 1970" },
  [TRANSACTION_FROM_OWNER] = { "from_owner", DCPIPE_TEXT, 0, 0, 0, "principal who pays" },
  [TRANSACTION_FROM_SUBACCOUNT] = { "from_subaccount", DCPIPE_TEXT, 0, 0, 0, "hexadecimal, or null" },
  [TRANSACTION_TO_OWNER] = { "to_owner", DCPIPE_TEXT, 0, 0, 0, "principal who is paid" },
  [TRANSACTION_TO_SUBACCOUNT] = { "to_subaccount", DCPIPE_TEXT, 0, 0, 0, "hexadecimal, or null" },
  [TRANSACTION_SPENDER_OWNER] = { "spender_owner", DCPIPE_TEXT, 0, 0, 0, "principal who may spend, or did" },
  [TRANSACTION_SPENDER_SUBACCOUNT] = { "spender_subaccount", DCPIPE_TEXT, 0, 0, 0, "hexadecimal, or null" },
  [TRANSACTION_AMOUNT] = { "amount", DCPIPE_DECIMAL, 0, 0, 0, "in the token's smallest unit" },
  [TRANSACTION_FEE] = { "fee", DCPIPE_DECIMAL, 0, 0, 0, "in the token's smallest unit" },
  [TRANSACTION_EXPECTED_ALLOWANCE] = { "expected_allowance", DCPIPE_DECIMAL, 0, 0, 0, "of an approval" },
  [TRANSACTION_MEMO] = { "memo", DCPIPE_TEXT, 0, 0, 0, "hexadecimal" },
  [TRANSACTION_CREATED_AT_TIME] = { "created_at_time", DCPIPE_U64, 0, 0, 0, "the sender's time, ns" },
  [TRANSACTION_EXPIRES_AT] = { "expires_at", DCPIPE_U64, 0, 0, 0, "end of an approval, ns" },
};

const struct dcpipe_table_def icp_tables[ICP_TABLES] = {
  [TABLE_PENDING] = { .name = "pending_entries",
                      .columns = DCPIPE_ARRAY (pending_columns),
                      .help = "entries not yet in a block, as they were at the last look (pending = yes)" },
  [TABLE_LISTED_ENTRIES] = { .name = "listed_entries",
                             .columns = DCPIPE_ARRAY (entry_columns),
                             .help = "entries listed without positions (method = ledger_entries)" },
  [TABLE_LISTED_TRANSACTIONS] = { .name = "listed_transactions",
                                  .columns = DCPIPE_ARRAY (transaction_columns),
                                  .help =
                                      "transactions listed without positions (method = get_transactions)" },
};

/* ---- content -------------------------------------------------------------------------------------- */

/* Each part is hashed behind its length, so that no two contents are alike by chance of cutting. */
static void
add_part (struct sha256_ctx *context, struct bytes part)
{
  uint8_t length[8];

  store_be64 (length, part.size);
  sha256_update (context, sizeof length, length);
  sha256_update (context, part.size, part.data);
}

void
table_entry_hash (uint8_t hash[CONTENT_SIZE], const struct listed_entry *entry)
{
  struct sha256_ctx context;

  sha256_init (&context);
  add_part (&context, entry->label);
  add_part (&context, entry->key);
  add_part (&context, entry->value);
  sha256_digest (&context, CONTENT_SIZE, hash);
}

/* ---- entries -------------------------------------------------------------------------------------- */

/* The columns of both tables have the same order. */
static void
set_entry (dcpipe_row *row, const struct listed_entry *entry)
{
  dcpipe_set_text (row, PENDING_LABEL, entry->label.data, entry->label.size);
  dcpipe_set_hex (row, PENDING_KEY, entry->key.data, entry->key.size);
  dcpipe_set_blob (row, PENDING_VALUE, entry->value.data, entry->value.size);
}

void
table_pending_put (dcpipe_rows *rows, uint64_t place, const struct listed_entry *entry)
{
  dcpipe_row *row = dcpipe_row_add (rows, TABLE_PENDING, DCPIPE_UPSERT);

  dcpipe_set_u64 (row, PENDING_PLACE, place);
  set_entry (row, entry);
}

void
table_pending_remove (dcpipe_rows *rows, uint64_t place)
{
  dcpipe_set_u64 (dcpipe_row_add (rows, TABLE_PENDING, DCPIPE_DELETE), PENDING_PLACE, place);
}

void
table_pending_clear (dcpipe_rows *rows)
{
  dcpipe_row_add (rows, TABLE_PENDING, DCPIPE_DELETE);
}

void
table_list_entry (dcpipe_rows *rows, const struct listed_entry *entry)
{
  dcpipe_row *row = dcpipe_row_add (rows, TABLE_LISTED_ENTRIES, DCPIPE_INSERT);
  uint8_t hash[CONTENT_SIZE];

  table_entry_hash (hash, entry);
  dcpipe_set_hex (row, LISTED_CONTENT, hash, sizeof hash);
  set_entry (row, entry);
}

/* ---- transactions --------------------------------------------------------------------------------- */

/* A row in the making, and the hash of what was put into it. */
struct making {
  dcpipe_row *row;
  struct sha256_ctx context;
};

/* Absent parts are told from empty ones. */
static void
add_presence (struct making *making, bool present)
{
  uint8_t byte = present;

  sha256_update (&making->context, 1, &byte);
}

/* A number of more digits than anybody would compute stays null. */
static void
put_number (struct making *making, size_t column, const struct ic_candid_value *value)
{
  CLEANUP_FREE char *digits = value != NULL ? ic_candid_digits (value, NULL) : NULL;

  add_presence (making, value != NULL);
  if (digits == NULL)
    return;
  add_part (&making->context, (struct bytes){ (const uint8_t *) digits, strlen (digits) });
  dcpipe_set_decimal (making->row, column, digits, strlen (digits));
}

static void
put_u64 (struct making *making, size_t column, const uint64_t *value)
{
  uint8_t bytes[8];

  add_presence (making, value != NULL);
  if (value == NULL)
    return;
  store_be64 (bytes, *value);
  sha256_update (&making->context, sizeof bytes, bytes);
  dcpipe_set_u64 (making->row, column, *value);
}

static void
put_hex (struct making *making, size_t column, bool present, struct bytes bytes)
{
  add_presence (making, present);
  if (!present)
    return;
  add_part (&making->context, bytes);
  dcpipe_set_hex (making->row, column, bytes.data, bytes.size);
}

/* The owner's column, and the subaccount's behind it. */
static void
put_account (struct making *making, size_t column, const struct transaction_account *account)
{
  char text[IC_PRINCIPAL_TEXT_SIZE];
  struct ic_principal owner;

  add_presence (making, account->known);
  if (!account->known)
    return;
  add_part (&making->context, account->owner);
  if (ic_principal_set (&owner, account->owner.data, account->owner.size))
    dcpipe_set_text (making->row, column, text, ic_principal_text (&owner, text));
  put_hex (making, column + 1, account->has_subaccount, account->subaccount);
}

static const uint64_t *
number_of (const struct ic_candid_value *value)
{
  return value != NULL ? &value->nat : NULL;
}

void
table_list_transaction (dcpipe_rows *rows, const struct transaction *transaction)
{
  struct making making = { .row = dcpipe_row_add (rows, TABLE_LISTED_TRANSACTIONS, DCPIPE_INSERT) };
  uint8_t hash[CONTENT_SIZE];

  sha256_init (&making.context);
  add_part (&making.context, transaction->kind);
  dcpipe_set_text (making.row, TRANSACTION_KIND, transaction->kind.data, transaction->kind.size);
  dcpipe_set_time (making.row, TRANSACTION_TIME, transaction->timestamp);
  put_u64 (&making, TRANSACTION_TIME_NS, &transaction->timestamp);
  put_account (&making, TRANSACTION_FROM_OWNER, &transaction->from);
  put_account (&making, TRANSACTION_TO_OWNER, &transaction->to);
  put_account (&making, TRANSACTION_SPENDER_OWNER, &transaction->spender);
  put_number (&making, TRANSACTION_AMOUNT, transaction->amount);
  put_number (&making, TRANSACTION_FEE, transaction->fee);
  put_number (&making, TRANSACTION_EXPECTED_ALLOWANCE, transaction->expected_allowance);
  put_hex (&making, TRANSACTION_MEMO, transaction->memo != NULL,
           transaction->memo != NULL ? transaction->memo->bytes : (struct bytes){ NULL, 0 });
  put_u64 (&making, TRANSACTION_CREATED_AT_TIME, number_of (transaction->created_at_time));
  put_u64 (&making, TRANSACTION_EXPIRES_AT, number_of (transaction->expires_at));
  sha256_digest (&making.context, sizeof hash, hash);
  dcpipe_set_hex (making.row, TRANSACTION_CONTENT, hash, sizeof hash);
}
