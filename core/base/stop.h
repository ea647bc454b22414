/* SPDX-License-Identifier: Apache-2.0 */
/* Stopping a run: by a signal, or because its end is known. Every blocking wait also polls its descriptor. */
#ifndef DCPIPE_BASE_STOP_H
#define DCPIPE_BASE_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the descriptor and takes over SIGINT and SIGTERM, once: the first of them asks for a stop, a second
 * one ends the process at once. False after fail. */
bool stop_init (void);

/* Asks the current run to stop; any thread. */
void stop_request (void);

/* Forgets requests, but not signals, before a new run. */
void stop_reset (void);

bool stop_requested (void);

/* The signal that asked, or 0. */
int stop_signal (void);

/* Waits; true if a stop was asked for meanwhile. */
bool stop_wait (uint64_t milliseconds);

/* The answer to dcpipe_following for the run that begins. */
void stop_set_following (bool following);

#endif
