/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder whose table has a gap in its primary key. */
#include "config.h"

#include "decoder.h"

static const struct dcpipe_column bad_columns[] = {
  { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, NULL },
  { "entry_index", DCPIPE_U64, 3, DCPIPE_FILL_ENTRY_INDEX, 0, NULL },
};

static const struct dcpipe_table_def bad_tables[] = { { .name = "gaps",
                                                        .columns = DCPIPE_ARRAY (bad_columns) } };

static const struct dcpipe_decoder bad_decoder = {
  TRIAL_DECODER ("bad_table"),
  .tables = DCPIPE_ARRAY (bad_tables),
  .decode = trial_decode,
};

DCPIPE_REGISTER_DECODER (bad_decoder)
