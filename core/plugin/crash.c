/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plugin/crash.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "plugin/callback.h"

/* The file that is mapped at the address, as Linux tells it; false if that is not known. */
static bool
find_file (uintptr_t address, char path[4096])
{
  CLEANUP_FCLOSE FILE *maps = fopen ("/proc/self/maps", "re");
  uintptr_t begin, end;
  char line[4352];
  int name;

  while (maps != NULL && fgets (line, sizeof line, maps) != NULL)
    if (sscanf (line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %n", &begin, &end, &name) == 2
        && address >= begin && address < end && line[name] == '/') {
      snprintf (path, 4096, "%.*s", (int) strcspn (line + name, "\n"), line + name);
      return true;
    }
  return false;
}

static bool
is_full (const char *path)
{
  struct statvfs status;

  return statvfs (path, &status) == 0 && status.f_bavail < 16;
}

/* The kernel interrupted code that looks at mapped memory, and so holds no lock of the C library or of the
 * log: their functions may be called here. */
static void
on_bus_error (int number, siginfo_t *information, void *context)
{
  char path[4096];
  bool full;

  (void) context;
  /* Other causes, such as an access that is not aligned, say nothing of a file. */
  if (information->si_code != BUS_ADRERR) {
    signal (number, SIG_DFL);
    raise (number);
    return;
  }
  if (!find_file ((uintptr_t) information->si_addr, path))
    memcpy (path, "a file", sizeof "a file");
  full = is_full (path);
  log_error ("%s is mapped into memory and cannot be read or written: %s", path,
             full ? "no space is left on the device" : "the disk fails, or something cut the file short");
  _exit (full ? STATUS_TEMPORARY : STATUS_FAILED);
}

/* ---- crashes ------------------------------------------------------------------------------------- */

static void
say (const char *text)
{
  if (text != NULL)
    (void) !write (STDERR_FILENO, text, strlen (text));
}

/* Nothing is sure any more, so nothing of the C library or the log is called that may hold a lock. Then comes
 * of the signal what would have come of it without this. */
static void
on_crash (int number)
{
  const char *callback = callback_name (), *instance = log_instance ();

  if (callback != NULL) {
    say (log_is_json () ? "{\"level\":\"error\",\"message\":\"" : "dcpipe: error: ");
    say (instance);
    say (instance != NULL ? ": " : NULL);
    say ("its callback ");
    say (callback);
    say (number == SIGABRT  ? " aborted"
         : number == SIGFPE ? " crashed: a fault in arithmetic"
         : number == SIGILL ? " crashed: an illegal instruction"
                            : " crashed: memory that is not its own");
    say (log_is_json () ? "\"}\n" : "\n");
  }
  raise (number);
}

/* Checkers of memory have handlers of their own, and better ones. */
static void
tell_of_crashes (void)
{
  static const int numbers[] = { SIGSEGV, SIGABRT, SIGFPE, SIGILL };
  struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_RESETHAND }, before;

  sigemptyset (&action.sa_mask);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (sigaction (numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
      sigaction (numbers[i], &action, NULL);
}

void
crash_init (void)
{
  struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };

  sigemptyset (&action.sa_mask);
  sigaction (SIGBUS, &action, NULL);
  tell_of_crashes ();
}
