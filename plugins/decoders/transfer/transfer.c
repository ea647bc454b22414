/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers of tokens: the tables token_transfers, token_balances and registered_principals.
 *
 *     decode (payload.c): read the transfer, emit its row, leave a note
 *     resolve (balance.c): move the tokens, and complete the row */
#include "config.h"

#include "balance.h"
#include "dcledger/ed25519ph.h"
#include "decoder/columns.h"
#include "decoder/identity.h"
#include "decoder/payload.h"
#include "payload.h"
#include "tables.h"

/* Registrations tell which public key stands behind an account. They are optional: without them transfers
 * tell no public keys. */
enum { DC_TOKEN_TRANSFER, PROV_REGISTER, USER_REGISTER, NP_REGISTER };

static const struct dcpipe_label labels[] = {
  [DC_TOKEN_TRANSFER] = { .name = "DCTokenTransfer" },
  [PROV_REGISTER] = { .name = "ProvRegister" },
  [USER_REGISTER] = { .name = "UserRegister" },
  [NP_REGISTER] = { .name = "NPRegister" },
};

/* Without libsodium nobody decodes registrations, and the length has to tell. */
static bool
is_key (struct bytes key)
{
#ifdef HAVE_SODIUM
  return ledger_ed25519_is_key (key);
#else
  return key.size == LEDGER_PUBKEY_SIZE;
#endif
}

/* That something is no public key is for the decoder of registrations to say. A principal is that of its key
 * whether or not the signature is valid. */
static void
add_principal (dcpipe_rows *rows, struct bytes key)
{
  dcpipe_row *row;

  if (!is_key (key))
    return;
  row = dcpipe_row_add (rows, PRINCIPALS, DCPIPE_INSERT);
  identity_set_principal (row, PRINCIPAL_PRINCIPAL, key);
  payload_set_hex (row, PRINCIPAL_PUBKEY, key);
}

/* Registrations come here as well, for the keys behind principals. */
static int
transfer_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct transfer transfer;

  (void) handle;
  if (dcpipe_entry_deleted (entry))
    return DCPIPE_OK;
  if (dcpipe_rows_label (rows) != DC_TOKEN_TRANSFER) {
    add_principal (rows, payload_bytes (dcpipe_entry_key (entry)));
    return DCPIPE_OK;
  }
  if (!transfer_read (payload_bytes (dcpipe_entry_value (entry)), &transfer, rows))
    return DCPIPE_OK;
  if (!transfer_add (rows, entry, &transfer))
    return DCPIPE_FAIL;
  transfer_note (rows, &transfer);
  return DCPIPE_OK;
}

static int
transfer_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  (void) handle;
  (void) entry;
  return transfer_apply (lookup, rows, dcpipe_lookup_note (lookup, NULL));
}

static const struct dcpipe_decoder transfer_decoder = {
  .name = "transfer",
  .version = PACKAGE_VERSION,
  .description = "decodes transfers of tokens, and keeps the balances",
  .license = "Apache-2.0",
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (transfer_tables),
  .row_format = 1,
  .decode = transfer_decode,
  .resolve = transfer_resolve,
};
DCPIPE_REGISTER_DECODER (transfer_decoder)
