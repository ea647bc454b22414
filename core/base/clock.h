/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks: one that never goes back, to measure and to wait by, and the one that people set. */
#ifndef DCPIPE_BASE_CLOCK_H
#define DCPIPE_BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC, in ns: from any thread. */
uint64_t monotonic_ns (void);

/* Time since 1970, in ns, as this machine has it: from any thread. */
uint64_t realtime_ns (void);

#endif
