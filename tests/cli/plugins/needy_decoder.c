/* SPDX-License-Identifier: Apache-2.0 */
/* Looks rows up. */
#include "config.h"

#include "decoder.h"

static const struct dcpipe_table_def needy_tables[] = {
  { .name = "needs", .columns = DCPIPE_ARRAY (trial_columns) },
};

static int
needy_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  (void) handle;
  (void) entry;
  (void) lookup;
  (void) rows;
  return DCPIPE_OK;
}

static const struct dcpipe_decoder needy_decoder = {
  TRIAL_DECODER ("needy_decoder"),
  .tables = DCPIPE_ARRAY (needy_tables),
  .decode = trial_decode,
  .resolve = needy_resolve,
};

DCPIPE_REGISTER_DECODER (needy_decoder)
