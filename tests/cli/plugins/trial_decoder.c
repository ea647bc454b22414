/* SPDX-License-Identifier: Apache-2.0 */
/* Takes two labels, one of them also by another name. */
#include "config.h"

#include "decoder.h"

struct trial {
  int verdict;
};

static const struct dcpipe_option trial_options[] = {
  { "verdict", DCPIPE_OPTION_ENUM, "flag", "flag|reject|off", 0, 0, DCPIPE_OPTION_ROWS, "what to do",
    offsetof (struct trial, verdict) },
};

static const struct dcpipe_label trial_labels[] = { { "Alpha", "AlphaOne AlphaTwo" }, { "Beta", NULL } };

static const struct dcpipe_table_def trial_tables[] = {
  { .name = "trials", .columns = DCPIPE_ARRAY (trial_columns), .flags = DCPIPE_TABLE_LOG },
};

static const struct dcpipe_decoder trial_decoder = {
  TRIAL_DECODER ("trial_decoder"),       .options = DCPIPE_ARRAY (trial_options),
  .handle_size = sizeof (struct trial),  .labels = DCPIPE_ARRAY (trial_labels),
  .tables = DCPIPE_ARRAY (trial_tables), .decode = trial_decode,
};

DCPIPE_REGISTER_DECODER (trial_decoder)
