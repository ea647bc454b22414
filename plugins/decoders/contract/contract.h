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
#ifndef DCPIPE_CONTRACT_H
#define DCPIPE_CONTRACT_H

#include "dcpipe-plugin.h"

#include "bytes/bytes.h"
#include "decoder/signature.h"

enum contract_table { CONTRACTS, PAYMENTS, REPLIES, CONTRACT_TABLES };

enum contract_column {
  CONTRACT_ID,
  CONTRACT_REQUESTER,
  CONTRACT_PROVIDER,
  CONTRACT_DATA,
  CONTRACT_SIGNATURE,
  CONTRACT_SIGNATURE_STATUS,
  CONTRACT_STATUS,
  CONTRACT_ID_MATCHES,
  CONTRACT_COMPUTED_ID,
  CONTRACT_SSH_PUBKEY,
  CONTRACT_CONTACT,
  CONTRACT_OFFERING_ID,
  CONTRACT_REGION_NAME,
  CONTRACT_INSTANCE_ID,
  CONTRACT_INSTANCE_CONFIG,
  CONTRACT_PAYMENT_AMOUNT,
  CONTRACT_START,
  CONTRACT_MEMO,
  CONTRACT_VERSION,
  CONTRACT_REQUEST_BLOCK_OFFSET,
  CONTRACT_REQUEST_ENTRY_INDEX,
  CONTRACT_REPLY_BLOCK_OFFSET,
  CONTRACT_REPLY_ENTRY_INDEX,
  CONTRACT_REPLY_SIGNATURE_STATUS,
  CONTRACT_BLOCK_OFFSET,
  CONTRACT_ENTRY_INDEX,
  CONTRACT_CREATED_AT,
  CONTRACT_UPDATED_AT,
  CONTRACT_TIMESTAMP
};

enum payment_column {
  PAYMENT_BLOCK_OFFSET,
  PAYMENT_ENTRY_INDEX,
  PAYMENT_ITEM,
  PAYMENT_CONTRACT_ID,
  PAYMENT_PRICING_MODEL,
  PAYMENT_TIME_PERIOD_UNIT,
  PAYMENT_QUANTITY,
  PAYMENT_AMOUNT
};

enum reply_column {
  REPLY_BLOCK_OFFSET,
  REPLY_ENTRY_INDEX,
  REPLY_CONTRACT_ID,
  REPLY_PROVIDER,
  REPLY_DATA,
  REPLY_SIGNATURE,
  REPLY_SIGNATURE_STATUS,
  REPLY_REQUESTER,
  REPLY_MEMO,
  REPLY_PAYLOAD_CONTRACT_ID,
  REPLY_ACCEPTED,
  REPLY_TEXT,
  REPLY_DETAILS,
  REPLY_VERSION,
  REPLY_TIMESTAMP
};

extern const struct dcpipe_table_def contract_tables[CONTRACT_TABLES];

/* Both take entries that are no deletes. */
int contract_request (const struct signature_config *config, const dcpipe_entry *entry, dcpipe_rows *rows);
int contract_reply (const struct signature_config *config, const dcpipe_entry *entry, dcpipe_rows *rows);

/* Verifies a reply by the key of the provider whom the request names, and changes the contract's status. */
int contract_resolve_reply (const struct signature_config *config, const dcpipe_entry *entry,
                            dcpipe_lookup *lookup, dcpipe_rows *rows);

#endif
