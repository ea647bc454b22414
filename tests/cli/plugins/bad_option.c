/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder whose option lies beyond its handle. */
#include "config.h"

#include "decoder.h"

static const struct dcpipe_option bad_options[] = {
  { "far", DCPIPE_OPTION_INT, "1", NULL, 0, 0, 0, "too far", 12 },
};

static const struct dcpipe_decoder bad_decoder = {
  TRIAL_DECODER ("bad_option"),
  .options = DCPIPE_ARRAY (bad_options),
  .handle_size = 16,
  .decode = trial_decode,
};

DCPIPE_REGISTER_DECODER (bad_decoder)
