/* SPDX-License-Identifier: Apache-2.0 */
/* All that can be told of a transfer without knowing any other entry; this runs on several threads at once.
 */
#include "config.h"

#include "payload.h"

#include <assert.h>
#include <nettle/sha2.h>

#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "decoder/account.h"
#include "decoder/columns.h"
#include "decoder/payload.h"
#include "tables.h"

/* ---- reading --------------------------------------------------------------------------------------- */

/* The list of accounts is passed over and read again when it is written: no memory is taken for a count
 * that a payload only claims. */
bool
transfer_read (struct bytes value, struct transfer *transfer, dcpipe_rows *rows)
{
  struct borsh in = payload_over (value);

  *transfer = (struct transfer){ 0 };
  transfer->from = ledger_account_read (&in);
  transfer->to = ledger_account_read (&in);
  transfer->has_fee = borsh_option (&in);
  transfer->fee = transfer->has_fee ? borsh_u64 (&in) : 0;
  transfer->has_fees_accounts = borsh_option (&in);
  transfer->fees_accounts = transfer->has_fees_accounts ? borsh_u32 (&in) : 0;
  transfer->first_fees_account = in;
  for (uint32_t i = 0; i < transfer->fees_accounts && in.error == BORSH_OK; i++)
    ledger_account_read (&in);
  transfer->has_created_at = borsh_option (&in);
  transfer->created_at = transfer->has_created_at ? borsh_u64 (&in) : 0;
  transfer->memo = borsh_bytes (&in);
  transfer->amount = borsh_u64 (&in);
  transfer->from_after = borsh_u64 (&in);
  transfer->to_after = borsh_u64 (&in);
  if (!payload_finish (&in, rows, PAYLOAD_OUTER, "transfer"))
    return false;
  transfer->from_owner = account_owner (&transfer->from);
  transfer->to_owner = account_owner (&transfer->to);
  return true;
}

/* ---- the id ---------------------------------------------------------------------------------------- */

/* An absent subaccount is hashed as zeros, as the canister does it. */
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

/* Big-endian in the hash, though little-endian in the payload. */
static void
hash_number (struct sha256_ctx *hash, uint64_t number)
{
  uint8_t bytes[8];

  store_be64 (bytes, number);
  sha256_update (hash, sizeof bytes, bytes);
}

/* In the order in which the canister hashes a transfer, which is not that of the payload. */
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
  dcpipe_set_bool (row, TRANSFER_KEY_MATCHES, bytes_equal (key, (struct bytes){ id, sizeof id }));
}

/* ---- the row --------------------------------------------------------------------------------------- */

/* What one account takes at most, its subaccount aside. */
#define ACCOUNT_JSON (sizeof "{\"owner\":\"\",\"subaccount\":null}," + IC_PRINCIPAL_TEXT_SIZE)

static size_t
json_size (const struct transfer *transfer)
{
  struct borsh in = transfer->first_fees_account;
  size_t size = sizeof "[]";

  for (uint32_t i = 0; i < transfer->fees_accounts; i++)
    size += ACCOUNT_JSON + 2 * ledger_account_read (&in).subaccount.size;
  return size;
}

static char *
put (char *out, const char *text, size_t size)
{
  memcpy (out, text, size);
  return out + size;
}

#define PUT(out, literal) put (out, literal, sizeof literal - 1)

/* Owners and hexadecimal digits need no escapes, so the text is put together as it is. */
static char *
put_account (char *out, const struct ledger_account *account)
{
  struct account_owner owner = account_owner (account);

  out = PUT (out, "{\"owner\":\"");
  out = put (out, owner.text, owner.size);
  if (!account->has_subaccount)
    return PUT (out, "\",\"subaccount\":null}");
  out = PUT (out, "\",\"subaccount\":\"");
  hex_encode (out, account->subaccount.data, account->subaccount.size);
  return PUT (out + 2 * account->subaccount.size, "\"}");
}

/* By hand and into memory of the right size: lists may be long, and this runs for each transfer. */
static bool
set_fees_accounts (dcpipe_row *row, const struct transfer *transfer)
{
  struct borsh in = transfer->first_fees_account;
  size_t size = json_size (transfer);
  CLEANUP_FREE char *text = NULL;
  char *out;

  if (!transfer->has_fees_accounts)
    return true;
  text = malloc (size);
  if (text == NULL) {
    dcpipe_error ("no memory for a list of %u accounts", (unsigned) transfer->fees_accounts);
    return false;
  }
  out = PUT (text, "[");
  for (uint32_t i = 0; i < transfer->fees_accounts; i++) {
    struct ledger_account account = ledger_account_read (&in);

    if (i > 0)
      *out++ = ',';
    out = put_account (out, &account);
  }
  out = PUT (out, "]");
  assert ((size_t) (out - text) <= size);
  dcpipe_set_json (row, TRANSFER_FEES_ACCOUNTS, text, (size_t) (out - text));
  return true;
}

/* What the writer says of balances is kept as he said it; balances of our own are computed from all
 * transfers. */
bool
transfer_add (dcpipe_rows *rows, const dcpipe_entry *entry, const struct transfer *transfer)
{
  dcpipe_row *row = dcpipe_row_add (rows, TRANSFERS, DCPIPE_INSERT);

  set_id (row, payload_bytes (dcpipe_entry_key (entry)), transfer);
  account_set (row, TRANSFER_FROM, &transfer->from, &transfer->from_owner);
  account_set (row, TRANSFER_TO, &transfer->to, &transfer->to_owner);
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

/* ---- the note -------------------------------------------------------------------------------------- */

static struct bytes
key_of (const struct ledger_account *account, char *text)
{
  account_key (account, text);
  return (struct bytes){ (const uint8_t *) text, account_key_size (account) };
}

/* The keys are made here, since this runs on several threads at once, and stand behind the transfer. */
void
transfer_note (dcpipe_rows *rows, const struct transfer *transfer)
{
  size_t from = account_key_size (&transfer->from) + 1, to = account_key_size (&transfer->to) + 1;
  struct transfer *note = dcpipe_rows_note (rows, sizeof *note + from + to);

  if (note == NULL)
    return;
  *note = *transfer;
  note->from_key = key_of (&transfer->from, (char *) (note + 1));
  note->to_key = key_of (&transfer->to, (char *) (note + 1) + from);
}
