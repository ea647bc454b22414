/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder built for a later minor version of the API. */
#include "config.h"

#include "decoder.h"

static const struct dcpipe_decoder bad_decoder = { TRIAL_DECODER ("bad_minor"), .decode = trial_decode };

DCPIPE_EXPORT const struct dcpipe_registration *
dcpipe_plugin (void)
{
  static const struct dcpipe_registration registration = { DCPIPE_MAGIC,         DCPIPE_API_MAJOR,
                                                           DCPIPE_API_MINOR + 1, DCPIPE_KIND_DECODER,
                                                           sizeof bad_decoder,   &bad_decoder };

  return &registration;
}
