/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps every entry of the ledger as it is, whatever its label: the table ledger_entries. */
#include "dcpipe-plugin.h"

/* Here the release's, which the Makefile gives; of a copy elsewhere its own. */
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1"
#endif

enum {
  COLUMN_ID,
  COLUMN_LABEL,
  COLUMN_KEY,
  COLUMN_VALUE,
  COLUMN_BLOCK_OFFSET,
  COLUMN_OPERATION,
  COLUMN_MIGRATED_AT,
  COLUMN_ICP_TIMESTAMP,
  COLUMN_ENTRY_INDEX,
  COLUMN_BLOCK_HASH
};

static const struct dcpipe_column columns[] = {
  [COLUMN_ID] = { .name = "id",
                  .type = DCPIPE_U64,
                  .fill = DCPIPE_FILL_ORDINAL,
                  .help = "The entry's number in the ledger: 1 for the first." },
  [COLUMN_LABEL] = { .name = "label",
                     .type = DCPIPE_TEXT,
                     .help = "What kind of entry it is, such as ProvProfile." },
  [COLUMN_KEY] = { .name = "key", .type = DCPIPE_TEXT, .help = "The key in lower-case hexadecimal." },
  [COLUMN_VALUE] = { .name = "value", .type = DCPIPE_BLOB, .help = "The value's bytes, undecoded." },
  [COLUMN_BLOCK_OFFSET] = { .name = "block_offset",
                            .type = DCPIPE_U64,
                            .key = 1,
                            .fill = DCPIPE_FILL_BLOCK_OFFSET,
                            .help = "The position of the entry's block in the ledger, in bytes." },
  [COLUMN_OPERATION] = { .name = "operation",
                         .type = DCPIPE_TEXT,
                         .help = "The ledger's operation: UPSERT or DELETE." },
  [COLUMN_MIGRATED_AT] = { .name = "migrated_at",
                           .type = DCPIPE_TIME,
                           .fill = DCPIPE_FILL_IMPORT_TIME,
                           .flags = DCPIPE_COLUMN_VOLATILE,
                           .help = "When the row was imported, by the clock of the importing machine." },
  [COLUMN_ICP_TIMESTAMP] = { .name = "icp_timestamp",
                             .type = DCPIPE_U64,
                             .fill = DCPIPE_FILL_BLOCK_TIME_NS,
                             .help = "The block's time in nanoseconds since 1970 UTC." },
  [COLUMN_ENTRY_INDEX] = { .name = "entry_index",
                           .type = DCPIPE_U64,
                           .key = 2,
                           .fill = DCPIPE_FILL_ENTRY_INDEX,
                           .help = "The entry's place in its block: 0 for the first." },
  [COLUMN_BLOCK_HASH] = { .name = "block_hash",
                          .type = DCPIPE_TEXT,
                          .fill = DCPIPE_FILL_BLOCK_HASH,
                          .help = "The hash of the entry's block in lower-case hexadecimal." },
};

/* Queries by block use the primary key. */
static const struct dcpipe_index indexes[] = {
  { .name = "ledger_entries_by_id", .columns = "id" },
  { .name = "ledger_entries_by_label_and_key", .columns = "label, key" },
  { .name = "ledger_entries_by_key", .columns = "key" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "ledger_entries",
    .columns = DCPIPE_ARRAY (columns),
    .indexes = DCPIPE_ARRAY (indexes),
    .flags = DCPIPE_TABLE_LOG,
    .count_as = "ledgerEntriesCreated",
    .help = "Every entry of the ledger as it is, in the ledger's order." },
};

static int
entry_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  struct dcpipe_bytes key = dcpipe_entry_key (entry);
  struct dcpipe_bytes value = dcpipe_entry_value (entry);
  dcpipe_row *row = dcpipe_row_add (rows, 0, DCPIPE_INSERT);

  (void) handle;
  dcpipe_set_text (row, COLUMN_LABEL, label.data, label.size);
  dcpipe_set_hex (row, COLUMN_KEY, key.data, key.size);
  dcpipe_set_blob (row, COLUMN_VALUE, value.data, value.size);
  dcpipe_set_string (row, COLUMN_OPERATION, dcpipe_entry_deleted (entry) ? "DELETE" : "UPSERT");
  return DCPIPE_OK;
}

static const struct dcpipe_decoder entry_decoder = {
  .name = "entry",
  .version = PLUGIN_VERSION,
  .description = "keeps every entry as it is, in the table ledger_entries",
  .license = "Apache-2.0",
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1,
  .decode = entry_decode,
};
DCPIPE_REGISTER_DECODER (entry_decoder)
