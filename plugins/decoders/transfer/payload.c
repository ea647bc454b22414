/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "transfer.h"

#include <jansson.h>
#include <nettle/sha2.h>

#include "bytes/cleanup.h"
#include "decoder/account.h"
#include "decoder/columns.h"
#include "decoder/payload.h"
#include "ic/principal.h"

/* ---- reading --------------------------------------------------------------------------------------- */

/* The length of an owner, and an option. */
#define ACCOUNT_LEAST (4 + 1)

bool
transfer_read (struct bytes value, struct transfer *transfer, dcpipe_rows *rows)
{
  struct borsh in = borsh_over (value);

  *transfer = (struct transfer) { 0 };
  borsh_variant (&in, 1);
  transfer->from = ledger_account_read (&in);
  transfer->to = ledger_account_read (&in);
  transfer->has_fee = borsh_option (&in);
  transfer->fee = transfer->has_fee ? borsh_u64 (&in) : 0;
  transfer->has_fees_accounts = borsh_option (&in);
  transfer->fees_accounts = transfer->has_fees_accounts ? borsh_count (&in, ACCOUNT_LEAST) : 0;
  transfer->first_fees_account = in;
  for (uint32_t i = 0; i < transfer->fees_accounts && in.error == BORSH_OK; i++)
    ledger_account_read (&in);
  transfer->has_created_at = borsh_option (&in);
  transfer->created_at = transfer->has_created_at ? borsh_u64 (&in) : 0;
  transfer->memo = borsh_bytes (&in);
  transfer->amount = borsh_u64 (&in);
  transfer->from_after = borsh_u64 (&in);
  transfer->to_after = borsh_u64 (&in);
  return payload_finish (&in, rows, PAYLOAD_OUTER, "transfer");
}

/* ---- the id ---------------------------------------------------------------------------------------- */

static void
hash_account (struct sha256_ctx *hash, const struct ledger_account *account)
{
  static const uint8_t zeros[LEDGER_SUBACCOUNT_SIZE];

  sha256_update (hash, account->owner.size, account->owner.data);
  if (account->has_subaccount)
    sha256_update (hash, account->subaccount.size, account->subaccount.data);
  else
    sha256_update (hash, sizeof zeros, zeros);
}

static void
hash_number (struct sha256_ctx *hash, uint64_t number)
{
  uint8_t bytes[8];

  store_be64 (bytes, number);
  sha256_update (hash, sizeof bytes, bytes);
}

static void
set_id (dcpipe_row *row, struct bytes key, const struct transfer *transfer)
{
  uint8_t id[SHA256_DIGEST_SIZE];
  struct sha256_ctx hash;

  sha256_init (&hash);
  hash_account (&hash, &transfer->from);
  hash_account (&hash, &transfer->to);
  hash_number (&hash, transfer->amount);
  if (transfer->has_fee)
    hash_number (&hash, transfer->fee);
  sha256_update (&hash, transfer->memo.size, transfer->memo.data);
  if (transfer->has_created_at)
    hash_number (&hash, transfer->created_at);
  sha256_digest (&hash, sizeof id, id);
  dcpipe_set_hex (row, TRANSFER_TX_ID, id, sizeof id);
  dcpipe_set_bool (row, TRANSFER_KEY_MATCHES, bytes_equal (key, (struct bytes) { id, sizeof id }));
}

/* ---- the row --------------------------------------------------------------------------------------- */

/* {"owner":…,"subaccount":…}, or NULL when memory is short. */
static json_t *
account_json (const struct ledger_account *account)
{
  char owner_text[IC_PRINCIPAL_TEXT_SIZE];
  struct ic_principal owner = { 0 };
  CLEANUP_FREE char *subaccount = NULL;

  ic_principal_set (&owner, account->owner.data, account->owner.size);
  ic_principal_text (&owner, owner_text);
  if (account->has_subaccount) {
    subaccount = malloc (2 * account->subaccount.size + 1);
    if (subaccount == NULL)
      return NULL;
    hex_encode (subaccount, account->subaccount.data, account->subaccount.size);
  }
  return json_pack ("{s:s, s:s?}", "owner", owner_text, "subaccount", subaccount);
}

static bool
set_fees_accounts (dcpipe_row *row, const struct transfer *transfer)
{
  struct borsh in = transfer->first_fees_account;
  json_t *array;
  CLEANUP_FREE char *text = NULL;

  if (!transfer->has_fees_accounts)
    return true;
  array = json_array ();
  for (uint32_t i = 0; i < transfer->fees_accounts; i++) {
    struct ledger_account account = ledger_account_read (&in);

    json_array_append_new (array, account_json (&account));
  }
  if (json_array_size (array) == transfer->fees_accounts)
    text = json_dumps (array, JSON_COMPACT);
  json_decref (array);
  if (text == NULL) {
    dcpipe_error ("no memory for a list of %u accounts", (unsigned) transfer->fees_accounts);
    return false;
  }
  dcpipe_set_json (row, TRANSFER_FEES_ACCOUNTS, text, strlen (text));
  return true;
}

bool
transfer_add (dcpipe_rows *rows, const dcpipe_entry *entry, const struct transfer *transfer)
{
  dcpipe_row *row = dcpipe_row_add (rows, TRANSFERS, DCPIPE_INSERT);

  set_id (row, payload_bytes (dcpipe_entry_key (entry)), transfer);
  account_set (row, TRANSFER_FROM, &transfer->from);
  account_set (row, TRANSFER_TO, &transfer->to);
  dcpipe_set_u64 (row, TRANSFER_AMOUNT, transfer->amount);
  if (transfer->has_fee)
    dcpipe_set_u64 (row, TRANSFER_FEE, transfer->fee);
  payload_set_if_text (row, TRANSFER_MEMO, transfer->memo);
  dcpipe_set_blob (row, TRANSFER_MEMO_DATA, transfer->memo.data, transfer->memo.size);
  if (transfer->has_created_at)
    dcpipe_set_u64 (row, TRANSFER_CREATED_AT_TIME, transfer->created_at);
  dcpipe_set_u64 (row, TRANSFER_FROM_AFTER, transfer->from_after);
  dcpipe_set_u64 (row, TRANSFER_TO_AFTER, transfer->to_after);
  dcpipe_set_u64 (row, TRANSFER_VERSION, PAYLOAD_V1);
  return set_fees_accounts (row, transfer);
}
