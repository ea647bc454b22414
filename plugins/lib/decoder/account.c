/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decoder/account.h"

#include <stdlib.h>

#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "ic/principal/account.h"

/* Subaccounts are of any length; those that anybody uses have keys that fit here. */
#define KEY_ON_STACK 256

/* Text is made here, once for all columns of an entry: a checksum and Base32 are the costliest thing about
 * an account. */
struct account_owner
account_owner (const struct ledger_account *account)
{
  struct account_owner owner;
  struct ic_principal principal = { 0 };

  ic_principal_set (&principal, account->owner.data, account->owner.size);
  owner.size = (uint8_t) ic_principal_text (&principal, owner.text);
  return owner;
}

void
account_set_owner (dcpipe_row *row, size_t column, const struct account_owner *owner)
{
  dcpipe_set_text (row, column, owner->text, owner->size);
}

/* As stored, even where it is no subaccount that ICRC-1 knows: the balance table keeps such accounts apart.
 */
void
account_set_subaccount (dcpipe_row *row, size_t column, const struct ledger_account *account)
{
  if (account->has_subaccount)
    dcpipe_set_hex (row, column, account->subaccount.data, account->subaccount.size);
}

/* Most accounts have no subaccount, and then the owner's text is all. */
static void
set_icrc1 (dcpipe_row *row, size_t column, const struct ledger_account *account,
           const struct account_owner *owner)
{
  char text[IC_ACCOUNT_TEXT_SIZE];
  struct ic_principal principal = { 0 };
  size_t size;

  if (!account->has_subaccount) {
    account_set_owner (row, column, owner);
    return;
  }
  if (account->subaccount.size != IC_SUBACCOUNT_SIZE)
    return;
  ic_principal_set (&principal, account->owner.data, account->owner.size);
  size = ic_account_text (text, &principal, account->subaccount.data);
  dcpipe_set_text (row, column, text, size);
}

void
account_set (dcpipe_row *row, size_t first, const struct ledger_account *account,
             const struct account_owner *owner)
{
  set_icrc1 (row, first, account, owner);
  account_set_owner (row, first + 1, owner);
  account_set_subaccount (row, first + 2, account);
}

/* A subaccount of no bytes is another one than none. */
static bool
is_empty (const struct ledger_account *account)
{
  return account->has_subaccount && account->subaccount.size == 0;
}

size_t
account_key_size (const struct ledger_account *account)
{
  return 2 * account->owner.size + 1 + (is_empty (account) ? 1 : 2 * account->subaccount.size);
}

/* Not the text of ICRC-1, which has none for subaccounts of other lengths, and one for two accounts of the
 * ledger. */
void
account_key (const struct ledger_account *account, char *text)
{
  hex_encode (text, account->owner.data, account->owner.size);
  text += 2 * account->owner.size;
  *text++ = '.';
  if (is_empty (account))
    memcpy (text, ".", sizeof ".");
  else
    hex_encode (text, account->subaccount.data, account->subaccount.size);
}

/* On the stack for all accounts that anybody has; the payload may name any. */
bool
account_set_key (dcpipe_row *row, size_t column, const struct ledger_account *account)
{
  char buffer[KEY_ON_STACK], *key = buffer;
  CLEANUP_FREE char *memory = NULL;
  size_t size = account_key_size (account);

  if (size >= sizeof buffer) {
    key = memory = malloc (size + 1);
    if (memory == NULL) {
      dcpipe_error ("no memory for an account with a subaccount of %zu bytes", account->subaccount.size);
      return false;
    }
  }
  account_key (account, key);
  dcpipe_set_text (row, column, key, size);
  return true;
}
