/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/verdict.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/exit-status.h"
#include "base/log.h"

/* Outside of checks there is nobody who reads verdicts. */
static int out = -1;

void
verdict_goes_to (int fd)
{
  out = fd;
}

struct ending {
  char text[VERDICT_MAX]; /* a letter, and the reason */
  size_t size;            /* with the end of the text: another process may add to it */
};

static void __attribute__ ((format (printf, 3, 0)))
compose (struct ending *ending, char letter, const char *format, va_list arguments)
{
  int length = vsnprintf (ending->text + 1, sizeof ending->text - 1, format, arguments);

  ending->text[0] = letter;
  ending->size = length < VERDICT_MAX - 1 ? (size_t) length + 2 : VERDICT_MAX;
}

/* Sends the verdict and ends the process, whichever thread it is on; of several the first one does. */
static _Noreturn void
end_check (const struct ending *ending)
{
  static atomic_flag ended = ATOMIC_FLAG_INIT;

  if (out < 0) {
    log_error ("%s", ending->text + 1);
    exit (STATUS_FAILED);
  }
  while (atomic_flag_test_and_set (&ended))
    pause ();
  (void) !write (out, ending->text, ending->size);
  _exit (0);
}

void
verdict_fail (const char *format, ...)
{
  struct ending ending;
  va_list arguments;

  va_start (arguments, format);
  compose (&ending, VERDICT_FAILED, format, arguments);
  va_end (arguments);
  end_check (&ending);
}

void
verdict_skip (const char *format, ...)
{
  struct ending ending;
  va_list arguments;

  va_start (arguments, format);
  compose (&ending, VERDICT_SKIPPED, format, arguments);
  va_end (arguments);
  end_check (&ending);
}
