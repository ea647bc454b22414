/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder as somebody else would write it: the sizes of entries, and of those without a value a complaint.
 */
#include <dcpipe-plugin.h>

enum { LABEL, SIZE, BLOCK_OFFSET, ENTRY_INDEX };

static const struct dcpipe_column columns[] = {
  [LABEL] = { "label", DCPIPE_TEXT, 0, 0, 0, "the entry's label" },
  [SIZE] = { "size", DCPIPE_U64, 0, 0, 0, "bytes in its value" },
  [BLOCK_OFFSET] = { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "the block's position" },
  [ENTRY_INDEX] = { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "the entry in the block" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "sizes",
    .columns = DCPIPE_ARRAY (columns),
    .flags = DCPIPE_TABLE_LOG,
    .help = "sizes of entries" },
};

static int
tally_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  dcpipe_row *row = dcpipe_row_add (rows, 0, DCPIPE_INSERT);

  (void) handle;
  dcpipe_set_text (row, LABEL, label.data, label.size);
  dcpipe_set_u64 (row, SIZE, dcpipe_entry_value (entry).size);
  return DCPIPE_OK;
}

static const struct dcpipe_decoder tally = {
  .name = "tally",
  .version = "0.1",
  .description = "sizes of entries",
  .license = "MIT",
  .tables = DCPIPE_ARRAY (tables),
  .decode = tally_decode,
};
DCPIPE_REGISTER_DECODER (tally)
