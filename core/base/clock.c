/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/clock.h"

#include <time.h>

/* Neither clock can fail on Linux with these names, so nobody asks. 64 bits of ns last until the year
 * 2554. */
static uint64_t
now_ns (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

uint64_t
monotonic_ns (void)
{
  return now_ns (CLOCK_MONOTONIC);
}

uint64_t
realtime_ns (void)
{
  return now_ns (CLOCK_REALTIME);
}
