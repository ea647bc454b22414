/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder that knows no `resolve`, no offsets of options, no other names of labels, no counted tables and
 * no help for columns. */
#include "config.h"

#include "first_api.h"

struct older {
  int64_t amount;
};

static const struct {
  const char *key;
  int type;
  const char *default_value, *values;
  int64_t min, max;
  unsigned flags;
  const char *help;
} older_options[] = { { "amount", DCPIPE_OPTION_INT, "7", NULL, 0, 0, DCPIPE_OPTION_ROWS,
                        "what each row has" } };

static const struct {
  const char *name;
} older_labels[] = { { "Alpha" }, { "Beta" } };

static const struct {
  const char *name;
  int type;
  unsigned key;
  int fill;
  unsigned flags;
} older_columns[] = {
  { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0 },
  { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0 },
  { "amount", DCPIPE_I64, 0, 0, 0 },
}, later_columns[] = {
  { "block_offset", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_OFFSET, 0 },
  { "entry_index", DCPIPE_U64, 0, DCPIPE_FILL_ENTRY_INDEX, 0 },
  { "name", DCPIPE_TEXT, 1, 0, 0 },
};

static const struct first_index older_indexes[] = { { "older_amount", "amount" },
                                                    { "older_entry", "entry_index" } };

static const struct {
  const char *name;
  struct first_array columns, indexes;
  unsigned flags;
} older_tables[] = {
  { "older", DCPIPE_ARRAY (older_columns), DCPIPE_ARRAY (older_indexes), DCPIPE_TABLE_LOG },
  { "later", DCPIPE_ARRAY (later_columns), { NULL, 0, 0 }, 0 },
};

static const struct first_view older_views[] = {
  { "older_view", "SELECT amount FROM older" },
  { "later_view", "SELECT name FROM later" },
};

static int
older_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  const struct older *older = handle;
  struct dcpipe_bytes key = dcpipe_entry_key (entry);

  dcpipe_set_i64 (dcpipe_row_add (rows, 0, DCPIPE_INSERT), 2, older->amount);
  dcpipe_set_text (dcpipe_row_add (rows, 1, DCPIPE_UPSERT), 2, key.data, key.size);
  return DCPIPE_OK;
}

static int
poison (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  (void) handle;
  (void) entry;
  (void) lookup;
  (void) rows;
  return DCPIPE_FAIL;
}

static const struct first_decoder older_decoder = {
  .common = { "older_decoder", "1", "decodes little", "Apache-2.0", DCPIPE_ARRAY (older_options),
              sizeof (struct older) },
  .labels = DCPIPE_ARRAY (older_labels),
  .tables = DCPIPE_ARRAY (older_tables),
  .views = DCPIPE_ARRAY (older_views),
  .row_format = 3,
  .decode = older_decode,
  .resolve = poison,
};

REGISTER_UP_TO (DCPIPE_KIND_DECODER, decoder, older_decoder, resolve)
