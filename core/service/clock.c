/* SPDX-License-Identifier: Apache-2.0 */
/* The main thread may be in a run for days and the HTTP thread sleeps while no socket moves, so neither can
 * end what takes too long. A thread with nothing else to do looks four times a second; all that it calls
 * takes its lock for a moment. */
#include "config.h"

#include "service/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "service/http/clients.h"
#include "service/jobs/jobs.h"
#include "service/state/events.h"
#include "service/state/notify.h"
#include "service/state/service.h"

#define TICK_NS 250000000

/* The watchdog is told nothing any more when the main thread was not seen for so long: opening a large store
 * takes its time, and a run shows its progress five times a second. */
#define SILENCE_NS UINT64_C (300000000000)

struct clock_thread {
  struct service *service;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  bool stopping;
  uint64_t watchdog_interval, watchdog_told; /* ns */
};

static void
feed_watchdog (struct clock_thread *clock)
{
  uint64_t now = monotonic_ns ();

  if (clock->watchdog_interval == 0 || now - clock->watchdog_told < clock->watchdog_interval)
    return;
  /* A process that hangs would still have this thread: what is fed must hang on the one that does the
   * work. */
  if (now - atomic_load (&clock->service->beat) > SILENCE_NS)
    return;
  clock->watchdog_told = now;
  notify_send ("WATCHDOG=1");
}

static void
tick (struct clock_thread *clock)
{
  clients_sweep (clock->service->clients);
  jobs_expire (clock->service->jobs);
  jobs_save_again (clock->service->jobs);
  events_keep_alive (clock->service->events);
  feed_watchdog (clock);
}

static bool
wait_tick (struct clock_thread *clock)
{
  struct timespec until;

  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_nsec += TICK_NS;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  LOCK_SCOPE (&clock->mutex);
  if (!clock->stopping)
    pthread_cond_timedwait (&clock->wake, &clock->mutex, &until);
  return !clock->stopping;
}

static void *
clock_main (void *context)
{
  while (wait_tick (context))
    tick (context);
  return NULL;
}

struct clock_thread *
clock_start (struct service *service)
{
  struct clock_thread *clock = calloc (1, sizeof *clock);
  pthread_condattr_t attributes;
  int code;

  if (clock == NULL) {
    fail ("no memory for a thread");
    return NULL;
  }
  clock->service = service;
  clock->watchdog_interval = notify_watchdog_interval ();
  pthread_mutex_init (&clock->mutex, NULL);
  pthread_condattr_init (&attributes);
  /* Or a clock that is set back would stop the ticks. */
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&clock->wake, &attributes);
  pthread_condattr_destroy (&attributes);
  code = pthread_create (&clock->thread, NULL, clock_main, clock);
  if (code == 0)
    return clock;
  fail ("a thread cannot be started: %s", strerror (code));
  free (clock);
  return NULL;
}

void
clock_stop (struct clock_thread *clock)
{
  if (clock == NULL)
    return;
  {
    LOCK_SCOPE (&clock->mutex);
    clock->stopping = true;
    pthread_cond_signal (&clock->wake);
  }
  pthread_join (clock->thread, NULL);
  pthread_cond_destroy (&clock->wake);
  pthread_mutex_destroy (&clock->mutex);
  free (clock);
}
