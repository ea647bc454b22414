/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that a check started and did not end. */
#ifndef PLUGIN_TEST_HARNESS_PROCESSES_H
#define PLUGIN_TEST_HARNESS_PROCESSES_H

#include <sys/types.h>

/* From now on what a check leaves behind belongs to this process, where the system can do that (Linux). */
void processes_adopt (void);

/* Ends all that is left of the process group, and all that this process has taken over; how many there were.
 */
unsigned processes_end (pid_t group);

#endif
