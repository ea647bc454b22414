/* SPDX-License-Identifier: Apache-2.0 */
/* One descriptor becomes readable when a run is to stop, and stays so. All that waits, in core and in
 * plugins, waits for it too, with poll; so a signal is heard at once everywhere, and nothing has to be woken
 * thread by thread. */
#include "config.h"

#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "dcpipe-plugin.h"

static int pipe_fds[2] = { -1, -1 };
static atomic_bool requested;
static atomic_bool is_following;
static atomic_int signalled; /* lock-free, and read by all threads */

static void
wake (void)
{
  ssize_t ignored = write (pipe_fds[1], "", 1);

  (void) ignored;
}

static void
on_signal (int number)
{
  int kept = errno;

  /* Who asks twice does not want to wait for the commit. Nothing is lost by it that a kill would not lose. */
  if (signalled != 0)
    _exit (128 + number);
  /* In this order: who is woken asks at once whether there was a signal. */
  signalled = number;
  wake ();
  errno = kept;
}

bool
stop_init (void)
{
  /* SA_RESTART, since libraries below plugins do not all expect EINTR; what waits is woken by the
   * descriptor. */
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

  /* Each run calls this, and a service has many. */
  if (pipe_fds[0] >= 0)
    return true;
  if (pipe (pipe_fds) != 0) {
    fail ("a pipe cannot be made: %s", strerror (errno));
    return false;
  }
  for (int i = 0; i < 2; i++) {
    fcntl (pipe_fds[i], F_SETFD, FD_CLOEXEC);
    fcntl (pipe_fds[i], F_SETFL, O_NONBLOCK);
  }
  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  return true;
}

void
stop_request (void)
{
  if (!atomic_exchange (&requested, true))
    wake ();
}

void
stop_reset (void)
{
  char bytes[16];

  atomic_store (&requested, false);
  /* After a signal the descriptor is to stay readable for good. */
  if (signalled == 0 && pipe_fds[0] >= 0)
    while (read (pipe_fds[0], bytes, sizeof bytes) > 0)
      ;
  /* One that came meanwhile may have lost its byte. */
  if (signalled != 0)
    wake ();
}

bool
stop_requested (void)
{
  return signalled != 0 || atomic_load (&requested);
}

int
stop_signal (void)
{
  return signalled;
}

static uint64_t
now_ms (void)
{
  return monotonic_ns () / 1000000;
}

bool
stop_wait (uint64_t milliseconds)
{
  uint64_t end = now_ms () + milliseconds, now;

  while (!stop_requested () && (now = now_ms ()) < end) {
    struct pollfd wait = { .fd = pipe_fds[0], .events = POLLIN };
    uint64_t left = end - now;

    /* In parts: poll counts in int, and a clock that was set does not matter to it. */
    poll (&wait, 1, left > 60000 ? 60000 : (int) left);
  }
  return stop_requested ();
}

void
stop_set_following (bool following)
{
  atomic_store (&is_following, following);
}

int
dcpipe_stop_fd (void)
{
  return pipe_fds[0];
}

bool
dcpipe_following (void)
{
  return atomic_load (&is_following);
}
