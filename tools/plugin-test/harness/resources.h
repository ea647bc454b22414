/* SPDX-License-Identifier: Apache-2.0 */
/* What this process holds: to find out what a plugin does not give back. */
#ifndef PLUGIN_TEST_HARNESS_RESOURCES_H
#define PLUGIN_TEST_HARNESS_RESOURCES_H

#include <stddef.h>

/* Open descriptors. */
int resources_descriptors (void);

/* Calls `round` a few times to warm up, then more often, and fails if bytes of the heap were kept by each
 * of these. Some calls come from another thread. Where the heap cannot be measured (another libc, sanitizers)
 * only the calls are made. `what` is named in the message. */
void resources_expect_no_leak (const char *what, void (*round) (void *context), void *context);

#endif
