/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder: the table novelty_entries has a row for each entry of the label FutureLabel. */
#include <dcpipe-plugin.h>

/* The handle: dcpipe allocates it and stores the options in it. */
struct novelty {
  int64_t head;
};

static const struct dcpipe_option options[] = {
  { .key = "head",
    .type = DCPIPE_OPTION_INT,
    .default_value = "8",
    .min = 0,
    .max = 1000,
    .flags = DCPIPE_OPTION_ROWS,
    .help = "how many of a value's first bytes are kept",
    .offset = offsetof (struct novelty, head) },
};

static const struct dcpipe_label labels[] = {
  { .name = "FutureLabel" },
};

enum { NAME, OPERATION, SIZE, HEAD, BLOCK_OFFSET, ENTRY_INDEX };

static const struct dcpipe_column columns[] = {
  [NAME] = { "name", DCPIPE_TEXT, 0, 0, 0, "the entry's key, as text" },
  [OPERATION] = { "operation", DCPIPE_TEXT, 0, 0, 0, "put or delete" },
  [SIZE] = { "size", DCPIPE_U64, 0, 0, 0, "bytes in the value" },
  [HEAD] = { "head", DCPIPE_TEXT, 0, 0, 0, "the value's first bytes in hexadecimal" },
  [BLOCK_OFFSET] = { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "the block's position" },
  [ENTRY_INDEX] = { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "the entry in the block" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "novelty_entries",
    .columns = DCPIPE_ARRAY (columns),
    .flags = DCPIPE_TABLE_LOG,
    .help = "entries of the label FutureLabel" },
};

/* A pure function of the entry, called from several threads at once. */
static int
novelty_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  const struct novelty *given = handle;
  struct dcpipe_bytes key = dcpipe_entry_key (entry), value = dcpipe_entry_value (entry);
  size_t head = (uint64_t) given->head < value.size ? (size_t) given->head : value.size;
  dcpipe_row *row;

  if (key.size == 0) {
    dcpipe_fail_entry (rows, 0, "the key is empty, expected a name");
    return DCPIPE_OK;
  }
  row = dcpipe_row_add (rows, 0, DCPIPE_INSERT);
  dcpipe_set_text (row, NAME, key.data, key.size);
  dcpipe_set_string (row, OPERATION, dcpipe_entry_deleted (entry) ? "delete" : "put");
  dcpipe_set_u64 (row, SIZE, value.size);
  dcpipe_set_hex (row, HEAD, value.data, head);
  return DCPIPE_OK;
}

static const struct dcpipe_decoder novelty_decoder = {
  .name = "novelty",
  .version = "0.1",
  .description = "keeps the entries of the label FutureLabel in the table novelty_entries",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct novelty),
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1, /* to be raised when the same entry gives other rows than before */
  .decode = novelty_decode,
};
DCPIPE_REGISTER_DECODER (novelty_decoder)
