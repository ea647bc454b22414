/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/output.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/exit-status.h"
#include "base/log.h"

static bool pipe_ends_us; /* who started us did not ask that SIGPIPE be ignored */
static bool failed;
static int failed_why; /* errno of the first failure, 0 if it is not known */
static bool reader_left;

/* Ignored, so that a failed write is an error with a reason. But `dcpipe dump | head` is to end like other
 * programs there, by the signal, so who started us is asked what he expects. */
void
output_begin (void)
{
  struct sigaction inherited;

  pipe_ends_us = sigaction (SIGPIPE, NULL, &inherited) == 0 && inherited.sa_handler != SIG_IGN;
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

void
output_failed (int why)
{
  /* The first reason is the cause; later ones follow from it. */
  if (!failed || failed_why == 0)
    failed_why = why;
  failed = true;
}

int
output_finish (int status)
{
  if (ferror (stdout))
    output_failed (0);
  errno = 0;
  if (fflush (stdout) != 0)
    output_failed (errno);
  if (!failed)
    return status;
  reader_left = failed_why == EPIPE && pipe_ends_us;
  if (reader_left || status != STATUS_DONE) /* a command that failed has said why */
    return status;
  log_error ("stdout: %s", failed_why ? strerror (failed_why) : "not everything could be written");
  return STATUS_FAILED;
}

void
output_end (void)
{
  if (!reader_left)
    return;
  signal (SIGPIPE, SIG_DFL);
  raise (SIGPIPE);
}
