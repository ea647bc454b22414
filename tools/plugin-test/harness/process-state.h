/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to the process as a whole, and is not a plugin's to change. */
#ifndef PLUGIN_TEST_HARNESS_PROCESS_STATE_H
#define PLUGIN_TEST_HARNESS_PROCESS_STATE_H

/* Remembers how it is. */
void process_state_note (void);

/* Fails unless it is as it was noted, and about as many descriptors are open. */
void process_state_expect (void);

#endif
