/* SPDX-License-Identifier: Apache-2.0 */
/* A thread for what is due by time alone, whatever the main thread is at: clients that take too long,
 * requests that wait too long, keep-alives, systemd's watchdog. */
#ifndef DCPIPE_SERVICE_CLOCK_H
#define DCPIPE_SERVICE_CLOCK_H

#include <stdbool.h>

struct service;
struct clock_thread;

/* NULL after fail. */
struct clock_thread *clock_start (struct service *service);
void clock_stop (struct clock_thread *clock);

#endif
