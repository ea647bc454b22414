/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decoder/identity.h"

static void
set_text (dcpipe_row *row, size_t column, const struct ic_principal *principal)
{
  char text[IC_PRINCIPAL_TEXT_SIZE];
  size_t size = ic_principal_text (principal, text);

  dcpipe_set_text (row, column, text, size);
}

/* Keys of another length are in ledgers, too: entries are stored whoever signed them. */
void
identity_set_principal (dcpipe_row *row, size_t column, struct bytes key)
{
  struct ic_principal principal;

  if (key.size != 32)
    return;
  ic_principal_of_ed25519 (&principal, key.data);
  set_text (row, column, &principal);
}

void
identity_set_text (dcpipe_row *row, size_t column, struct bytes bytes)
{
  struct ic_principal principal;

  if (ic_principal_set (&principal, bytes.data, bytes.size))
    set_text (row, column, &principal);
}
