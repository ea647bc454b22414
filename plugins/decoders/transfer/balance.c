/* SPDX-License-Identifier: Apache-2.0 */
/* Balances are computed here, transfer by transfer in the ledger's order. Those that the payload claims are
 * kept as columns and never relied on: whoever writes an entry could claim anything. */
#include "config.h"

#include "balance.h"

#include "decoder/account.h"
#include "decoder/columns.h"
#include "decoder/payload.h"
#include "tables.h"

/* ---- balances -------------------------------------------------------------------------------------- */

/* The balance, 0 for an account never heard of. DCPIPE_OK or DCPIPE_FAIL. */
static int
get_balance (dcpipe_lookup *lookup, struct bytes account, uint64_t *balance)
{
  dcpipe_row *key = dcpipe_lookup_key (lookup, BALANCES);
  const dcpipe_row *row;
  int result;

  *balance = 0;
  payload_set_text (key, BALANCE_ACCOUNT, account);
  result = dcpipe_lookup_get (lookup, key, &row);
  if (result == DCPIPE_OK)
    *balance = dcpipe_get_u64 (row, BALANCE_BALANCE);
  return result == DCPIPE_OK || result == DCPIPE_NONE ? DCPIPE_OK : DCPIPE_FAIL;
}

/* All columns, since the row may be a new one. */
static void
set_balance (dcpipe_rows *rows, int operation, struct bytes key, const struct ledger_account *account,
             const struct account_owner *owner, uint64_t balance)
{
  dcpipe_row *row = dcpipe_row_add (rows, BALANCES, operation);

  payload_set_text (row, BALANCE_ACCOUNT, key);
  account_set_owner (row, BALANCE_OWNER, owner);
  account_set_subaccount (row, BALANCE_SUBACCOUNT, account);
  dcpipe_set_u64 (row, BALANCE_BALANCE, balance);
}

static void
set_from (dcpipe_rows *rows, int operation, const struct transfer *transfer, uint64_t balance)
{
  set_balance (rows, operation, transfer->from_key, &transfer->from, &transfer->from_owner, balance);
}

/* What both sides would have then. Minting takes from nowhere and burning goes nowhere; the fee is always
 * burned. */
struct movement {
  bool from_moves, to_moves;
  uint64_t from, to;
  const char *obstacle; /* why it cannot be; NULL if it can */
};

/* In the canister's order: what is paid is taken off before what is got is added, so that a transfer to
 * oneself costs the fee and nothing else. */
static void
compute (struct movement *movement, const struct transfer *transfer)
{
  uint64_t cost;

  if (movement->from_moves) {
    if (__builtin_add_overflow (transfer->amount, transfer->fee, &cost) || cost > movement->from) {
      movement->obstacle = "insufficient funds";
      return;
    }
    movement->from -= cost;
    if (movement->to_moves && ledger_account_equal (&transfer->from, &transfer->to)) {
      movement->to = movement->from;
      movement->from_moves = false;
    }
  }
  /* The canister's own code stops at the largest number, too: what goes beyond it is lost to the receiver. */
  if (movement->to_moves && __builtin_add_overflow (movement->to, transfer->amount, &movement->to))
    movement->to = UINT64_MAX;
}

/* ---- public keys ----------------------------------------------------------------------------------- */

static void
set_pubkey (dcpipe_row *target, size_t column, const dcpipe_row *found)
{
  struct dcpipe_bytes pubkey;

  if (found == NULL)
    return;
  pubkey = dcpipe_get_bytes (found, PRINCIPAL_PUBKEY);
  dcpipe_set_text (target, column, pubkey.data, pubkey.size);
}

/* The row that tells the owner's key, or NULL. DCPIPE_OK or DCPIPE_FAIL. Registrations are optional, and
 * may come later in the ledger: then the column stays null. */
static int
find_pubkey (dcpipe_lookup *lookup, const struct account_owner *owner, const dcpipe_row **row)
{
  dcpipe_row *key = dcpipe_lookup_key (lookup, PRINCIPALS);
  int result;

  account_set_owner (key, PRINCIPAL_PRINCIPAL, owner);
  result = dcpipe_lookup_get (lookup, key, row);
  return result == DCPIPE_OK || result == DCPIPE_NONE ? DCPIPE_OK : DCPIPE_FAIL;
}

/* ---- the transfer ---------------------------------------------------------------------------------- */

static int
complete_row (dcpipe_lookup *lookup, dcpipe_rows *rows, const struct transfer *transfer, const char *obstacle)
{
  const dcpipe_row *from, *to;
  dcpipe_row *row;

  if (find_pubkey (lookup, &transfer->from_owner, &from) != DCPIPE_OK
      || find_pubkey (lookup, &transfer->to_owner, &to) != DCPIPE_OK)
    return DCPIPE_FAIL;
  row = dcpipe_row_add (rows, TRANSFERS, DCPIPE_UPDATE);
  set_pubkey (row, TRANSFER_FROM_PUBKEY, from);
  set_pubkey (row, TRANSFER_TO_PUBKEY, to);
  dcpipe_set_bool (row, TRANSFER_APPLIED, obstacle == NULL);
  dcpipe_set_string (row, TRANSFER_NOT_APPLIED, obstacle);
  return DCPIPE_OK;
}

/* The transfer's row is there already, from decode; what depends on earlier entries is added to it here. */
int
transfer_apply (dcpipe_lookup *lookup, dcpipe_rows *rows, const struct transfer *transfer)
{
  struct movement movement = { .from_moves = !ledger_account_is_minting (&transfer->from),
                               .to_moves = !ledger_account_is_minting (&transfer->to) };
  int result = DCPIPE_OK;

  if (movement.from_moves)
    result = get_balance (lookup, transfer->from_key, &movement.from);
  if (result == DCPIPE_OK && movement.to_moves)
    result = get_balance (lookup, transfer->to_key, &movement.to);
  if (result != DCPIPE_OK)
    return result;
  compute (&movement, transfer);
  result = complete_row (lookup, rows, transfer, movement.obstacle);
  if (result != DCPIPE_OK)
    return result;
  /* Whoever tried to pay is known from then on, with nothing. */
  if (movement.from_moves && movement.obstacle != NULL)
    set_from (rows, DCPIPE_INSERT, transfer, 0);
  if (movement.obstacle != NULL)
    return DCPIPE_OK;
  if (movement.from_moves)
    set_from (rows, DCPIPE_UPSERT, transfer, movement.from);
  if (movement.to_moves)
    set_balance (rows, DCPIPE_UPSERT, transfer->to_key, &transfer->to, &transfer->to_owner, movement.to);
  return DCPIPE_OK;
}
