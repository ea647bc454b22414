/* SPDX-License-Identifier: Apache-2.0 */
/* Distributions of rewards: the table reward_distributions, and the view rewards_paid. */
#include "config.h"

#include "decoder/columns.h"
#include "decoder/payload.h"

enum {
  COLUMN_BLOCK_OFFSET,
  COLUMN_ENTRY_INDEX,
  COLUMN_KEY_TEXT,
  COLUMN_DISTRIBUTED_AT,
  COLUMN_TIMESTAMP_NS,
  COLUMN_TIMESTAMP
};

static const struct dcpipe_column columns[] = {
  [COLUMN_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [COLUMN_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [COLUMN_KEY_TEXT] =
      COLUMN ("key_text", DCPIPE_TEXT, "The entry's key as text, LastRewardNs; null if it is no text."),
  [COLUMN_DISTRIBUTED_AT] =
      COLUMN ("distributed_at", DCPIPE_TIME, "Up to when rewards have been distributed."),
  [COLUMN_TIMESTAMP_NS] = COLUMN ("timestamp_ns", DCPIPE_U64, "The same in nanoseconds since 1970 UTC."),
  [COLUMN_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_table_def tables[] = {
  { .name = "reward_distributions",
    .columns = DCPIPE_ARRAY (columns),
    .flags = DCPIPE_TABLE_LOG,
    .help = "Every distribution of rewards to the providers that had checked in." },
};

/* Rewards are what the minting account pays in the block of the distribution, the last one if it has
 * several. */
static const struct dcpipe_view views[] = {
  { .name = "rewards_paid",
    .sql = "SELECT d.block_offset AS block_offset, t.entry_index AS entry_index, t.to_pubkey AS to_pubkey,"
           " t.to_owner AS to_owner, t.to_account AS to_account, t.amount AS amount,"
           " d.distributed_at AS distributed_at, d.icp_timestamp AS icp_timestamp"
           " FROM reward_distributions d JOIN token_transfers t ON t.block_offset = d.block_offset"
           " WHERE t.from_owner = 'zjbo4-sknjf-hfisk-oi4' AND t.applied AND NOT EXISTS"
           " (SELECT 1 FROM reward_distributions e"
           " WHERE e.block_offset = d.block_offset AND e.entry_index > d.entry_index)" },
};

static const struct dcpipe_label labels[] = { { .name = "RewardDistr", .aliases = "RewardDistribution" } };

/* The value is a bare number, without a version: so its length is all that can be wrong. */
static int
reward_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct bytes value = payload_bytes (dcpipe_entry_value (entry));
  dcpipe_row *row;

  (void) handle;
  if (dcpipe_entry_deleted (entry))
    return DCPIPE_OK;
  if (value.size != 8) {
    dcpipe_fail_entry (rows, 0, "bad_length: the time of the reward has %zu byte%s instead of 8", value.size,
                       plural_s (value.size));
    return DCPIPE_OK;
  }
  row = dcpipe_row_add (rows, 0, DCPIPE_INSERT);
  payload_set_if_text (row, COLUMN_KEY_TEXT, payload_bytes (dcpipe_entry_key (entry)));
  dcpipe_set_time (row, COLUMN_DISTRIBUTED_AT, load_le64 (value.data));
  dcpipe_set_u64 (row, COLUMN_TIMESTAMP_NS, load_le64 (value.data));
  return DCPIPE_OK;
}

static const struct dcpipe_decoder reward_decoder = {
  .name = "reward",
  .version = PACKAGE_VERSION,
  .description = "decodes the distributions of rewards",
  .license = "Apache-2.0",
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .views = DCPIPE_ARRAY (views),
  .row_format = 1,
  .decode = reward_decode,
};
DCPIPE_REGISTER_DECODER (reward_decoder)
