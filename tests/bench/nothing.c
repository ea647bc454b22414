/* SPDX-License-Identifier: Apache-2.0 */
/* nothing: a decoder that makes no rows, to measure reading and the hash chain alone. */
#include "dcpipe-plugin.h"

enum { BLOCK_OFFSET, ENTRY_INDEX };

static const struct dcpipe_column columns[] = {
  [BLOCK_OFFSET] = { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "the block's position" },
  [ENTRY_INDEX] = { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "the entry in the block" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "nothing", .columns = DCPIPE_ARRAY (columns), .flags = DCPIPE_TABLE_LOG, .help = "stays empty" },
};

static const struct dcpipe_label labels[] = { { "nothing", NULL } };

static int
nothing_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  (void) handle;
  (void) entry;
  (void) rows;
  return DCPIPE_OK;
}

static const struct dcpipe_decoder nothing = {
  .name = "nothing",
  .version = "1.0",
  .description = "makes no rows",
  .license = "Apache-2.0",
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .decode = nothing_decode,
};

DCPIPE_REGISTER_DECODER (nothing)
