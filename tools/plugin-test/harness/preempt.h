/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that interrupt each other. A callback that takes a microsecond is hardly ever interrupted by
 * itself, and what it does to a buffer that it shares with others would show once in a while only. */
#ifndef PLUGIN_TEST_HARNESS_PREEMPT_H
#define PLUGIN_TEST_HARNESS_PREEMPT_H

#include <stdbool.h>

/* From now on threads that call preempt_me are stopped for a moment at any place, one after the other, and
 * others go on meanwhile. On the thread that starts and joins them, before it starts them. */
void preempt_begin (void);
void preempt_me (void);
void preempt_end (void);

/* True until that was done so often that a fault will have shown, or for too long. Any thread. */
bool preempt_goes_on (void);

#endif
