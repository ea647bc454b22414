/* SPDX-License-Identifier: Apache-2.0 */
/* Tells systemd, or whoever set $NOTIFY_SOCKET, how the service is: datagrams as sd_notify(3) describes them.
 * Without that variable nothing happens. */
#ifndef DCPIPE_SERVICE_STATE_NOTIFY_H
#define DCPIPE_SERVICE_STATE_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...". Any thread. */
void notify_send (const char *state);

/* How often WATCHDOG=1 is to be sent, in ns: half of $WATCHDOG_USEC; 0 if it is not wanted of this process.
 */
uint64_t notify_watchdog_interval (void);

#endif
