/* SPDX-License-Identifier: Apache-2.0 */
/* Declares the table of trial_decoder, too. */
#include "config.h"

#include "decoder.h"

static const struct dcpipe_table_def twin_tables[] = {
  { .name = "trials", .columns = DCPIPE_ARRAY (trial_columns), .flags = DCPIPE_TABLE_LOG },
};

static const struct dcpipe_decoder twin_decoder = {
  TRIAL_DECODER ("twin_decoder"),
  .tables = DCPIPE_ARRAY (twin_tables),
  .decode = trial_decode,
};

DCPIPE_REGISTER_DECODER (twin_decoder)
