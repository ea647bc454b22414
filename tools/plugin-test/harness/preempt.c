/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/preempt.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/time.h>

#include "base/clock.h"
#include "harness/tsan.h"

/* Between interruptions, and how long one is: others run through many callbacks meanwhile. */
#define APART_US 30
#define PAUSE_US 60

#define ENOUGH 4000
#define LONGEST_NS UINT64_C (3000000000)

static struct sigaction before;
static sigset_t alarm_only;
static atomic_bool begun;
static atomic_uint interruptions;
static uint64_t began;

static void
set_timer (long microseconds)
{
  const struct itimerval timer = { .it_value = { .tv_usec = microseconds } };

  setitimer (ITIMER_REAL, &timer, NULL);
}

/* Of what may be called here, select is the one that waits for less than a second. The timer goes on when
 * this one has: if all threads could be stopped at once, none might come further on a busy machine. */
static void
pause_a_moment (int number)
{
  struct timeval moment = { .tv_usec = PAUSE_US };
  int kept = errno;

  (void) number;
  select (0, NULL, NULL, NULL, &moment);
  atomic_fetch_add (&interruptions, 1);
  if (atomic_load (&begun))
    set_timer (APART_US);
  errno = kept;
}

/* The kernel takes the first thread if it can, which only waits. ThreadSanitizer sees all without this, and
 * lets handlers wait. */
void
preempt_begin (void)
{
  const struct sigaction action = { .sa_handler = pause_a_moment, .sa_flags = SA_RESTART };

  if (tsan_is_here ())
    return;
  assert (!atomic_load (&begun));
  sigemptyset (&alarm_only);
  sigaddset (&alarm_only, SIGALRM);
  pthread_sigmask (SIG_BLOCK, &alarm_only, NULL);
  sigaction (SIGALRM, &action, &before);
  atomic_store (&interruptions, 0);
  began = monotonic_ns ();
  atomic_store (&begun, true);
  set_timer (APART_US);
}

void
preempt_me (void)
{
  if (!tsan_is_here ())
    pthread_sigmask (SIG_UNBLOCK, &alarm_only, NULL);
}

/* One that is still on its way ends before the action is another again: it is taken here. */
void
preempt_end (void)
{
  if (tsan_is_here ())
    return;
  atomic_store (&begun, false);
  set_timer (0);
  pthread_sigmask (SIG_UNBLOCK, &alarm_only, NULL);
  sigaction (SIGALRM, &before, NULL);
}

bool
preempt_goes_on (void)
{
  return atomic_load (&begun) && atomic_load (&interruptions) < ENOUGH
         && monotonic_ns () - began < LONGEST_NS;
}
