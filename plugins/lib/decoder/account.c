/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decoder/account.h"

#include <stdlib.h>

#include "bytes/cleanup.h"
#include "decoder/identity.h"
#include "ic/account.h"

/* Subaccounts are of any length; those that anybody uses have keys that fit here. */
#define KEY_ON_STACK 256

static void
set_icrc1 (dcpipe_row *row, size_t column, const struct ledger_account *account)
{
  char text[IC_ACCOUNT_TEXT_SIZE];
  struct ic_principal owner;
  size_t size;

  if (account->has_subaccount && account->subaccount.size != IC_SUBACCOUNT_SIZE)
    return;
  if (!ic_principal_set (&owner, account->owner.data, account->owner.size))
    return;
  size = ic_account_text (text, &owner, account->has_subaccount ? account->subaccount.data : NULL);
  dcpipe_set_text (row, column, text, size);
}

void
account_set_parts (dcpipe_row *row, size_t owner, size_t subaccount, const struct ledger_account *account)
{
  identity_set_text (row, owner, account->owner);
  if (account->has_subaccount)
    dcpipe_set_hex (row, subaccount, account->subaccount.data, account->subaccount.size);
}

void
account_set (dcpipe_row *row, size_t first, const struct ledger_account *account)
{
  set_icrc1 (row, first, account);
  account_set_parts (row, first + 1, first + 2, account);
}

bool
account_set_key (dcpipe_row *row, size_t column, const struct ledger_account *account)
{
  const struct bytes owner = account->owner, subaccount = account->subaccount;
  char buffer[KEY_ON_STACK], *key = buffer;
  CLEANUP_FREE char *memory = NULL;
  size_t size = 2 * owner.size + 1 + 2 * subaccount.size;

  if (size >= sizeof buffer) {
    key = memory = malloc (size + 1);
    if (memory == NULL) {
      dcpipe_error ("no memory for an account with a subaccount of %zu bytes", subaccount.size);
      return false;
    }
  }
  hex_encode (key, owner.data, owner.size);
  key[2 * owner.size] = '.';
  hex_encode (key + 2 * owner.size + 1, subaccount.data, subaccount.size);
  dcpipe_set_text (row, column, key, size);
  return true;
}
