/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of an item are made from the one list of fields in tables.h, so that names, kinds and help
 * cannot come apart. */
#include "config.h"

#include "tables.h"

#include "decoder/columns.h"

#define PROVIDER_PUBKEY                                                                                      \
  KEY_COLUMN (1, "provider_pubkey", DCPIPE_TEXT, "The provider's public key, in lower-case hexadecimal.")
#define IN_WRAPPER                                                                                           \
  KEY_COLUMN (2, "in_wrapper", DCPIPE_BOOL,                                                                  \
              "Whether the row was found inside JSON, where the canister does not see it.")
#define ROW                                                                                                  \
  KEY_COLUMN (3, "row", DCPIPE_U64, "The row's place in the CSV: 0 for the first after the headings.")

static const struct dcpipe_column offering_columns[] = {
  [OFFERING_ID] = ROW_ID,
  [OFFERING_PUBKEY] = PROVIDER_PUBKEY,
  [OFFERING_PRINCIPAL] = COLUMN ("provider_principal", DCPIPE_TEXT,
                                 "The principal of the public key; null if the key is not 32 bytes."),
  [OFFERING_DATA] = COLUMN ("offering_data", DCPIPE_BLOB, "The offerings as they were signed."),
  [OFFERING_SIGNATURE] = SIGNATURE,
  [OFFERING_STATUS] = SIGNATURE_STATUS,
  [OFFERING_VERSION] = PAYLOAD_VERSION,
  [OFFERING_IS_ACTIVE] =
      COLUMN ("is_active", DCPIPE_BOOL, "True: offerings that the ledger deletes have no row."),
  [OFFERING_FORMAT] = COLUMN ("format", DCPIPE_TEXT, "csv, json, or unreadable if it is no text."),
  [OFFERING_ITEMS] =
      COLUMN ("item_count", DCPIPE_U64, "How many offerings the CSV holds; null if it is no text."),
  [OFFERING_ROW_ERRORS] =
      COLUMN ("row_error_count", DCPIPE_U64, "How many rows of the CSV could not be read."),
  [OFFERING_WRAPPED_ITEMS] = COLUMN ("wrapped_item_count", DCPIPE_U64,
                                     "How many offerings the CSV inside the JSON holds; null if it is no "
                                     "JSON."),
  [OFFERING_WRAPPED_ROW_ERRORS] =
      COLUMN ("wrapped_row_error_count", DCPIPE_U64, "How many of its rows could not be read."),
  [OFFERING_WRAPPER_PUBKEY] = COLUMN ("wrapper_pubkey", DCPIPE_TEXT,
                                      "The public key inside the JSON, in lower-case hexadecimal; null if "
                                      "there is none."),
  [OFFERING_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [OFFERING_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [OFFERING_CREATED_AT] = CREATED_AT,
  [OFFERING_UPDATED_AT] = UPDATED_AT,
  [OFFERING_TIMESTAMP] = LAST_TIMESTAMP,
};

static const struct dcpipe_index offering_indexes[] = {
  { .name = "provider_offerings_by_principal", .columns = "provider_principal" },
};

#define TYPE_TEXT DCPIPE_TEXT
#define TYPE_OPTION DCPIPE_TEXT
#define TYPE_CAPACITY DCPIPE_TEXT
#define TYPE_CURRENCY DCPIPE_TEXT
#define TYPE_VISIBILITY DCPIPE_TEXT
#define TYPE_PRODUCT_TYPE DCPIPE_TEXT
#define TYPE_VIRTUALIZATION DCPIPE_TEXT
#define TYPE_BILLING_INTERVAL DCPIPE_TEXT
#define TYPE_STOCK DCPIPE_TEXT
#define TYPE_ERROR_CORRECTION DCPIPE_TEXT
#define TYPE_PRICE DCPIPE_DECIMAL
#define TYPE_COUNT DCPIPE_U64
#define TYPE_AMOUNT DCPIPE_U64
#define TYPE_LIST DCPIPE_JSON
#define TYPE_COORDINATES DCPIPE_JSON

static const struct dcpipe_column item_columns[] = {
  [ITEM_PUBKEY] = PROVIDER_PUBKEY,
  [ITEM_IN_WRAPPER] = IN_WRAPPER,
  [ITEM_ROW] = ROW,
#define ITEM_COLUMN(id, name, kind, help) [ITEM_FIRST_FIELD + FIELD_##id] = COLUMN (name, TYPE_##kind, help),
  OFFERING_FIELDS (ITEM_COLUMN)
#undef ITEM_COLUMN
      [ITEM_MONTHLY_PRICE_TEXT] =
          COLUMN ("monthly_price_text", DCPIPE_TEXT, "The monthly price as the provider wrote it."),
  [ITEM_SETUP_FEE_TEXT] = COLUMN ("setup_fee_text", DCPIPE_TEXT, "The setup fee as the provider wrote it."),
  [ITEM_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [ITEM_ENTRY_INDEX] = LAST_ENTRY_INDEX,
};

static const struct dcpipe_index item_indexes[] = {
  { .name = "provider_offering_items_by_identifier", .columns = "unique_internal_identifier" },
};

static const struct dcpipe_column row_error_columns[] = {
  [ERROR_PUBKEY] = PROVIDER_PUBKEY,
  [ERROR_IN_WRAPPER] = IN_WRAPPER,
  [ERROR_ROW] = ROW,
  [ERROR_LINE] =
      COLUMN ("line", DCPIPE_U64,
              "The line on which the row before it ended: the row's own, unless there are blank lines or "
              "lines end in CR LF."),
  [ERROR_ERROR] = COLUMN ("error", DCPIPE_TEXT, "What is wrong with the row."),
  [ERROR_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [ERROR_ENTRY_INDEX] = LAST_ENTRY_INDEX,
};

const struct dcpipe_table_def offering_tables[OFFERING_TABLES] = {
  [OFFERINGS] = { .name = "provider_offerings",
                  .columns = DCPIPE_ARRAY (offering_columns),
                  .indexes = DCPIPE_ARRAY (offering_indexes),
                  .flags = DCPIPE_TABLE_LONG_KEYS,
                  .count_as = "offeringsCreated",
                  .help = "The last list of offerings of every provider." },
  [ITEMS] = { .name = "provider_offering_items",
              .columns = DCPIPE_ARRAY (item_columns),
              .indexes = DCPIPE_ARRAY (item_indexes),
              .flags = DCPIPE_TABLE_LONG_KEYS,
              .help = "The offerings in the last list of every provider." },
  [ROW_ERRORS] = { .name = "offering_row_errors",
                   .columns = DCPIPE_ARRAY (row_error_columns),
                   .flags = DCPIPE_TABLE_LONG_KEYS,
                   .help = "The rows in the last list of every provider that could not be read." },
};
