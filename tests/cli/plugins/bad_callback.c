/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder without `decode`. */
#include "config.h"

#include "decoder.h"

static const struct dcpipe_decoder bad_decoder = { TRIAL_DECODER ("bad_callback") };

DCPIPE_REGISTER_DECODER (bad_decoder)
