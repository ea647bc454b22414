/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder for tests, whose rows depend on every earlier entry and on their order: an entry lost, repeated
 * or applied out of turn shows in all that follows. */
#include "config.h"

#include "dcpipe-plugin.h"

enum { TABLE_LOG, TABLE_TOTALS, TABLE_BUCKETS };

enum { LOG_BLOCK, LOG_ENTRY, LOG_LABEL, LOG_SIZE };

static const struct dcpipe_column log_columns[] = {
  [LOG_BLOCK] = { .name = "block_offset", .type = DCPIPE_U64, .key = 1, .fill = DCPIPE_FILL_BLOCK_OFFSET },
  [LOG_ENTRY] = { .name = "entry_index", .type = DCPIPE_U64, .key = 2, .fill = DCPIPE_FILL_ENTRY_INDEX },
  [LOG_LABEL] = { .name = "label", .type = DCPIPE_TEXT },
  [LOG_SIZE] = { .name = "size", .type = DCPIPE_U64 },
};

enum { TOTALS_LABEL, TOTALS_ENTRIES, TOTALS_CHAIN, TOTALS_BUCKETS, TOTALS_SINCE, TOTALS_BLOCK, TOTALS_ENTRY };

static const struct dcpipe_column totals_columns[] = {
  [TOTALS_LABEL] = { .name = "label", .type = DCPIPE_TEXT, .key = 1 },
  [TOTALS_ENTRIES] = { .name = "entries", .type = DCPIPE_U64 },
  [TOTALS_CHAIN] = { .name = "chain", .type = DCPIPE_U64, .help = "Of all sizes so far, in order." },
  [TOTALS_BUCKETS] = { .name = "buckets", .type = DCPIPE_U64, .help = "Sum of all buckets, now and then." },
  [TOTALS_SINCE] = { .name = "since",
                     .type = DCPIPE_TIME,
                     .fill = DCPIPE_FILL_BLOCK_TIME,
                     .flags = DCPIPE_COLUMN_KEEP_FIRST },
  [TOTALS_BLOCK] = { .name = "block_offset", .type = DCPIPE_U64, .fill = DCPIPE_FILL_BLOCK_OFFSET },
  [TOTALS_ENTRY] = { .name = "entry_index", .type = DCPIPE_U64, .fill = DCPIPE_FILL_ENTRY_INDEX },
};

enum { BUCKETS_LABEL, BUCKETS_NUMBER, BUCKETS_COUNT, BUCKETS_BLOCK, BUCKETS_ENTRY };

static const struct dcpipe_column buckets_columns[] = {
  [BUCKETS_LABEL] = { .name = "label", .type = DCPIPE_TEXT, .key = 1 },
  [BUCKETS_NUMBER] = { .name = "number", .type = DCPIPE_I64, .key = 2 },
  [BUCKETS_COUNT] = { .name = "count", .type = DCPIPE_U64 },
  [BUCKETS_BLOCK] = { .name = "block_offset", .type = DCPIPE_U64, .fill = DCPIPE_FILL_BLOCK_OFFSET },
  [BUCKETS_ENTRY] = { .name = "entry_index", .type = DCPIPE_U64, .fill = DCPIPE_FILL_ENTRY_INDEX },
};

static const struct dcpipe_table_def tables[] = {
  [TABLE_LOG] = { .name = "fold_log", .columns = DCPIPE_ARRAY (log_columns), .flags = DCPIPE_TABLE_LOG },
  [TABLE_TOTALS] = { .name = "fold_totals", .columns = DCPIPE_ARRAY (totals_columns) },
  [TABLE_BUCKETS] = { .name = "fold_buckets", .columns = DCPIPE_ARRAY (buckets_columns) },
};

static const struct dcpipe_label labels[] = {
  { .name = "DCTokenTransfer" },
  { .name = "RepChange" },
  { .name = "ProvCheckIn" },
};

/* A bucket disappears when it has counted so far. */
#define FULL 7

/* All buckets of a label are summed up every so many entries. */
#define SUM_EVERY 16

