/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder as it would be if it had been built for an earlier minor version: its struct ends before
 * `resolve`, its columns before `help`. What lies behind the ends is poison that the loader must not
 * read. */
#include "config.h"

#include "decoder.h"

struct older_column {
  const char *name;
  int type;
  unsigned key;
  int fill;
  unsigned flags;
};

static const struct older_column older_columns[] = {
  { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0 },
  { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0 },
  { "amount", DCPIPE_I64, 0, 0, 0 },
};

static const struct dcpipe_table_def older_tables[] = {
  { .name = "older",
    .columns = { (const void *) older_columns, 3, sizeof (struct older_column) },
    .flags = DCPIPE_TABLE_LOG },
};

static int
poison (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  (void) handle;
  (void) entry;
  (void) lookup;
  (void) rows;
  return DCPIPE_FAIL;
}

static const struct dcpipe_decoder older_decoder = {
  TRIAL_DECODER ("older_decoder"),
  .tables = DCPIPE_ARRAY (older_tables),
  .decode = trial_decode,
  .resolve = poison,
};

DCPIPE_EXPORT const struct dcpipe_registration *
dcpipe_plugin (void)
{
  static const struct dcpipe_registration registration
      = { DCPIPE_MAGIC, DCPIPE_API_MAJOR, 0, DCPIPE_KIND_DECODER, offsetof (struct dcpipe_decoder, resolve),
          &older_decoder };

  return &registration;
}
