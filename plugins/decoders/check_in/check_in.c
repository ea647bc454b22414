/* SPDX-License-Identifier: Apache-2.0 */
/* Check-ins of providers: the table provider_check_ins. */
#include "config.h"

#include "decoder/columns.h"
#include "decoder/payload.h"
#include "decoder/signature.h"

enum {
  COLUMN_BLOCK_OFFSET,
  COLUMN_ENTRY_INDEX,
  COLUMN_PUBKEY,
  COLUMN_MEMO,
  COLUMN_NONCE_SIGNATURE,
  COLUMN_STATUS,
  COLUMN_VERSION,
  COLUMN_TIMESTAMP
};

static const struct dcpipe_column columns[] = {
  [COLUMN_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [COLUMN_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [COLUMN_PUBKEY] =
      COLUMN ("pubkey", DCPIPE_TEXT, "The public key of the provider, in lower-case hexadecimal."),
  [COLUMN_MEMO] = COLUMN ("memo", DCPIPE_TEXT, "What the provider says."),
  [COLUMN_NONCE_SIGNATURE] =
      COLUMN ("nonce_signature", DCPIPE_TEXT,
              "The provider's signature of the hash of the last block then, in lower-case "
              "hexadecimal."),
  [COLUMN_STATUS] = SIGNATURE_STATUS,
  [COLUMN_VERSION] = PAYLOAD_VERSION,
  [COLUMN_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_index indexes[] = {
  { .name = "provider_check_ins_by_pubkey", .columns = "pubkey, icp_timestamp" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "provider_check_ins",
    .columns = DCPIPE_ARRAY (columns),
    .indexes = DCPIPE_ARRAY (indexes),
    .flags = DCPIPE_TABLE_LOG,
    .help = "Every check-in of a provider." },
};

static const struct dcpipe_label labels[] = { { .name = "ProvCheckIn" }, { .name = "NPCheckIn" } };

static const struct dcpipe_option options[] = { VERIFY_SIGNATURES (struct signature_config) };

/* What is signed is the hash of the block before, which the provider could not know earlier: that is what
 * proves that he was there. It is the parent of the block that the entry stands in. */
static int
check_in_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct borsh in = payload_over (payload_bytes (dcpipe_entry_value (entry)));
  struct bytes key = payload_bytes (dcpipe_entry_key (entry)), memo, signature;
  enum signature_status status;
  dcpipe_row *row;

  if (dcpipe_entry_deleted (entry))
    return DCPIPE_OK;
  memo = borsh_string (&in);
  signature = borsh_bytes (&in);
  if (!payload_finish (&in, rows, PAYLOAD_OUTER, "check-in")
      || !signature_accepted (handle, key, payload_bytes (dcpipe_entry_parent_hash (entry)), signature, rows,
                              &status))
    return DCPIPE_OK;
  row = dcpipe_row_add (rows, 0, DCPIPE_INSERT);
  payload_set_hex (row, COLUMN_PUBKEY, key);
  payload_set_text (row, COLUMN_MEMO, memo);
  payload_set_hex (row, COLUMN_NONCE_SIGNATURE, signature);
  signature_set_status (row, COLUMN_STATUS, status);
  dcpipe_set_u64 (row, COLUMN_VERSION, PAYLOAD_V1);
  return DCPIPE_OK;
}

static const struct dcpipe_decoder check_in_decoder = {
  .name = "check_in",
  .version = PACKAGE_VERSION,
  .description = "decodes the check-ins of providers",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct signature_config),
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1,
  .decode = check_in_decode,
};
DCPIPE_REGISTER_DECODER (check_in_decoder)
