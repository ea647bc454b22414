/* SPDX-License-Identifier: Apache-2.0 */
/* Databases map files into memory. When a disk is full or fails just then, no call is there to return an
 * error: the kernel sends SIGBUS. The process ends with a reason and with a status like that of other faults;
 * what was committed stays, as after a kill.
 *
 * When a plugin crashes, one line names the callback that it was in, and the signal does what it does. */
#ifndef DCPIPE_PLUGIN_CRASH_H
#define DCPIPE_PLUGIN_CRASH_H

void crash_init (void);

#endif
