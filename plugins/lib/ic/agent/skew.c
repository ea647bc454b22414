/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/skew.h"

#include <stdio.h>

bool
ic_skew_tell (int64_t ahead_s, struct ic_error *error)
{
  double minutes = (double) (ahead_s > 0 ? ahead_s : -ahead_s) / 60;
  char size[48];

  if (ahead_s > -IC_SKEW_LEAST && ahead_s < IC_SKEW_LEAST)
    return false;
  if (minutes < 120)
    snprintf (size, sizeof size, "%.0f min", minutes);
  else if (minutes < 48 * 60)
    snprintf (size, sizeof size, "%.0f h", minutes / 60);
  else
    snprintf (size, sizeof size, "%.0f days", minutes / 60 / 24);
  ic_error_prefix (error, "this machine's clock is %s %s that of the server: set it right", size,
                   ahead_s > 0 ? "behind" : "ahead of");
  return true;
}
