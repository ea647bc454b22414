/* SPDX-License-Identifier: Apache-2.0 */
/* Pauses double and are cut by chance, so that many processes that lost one server do not come back to it at
 * the same moment, again and again. */
#include "config.h"

#include "base/retry.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "dcpipe-plugin.h"

/* ms: ten minutes. A server that asks for a day would look like a run that hangs. */
#define LONGEST_ASKED 600000u
/* A service must hear of a cancelled job, and feed the watchdog, while it waits. */
#define IDLE_MS 1000u

/* What a plugin asked for with its last failure: the callback returns a number, which has no room for it. */
static _Thread_local uint64_t asked;

void
dcpipe_retry_after (uint64_t milliseconds)
{
  asked = milliseconds < LONGEST_ASKED ? milliseconds : LONGEST_ASKED;
}

void
retry_begin (void)
{
  asked = 0;
}

/* Between half of the exponential delay and the whole. */
static uint64_t
delay (const struct retry *retry)
{
  uint64_t whole = retry->delay;

  assert (retry->delay > 0 && retry->attempts > 0);
  for (uint64_t i = 1; i < retry->attempts && whole < retry->longest; i++)
    whole *= 2;
  if (whole > retry->longest)
    whole = retry->longest;
  /* The clock's last digits are chance enough here, and need no seed. */
  whole = whole / 2 + monotonic_ns () / 1000 % (whole - whole / 2);
  return whole > asked ? whole : asked;
}

void
pause_text (char text[PAUSE_SIZE], uint64_t milliseconds)
{
  double seconds = (double) milliseconds / 1000;

  if (seconds < 1)
    snprintf (text, PAUSE_SIZE, "%" PRIu64 " ms", milliseconds);
  else if (seconds < 120)
    snprintf (text, PAUSE_SIZE, "%.1f s", seconds);
  else if (seconds < 7200)
    snprintf (text, PAUSE_SIZE, "%.0f min", seconds / 60);
  else
    snprintf (text, PAUSE_SIZE, "%.1f h", seconds / 3600);
}

bool
retry_wait_idle (struct retry *retry, void (*idle) (void *context), void *context)
{
  char text[PAUSE_SIZE];
  uint64_t pause;

  if (++retry->attempts > retry->max) {
    if (retry->max > 0)
      fail ("attempt %" PRIu64 " of %" PRIu64 " failed: %s", retry->attempts, retry->max + 1,
            failure_reason ());
    return false;
  }
  pause = delay (retry);
  pause_text (text, pause);
  if (retry->max == RETRY_FOR_EVER)
    log_warning ("attempt %" PRIu64 " failed: %s; next in %s", retry->attempts, failure_reason (), text);
  else
    log_warning ("attempt %" PRIu64 " of %" PRIu64 " failed: %s; next in %s", retry->attempts, retry->max + 1,
                 failure_reason (), text);
  while (idle != NULL && pause > IDLE_MS && !stop_wait (IDLE_MS)) {
    idle (context);
    pause -= IDLE_MS;
  }
  return !stop_wait (pause);
}

bool
retry_wait (struct retry *retry)
{
  return retry_wait_idle (retry, NULL, NULL);
}

void
retry_reset (struct retry *retry)
{
  retry->attempts = 0;
}
