/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting between attempts: exponential with jitter, at least what the other side asked for. */
#ifndef DCPIPE_BASE_RETRY_H
#define DCPIPE_BASE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_FOR_EVER UINT64_MAX

struct retry {
  uint64_t max;      /* attempts after the first, or RETRY_FOR_EVER */
  uint64_t delay;    /* ms: the pause before the second attempt, at least 1 */
  uint64_t longest;  /* ms: no pause is longer, unless the other side asked for it */
  uint64_t attempts; /* failed in a row */
};

/* After a failed attempt, whose reason is in failure (): logs it and waits. False if all attempts are used
 * up, which failure () then says as well, or a stop was asked for. */
bool retry_wait (struct retry *retry);

/* The same for a thread that others look to: calls `idle` meanwhile, about once a second, unless it is
 * NULL. */
bool retry_wait_idle (struct retry *retry, void (*idle) (void *context), void *context);

/* After one that went well. */
void retry_reset (struct retry *retry);

/* "250 ms", "1.5 s", "3 min" or "2.5 h". */
#define PAUSE_SIZE 32
void pause_text (char text[PAUSE_SIZE], uint64_t milliseconds);

/* Forgets what an earlier callback on this thread asked for. Before each attempt. */
void retry_begin (void);

#endif
