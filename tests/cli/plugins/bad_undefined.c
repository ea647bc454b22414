/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder that calls what no dcpipe has. */
#include "config.h"

#include "decoder.h"

int dcpipe_not_there (void);

static int
bad_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  (void) trial_decode (handle, entry, rows);
  return dcpipe_not_there ();
}

static const struct dcpipe_decoder bad_decoder = { TRIAL_DECODER ("bad_undefined"), .decode = bad_decode };

DCPIPE_REGISTER_DECODER (bad_decoder)
