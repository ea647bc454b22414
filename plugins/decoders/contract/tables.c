/* SPDX-License-Identifier: Apache-2.0 */
/* A contract's row is what the last request and the last reply say; each reply, and each payment that was
 * ever asked for, has a row of its own beside it. */
#include "config.h"

#include "tables.h"

#include "decoder/columns.h"

static const struct dcpipe_column contract_columns[] = {
  [CONTRACT_ID] = KEY_COLUMN (1, "contract_id", DCPIPE_TEXT,
                              "The contract's id, the key of its entries, in hexadecimal."),
  [CONTRACT_REQUESTER] =
      COLUMN ("requester_pubkey", DCPIPE_TEXT, "The public key of who asks, in lower-case hexadecimal."),
  [CONTRACT_PROVIDER] =
      COLUMN ("provider_pubkey", DCPIPE_TEXT, "The public key of who is asked, in lower-case hexadecimal."),
  [CONTRACT_DATA] = COLUMN ("contract_data", DCPIPE_BLOB, "The request as it was signed."),
  [CONTRACT_SIGNATURE] = SIGNATURE,
  [CONTRACT_SIGNATURE_STATUS] = SIGNATURE_STATUS,
  [CONTRACT_STATUS] =
      COLUMN ("status", DCPIPE_TEXT, "pending, signed, rejected, or unreadable if the reply cannot be read."),
  [CONTRACT_ID_MATCHES] =
      COLUMN ("id_matches_payload", DCPIPE_BOOL, "Whether contract_id is computed_contract_id."),
  [CONTRACT_COMPUTED_ID] =
      COLUMN ("computed_contract_id", DCPIPE_TEXT, "The SHA-256 of contract_data, in hexadecimal."),
  [CONTRACT_SSH_PUBKEY] = COLUMN ("requester_ssh_pubkey", DCPIPE_TEXT, "The SSH key that is to get access."),
  [CONTRACT_CONTACT] = COLUMN ("requester_contact", DCPIPE_TEXT, "Where to reach who asks."),
  [CONTRACT_OFFERING_ID] = COLUMN ("offering_id", DCPIPE_TEXT, "The provider's own id of the offering."),
  [CONTRACT_REGION_NAME] = COLUMN ("region_name", DCPIPE_TEXT, "The region wanted; null if any."),
  [CONTRACT_INSTANCE_ID] =
      COLUMN ("requested_contract_id", DCPIPE_TEXT, "The contract id written in the request, if any."),
  [CONTRACT_INSTANCE_CONFIG] =
      COLUMN ("instance_config", DCPIPE_TEXT, "The configuration wanted, such as cloud-init; null if none."),
  [CONTRACT_PAYMENT_AMOUNT] = COLUMN ("payment_amount_e9s", DCPIPE_U64, "The contract's value, in e9s."),
  [CONTRACT_START] = COLUMN ("start_timestamp", DCPIPE_U64,
                             "When it is to begin, in seconds since 1970 UTC; null for at once."),
  [CONTRACT_MEMO] = COLUMN ("request_memo", DCPIPE_TEXT, "What who asks says."),
  [CONTRACT_VERSION] = PAYLOAD_VERSION,
  [CONTRACT_REQUEST_BLOCK_OFFSET] =
      COLUMN ("request_block_offset", DCPIPE_U64, "The position of the last request's block."),
  [CONTRACT_REQUEST_ENTRY_INDEX] =
      COLUMN ("request_entry_index", DCPIPE_U64, "The last request's place in its block."),
  [CONTRACT_REPLY_BLOCK_OFFSET] = COLUMN ("reply_block_offset", DCPIPE_U64,
                                          "The position of the block of the last reply to it; null if there "
                                          "is none."),
  [CONTRACT_REPLY_ENTRY_INDEX] = COLUMN ("reply_entry_index", DCPIPE_U64, "That reply's place in its block."),
  [CONTRACT_REPLY_SIGNATURE_STATUS] =
      COLUMN ("reply_signature_status", DCPIPE_TEXT, "That reply's signature_status."),
  [CONTRACT_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [CONTRACT_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [CONTRACT_CREATED_AT] = CREATED_AT,
  [CONTRACT_UPDATED_AT] = UPDATED_AT,
  [CONTRACT_TIMESTAMP] = LAST_TIMESTAMP,
};

static const struct dcpipe_index contract_indexes[] = {
  { .name = "contract_signatures_by_requester", .columns = "requester_pubkey" },
  { .name = "contract_signatures_by_provider", .columns = "provider_pubkey" },
  { .name = "contract_signatures_by_status", .columns = "status, icp_timestamp" },
  { .name = "contract_signatures_by_block", .columns = "block_offset" },
};

static const struct dcpipe_column payment_columns[] = {
  [PAYMENT_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [PAYMENT_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [PAYMENT_ITEM] = KEY_COLUMN (3, "item", DCPIPE_U64, "The payment's place in the request: 0 for the first."),
  [PAYMENT_CONTRACT_ID] =
      COLUMN ("contract_id", DCPIPE_TEXT, "The contract's id, in lower-case hexadecimal."),
  [PAYMENT_PRICING_MODEL] = COLUMN ("pricing_model", DCPIPE_TEXT, "How it is priced, such as on_demand."),
  [PAYMENT_TIME_PERIOD_UNIT] = COLUMN ("time_period_unit", DCPIPE_TEXT, "The unit of time, such as hour."),
  [PAYMENT_QUANTITY] = COLUMN ("quantity", DCPIPE_U64, "How many such units."),
  [PAYMENT_AMOUNT] = COLUMN ("amount_e9s", DCPIPE_U64, "What they cost together, in e9s."),
};

static const struct dcpipe_index payment_indexes[] = {
  { .name = "contract_payment_entries_by_contract", .columns = "contract_id" },
};

static const struct dcpipe_column reply_columns[] = {
  [REPLY_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [REPLY_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [REPLY_CONTRACT_ID] =
      COLUMN ("contract_id", DCPIPE_TEXT, "The id of the contract, the entry's key, in hexadecimal."),
  [REPLY_PROVIDER] = COLUMN ("provider_pubkey", DCPIPE_TEXT,
                             "The public key of who was asked, in lower-case hexadecimal; null if no request "
                             "was known."),
  [REPLY_DATA] = COLUMN ("reply_data", DCPIPE_BLOB, "The reply as it was signed."),
  [REPLY_SIGNATURE] = SIGNATURE,
  [REPLY_SIGNATURE_STATUS] = SIGNATURE_STATUS,
  [REPLY_REQUESTER] =
      COLUMN ("requester_pubkey", DCPIPE_TEXT,
              "The public key of who asked, in lower-case hexadecimal; null, like all that follow, if the "
              "reply cannot be read."),
  [REPLY_MEMO] = COLUMN ("request_memo", DCPIPE_TEXT, "What who asked had said."),
  [REPLY_PAYLOAD_CONTRACT_ID] = COLUMN ("payload_contract_id", DCPIPE_TEXT,
                                        "The contract id written in the reply, in hexadecimal; not relied "
                                        "on."),
  [REPLY_ACCEPTED] = COLUMN ("sign_accepted", DCPIPE_BOOL, "Whether the provider signs."),
  [REPLY_TEXT] = COLUMN ("response_text", DCPIPE_TEXT, "What the provider says."),
  [REPLY_DETAILS] = COLUMN ("response_details", DCPIPE_TEXT, "Where to find what was rented, or more words."),
  [REPLY_VERSION] = PAYLOAD_VERSION,
  [REPLY_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_index reply_indexes[] = {
  { .name = "contract_replies_by_contract", .columns = "contract_id" },
  { .name = "contract_replies_by_provider", .columns = "provider_pubkey" },
};

const struct dcpipe_table_def contract_tables[CONTRACT_TABLES] = {
  [CONTRACTS] = { .name = "contract_signatures",
                  .columns = DCPIPE_ARRAY (contract_columns),
                  .indexes = DCPIPE_ARRAY (contract_indexes),
                  .flags = DCPIPE_TABLE_LONG_KEYS,
                  .help = "Every contract that was asked for, with its last request and how it stands." },
  [PAYMENTS] = { .name = "contract_payment_entries",
                 .columns = DCPIPE_ARRAY (payment_columns),
                 .indexes = DCPIPE_ARRAY (payment_indexes),
                 .flags = DCPIPE_TABLE_LOG,
                 .help =
                     "What every request is to cost, item by item. Those of a contract's last request are at "
                     "request_block_offset and request_entry_index." },
  [REPLIES] = { .name = "contract_replies",
                .columns = DCPIPE_ARRAY (reply_columns),
                .indexes = DCPIPE_ARRAY (reply_indexes),
                .flags = DCPIPE_TABLE_LOG,
                .help = "Every reply of a provider." },
};
