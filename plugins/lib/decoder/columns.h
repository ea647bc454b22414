/* SPDX-License-Identifier: Apache-2.0 */
/* Columns that the tables of several decoders have, in the same words.
 *
 *     static const struct dcpipe_column columns[] = {
 *       [COLUMN_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
 *       [COLUMN_ENTRY_INDEX] = LOG_ENTRY_INDEX,
 *       [COLUMN_MEMO] = COLUMN ("memo", DCPIPE_TEXT, "What the provider says."),
 *     }; */
#ifndef DCPIPE_LIB_DECODER_COLUMNS_H
#define DCPIPE_LIB_DECODER_COLUMNS_H

#include "dcpipe-plugin.h"

/* A column that the decoder sets. */
#define COLUMN(name_, type_, help_)                                                                          \
  {                                                                                                          \
    .name = name_, .type = type_, .help = help_                                                              \
  }

/* The same as column number `key_` of the primary key, from 1. */
#define KEY_COLUMN(key_, name_, type_, help_)                                                                \
  {                                                                                                          \
    .name = name_, .type = type_, .key = key_, .help = help_                                                 \
  }

/* ---- of logs, one row or several for each entry ---------------------------------------------------- */

#define LOG_BLOCK_OFFSET                                                                                     \
  {                                                                                                          \
    .name = "block_offset", .type = DCPIPE_U64, .key = 1, .fill = DCPIPE_FILL_BLOCK_OFFSET,                  \
    .help = "The position of the entry's block in the ledger, in bytes."                                     \
  }
#define LOG_ENTRY_INDEX                                                                                      \
  {                                                                                                          \
    .name = "entry_index", .type = DCPIPE_U64, .key = 2, .fill = DCPIPE_FILL_ENTRY_INDEX,                    \
    .help = "The entry's place in its block: 0 for the first."                                               \
  }
#define LOG_TIMESTAMP                                                                                        \
  {                                                                                                          \
    .name = "icp_timestamp", .type = DCPIPE_U64, .fill = DCPIPE_FILL_BLOCK_TIME_NS,                          \
    .help = "The block's time in nanoseconds since 1970 UTC."                                                \
  }

/* ---- of folded tables, whose rows change ----------------------------------------------------------- */

#define LAST_BLOCK_OFFSET                                                                                    \
  {                                                                                                          \
    .name = "block_offset", .type = DCPIPE_U64, .fill = DCPIPE_FILL_BLOCK_OFFSET,                            \
    .help = "The position of the block whose entry last changed the row, in bytes."                          \
  }
#define LAST_ENTRY_INDEX                                                                                     \
  {                                                                                                          \
    .name = "entry_index", .type = DCPIPE_U64, .fill = DCPIPE_FILL_ENTRY_INDEX,                              \
    .help = "The place in its block of the entry that last changed the row: 0 for the first."                \
  }
#define LAST_TIMESTAMP                                                                                       \
  {                                                                                                          \
    .name = "icp_timestamp", .type = DCPIPE_U64, .fill = DCPIPE_FILL_BLOCK_TIME_NS,                          \
    .help = "The time of the block that last changed the row, in nanoseconds since 1970 UTC."                \
  }
#define UPDATED_AT                                                                                           \
  {                                                                                                          \
    .name = "updated_at", .type = DCPIPE_TIME, .fill = DCPIPE_FILL_BLOCK_TIME,                               \
    .help = "The time of the block that last changed the row."                                               \
  }
#define CREATED_AT                                                                                           \
  {                                                                                                          \
    .name = "created_at", .type = DCPIPE_TIME, .fill = DCPIPE_FILL_BLOCK_TIME,                               \
    .flags = DCPIPE_COLUMN_KEEP_FIRST, .help = "The time of the block that first made the row."              \
  }
#define ROW_ID                                                                                               \
  {                                                                                                          \
    .name = "id", .type = DCPIPE_U64, .fill = DCPIPE_FILL_ORDINAL, .flags = DCPIPE_COLUMN_KEEP_FIRST,        \
    .help = "The number in the ledger of the entry that first made the row."                                 \
  }

/* ---- of payloads --------------------------------------------------------------------------------- */

#define PAYLOAD_VERSION COLUMN ("version", DCPIPE_U64, "The version of the payload's format: 1 for V1.")
#define SIGNATURE COLUMN ("signature", DCPIPE_TEXT, "The signature in lower-case hexadecimal.")
#define SIGNATURE_STATUS                                                                                     \
  COLUMN ("signature_status", DCPIPE_TEXT,                                                                   \
          "valid, invalid, none where there is nothing to verify, or unchecked (verify_signatures = off).")

#endif
