/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decoder/signature.h"

#include "dcledger/ed25519ph.h"

/* Words and no numbers, since people read the column in SQL. */
void
signature_set_status (dcpipe_row *row, size_t column, enum signature_status status)
{
  static const char *const texts[] = {
    [SIGNATURE_NONE] = "none",
    [SIGNATURE_VALID] = "valid",
    [SIGNATURE_INVALID] = "invalid",
    [SIGNATURE_UNCHECKED] = "unchecked",
  };

  dcpipe_set_string (row, column, texts[status]);
}

void
signature_set (dcpipe_row *row, size_t first, const struct payload_signed *payload,
               enum signature_status status)
{
  dcpipe_set_blob (row, first, payload->data.data, payload->data.size);
  payload_set_hex (row, first + 1, payload->signature);
  signature_set_status (row, first + 2, status);
}

/* With a context of its own (Ed25519ph): a signature made for something else does not count here. */
enum signature_status
signature_verify (const struct signature_config *config, struct bytes key, struct bytes message,
                  struct bytes signature)
{
  if (config->verify == VERIFY_OFF)
    return SIGNATURE_UNCHECKED;
  return ledger_ed25519ph_verify (LEDGER_SIGNATURE_CONTEXT, key, message, signature) ? SIGNATURE_VALID
                                                                                     : SIGNATURE_INVALID;
}

/* As the entry itself (item 0), for nothing inside it was wrong. */
bool
signature_refused (const struct signature_config *config, enum signature_status status, dcpipe_rows *rows)
{
  if (config->verify != VERIFY_REJECT || status != SIGNATURE_INVALID)
    return false;
  dcpipe_fail_entry (rows, 0,
                     "invalid_signature: the signature is not one of its content by the key it should be by");
  return true;
}

bool
signature_accepted (const struct signature_config *config, struct bytes key, struct bytes message,
                    struct bytes signature, dcpipe_rows *rows, enum signature_status *status)
{
  *status = signature_verify (config, key, message, signature);
  return !signature_refused (config, *status, rows);
}
