/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host.h"

#include "base/log.h"

const char *
host_error (void)
{
  return failure ();
}

void
host_clear (void)
{
  failure_clear ();
}
