/* SPDX-License-Identifier: Apache-2.0 */
/* Contracts: the tables contract_signatures, contract_payment_entries and contract_replies.
 *
 *              request                reply: accepted
 *     (none) ─────────▶ pending ─────────────────────▶ signed
 *                        │   ▲ └─ reply: refused ─────▶ rejected
 *                        │   └─── request, from any ──
 *                        └─ reply that cannot be read ▶ unreadable
 *
 * The last reply counts, whether its signature is valid or not (but see verify_signatures = reject), and
 * whatever contract id stands in it: the entry's key tells which contract it is about. */
#include "config.h"

#include "reply.h"
#include "request.h"
#include "tables.h"

/* The numbers of the labels below. */
enum { REQUEST, REPLY };

static const struct dcpipe_label labels[] = {
  [REQUEST] = { .name = "ContractSignReq", .aliases = "ContractSignRequest" },
  [REPLY] = { .name = "ContractSignReply" },
};

static const struct dcpipe_option options[] = { VERIFY_SIGNATURES (struct signature_config) };

static int
contract_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  if (dcpipe_entry_deleted (entry))
    return DCPIPE_OK;
  return dcpipe_rows_label (rows) == REPLY ? contract_reply (handle, entry, rows)
                                           : contract_request (handle, entry, rows);
}

/* Only replies leave notes. */
static int
contract_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  return contract_resolve_reply (handle, entry, lookup, rows);
}

static const struct dcpipe_decoder contract_decoder = {
  .name = "contract",
  .version = PACKAGE_VERSION,
  .description = "decodes requests for contracts and their replies, and keeps how each contract stands",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct signature_config),
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (contract_tables),
  .row_format = 1,
  .decode = contract_decode,
  .resolve = contract_resolve,
};
DCPIPE_REGISTER_DECODER (contract_decoder)