static int
fold_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  dcpipe_row *row = dcpipe_row_add (rows, TABLE_LOG, DCPIPE_INSERT);

  (void) handle;
  dcpipe_set_text (row, LOG_LABEL, label.data, label.size);
  dcpipe_set_u64 (row, LOG_SIZE, dcpipe_entry_value (entry).size);
  dcpipe_rows_note (rows, 1);
  return DCPIPE_OK;
}

static int
fill_bucket (const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  struct dcpipe_bytes label = dcpipe_entry_label (entry), key = dcpipe_entry_key (entry);
  int64_t number = key.size > 0 ? key.data[0] % 32 - 16 : 0;
  dcpipe_row *wanted = dcpipe_lookup_key (lookup, TABLE_BUCKETS), *row;
  const dcpipe_row *before;
  uint64_t count;
  int result;

  dcpipe_set_text (wanted, BUCKETS_LABEL, label.data, label.size);
  dcpipe_set_i64 (wanted, BUCKETS_NUMBER, number);
  result = dcpipe_lookup_get (lookup, wanted, &before);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    return DCPIPE_FAIL;
  count = result == DCPIPE_OK ? dcpipe_get_u64 (before, BUCKETS_COUNT) + 1 : 1;
  row = dcpipe_row_add (rows, TABLE_BUCKETS, count == FULL ? DCPIPE_DELETE : DCPIPE_UPSERT);
  dcpipe_set_text (row, BUCKETS_LABEL, label.data, label.size);
  dcpipe_set_i64 (row, BUCKETS_NUMBER, number);
  if (count < FULL)
    dcpipe_set_u64 (row, BUCKETS_COUNT, count);
  return DCPIPE_OK;
}

static bool
add_bucket (void *context, const dcpipe_row *row)
{
  uint64_t *sum = context;

  *sum = *sum * 3 + dcpipe_get_u64 (row, BUCKETS_COUNT);
  return true;
}

static int
sum_buckets (const dcpipe_entry *entry, dcpipe_lookup *lookup, uint64_t *sum)
{
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  dcpipe_row *prefix = dcpipe_lookup_key (lookup, TABLE_BUCKETS);

  dcpipe_set_text (prefix, BUCKETS_LABEL, label.data, label.size);
  return dcpipe_lookup_scan (lookup, prefix, add_bucket, sum) == DCPIPE_OK ? DCPIPE_OK : DCPIPE_FAIL;
}

static int
fold_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  uint64_t entries = 1, chain = 0, sum = 0;
  dcpipe_row *wanted, *row;
  const dcpipe_row *before;
  int result = fill_bucket (entry, lookup, rows);

  (void) handle;
  if (result != DCPIPE_OK)
    return result;
  wanted = dcpipe_lookup_key (lookup, TABLE_TOTALS);
  dcpipe_set_text (wanted, TOTALS_LABEL, label.data, label.size);
  result = dcpipe_lookup_get (lookup, wanted, &before);
  if (result == DCPIPE_OK) {
    entries = dcpipe_get_u64 (before, TOTALS_ENTRIES) + 1;
    chain = dcpipe_get_u64 (before, TOTALS_CHAIN);
    sum = dcpipe_get_u64 (before, TOTALS_BUCKETS);
  } else if (result != DCPIPE_NONE)
    return DCPIPE_FAIL;
  if (entries % SUM_EVERY == 0 && sum_buckets (entry, lookup, &sum) != DCPIPE_OK)
    return DCPIPE_FAIL;
  row = dcpipe_row_add (rows, TABLE_TOTALS, DCPIPE_UPSERT);
  dcpipe_set_text (row, TOTALS_LABEL, label.data, label.size);
  dcpipe_set_u64 (row, TOTALS_ENTRIES, entries);
  dcpipe_set_u64 (row, TOTALS_CHAIN, chain * 31 + dcpipe_entry_value (entry).size);
  dcpipe_set_u64 (row, TOTALS_BUCKETS, sum);
  return DCPIPE_OK;
}

static const struct dcpipe_decoder fold_decoder = {
  .name = "fold",
  .version = "1",
  .description = "folds every entry into rows that depend on all earlier ones (for tests)",
  .license = "Apache-2.0",
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1,
  .decode = fold_decode,
  .resolve = fold_resolve,
};
DCPIPE_REGISTER_DECODER (fold_decoder)
