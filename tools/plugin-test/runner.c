/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runner.h"

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "stop.h"
#include "tsan.h"
#include "verdict.h"

#define TEXT_MAX 4096

enum verdict { PASSED, SKIPPED, FAILED };

static struct {
  char directory[256];
  unsigned timeout;
  const char *only;
  unsigned checks, failed, skipped;
  char *at;            /* TEXT_MAX bytes shared with the child */
  int out;             /* in the child: where its verdict goes */
  const char *watched; /* the plugin whose threads ThreadSanitizer watches, or NULL */
  FILE *reports;       /* what a check wrote to stderr meanwhile */
} runner;

static volatile sig_atomic_t stopped;

static void
on_signal (int number)
{
  stopped = number;
}

bool
runner_begin (unsigned timeout, const char *only)
{
  const char *parent = getenv ("TMPDIR");

  runner.timeout = timeout;
  runner.only = only;
  snprintf (runner.directory, sizeof runner.directory, "%.200s/dcpipe-plugin-test-XXXXXX",
            parent != NULL ? parent : "/tmp");
  if (mkdtemp (runner.directory) == NULL || setenv ("TMPDIR", runner.directory, 1) != 0) {
    fail ("%s cannot be made: %s", runner.directory, strerror (errno));
    return false;
  }
  runner.at = mmap (NULL, TEXT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (runner.at == MAP_FAILED) {
    fail ("no memory for the tests");
    return false;
  }
  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
  printf ("TAP version 13\n");
  return true;
}

/* ---- in the child -------------------------------------------------------------------------------- */

void
runner_at (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (runner.at, TEXT_MAX, format, arguments);
  va_end (arguments);
}

/* Sends the verdict and ends the process, whichever thread it is on; of several the first one does. */
static _Noreturn void __attribute__ ((format (printf, 2, 0)))
end_check (char verdict, const char *format, va_list arguments)
{
  static atomic_flag ended = ATOMIC_FLAG_INIT;
  char text[TEXT_MAX];
  int size = vsnprintf (text + 1, sizeof text - 1, format, arguments);

  while (atomic_flag_test_and_set (&ended))
    pause ();
  text[0] = verdict;
  if (size >= (int) sizeof text - 1)
    size = sizeof text - 2;
  (void) !write (runner.out, text, (size_t) size + 1);
  _exit (0);
}

void
verdict_fail (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  end_check ('f', format, arguments);
}

void
verdict_skip (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  end_check ('s', format, arguments);
}

/* ---- in the parent ------------------------------------------------------------------------------- */

static int
remove_entry (const char *path, const struct stat *status, int type, struct FTW *walk)
{
  (void) status, (void) type;
  return walk->level == 0 ? 0 : remove (path);
}

static void
empty_directory (void)
{
  nftw (runner.directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Reads what the child says until it ends, or its time is over. False for the latter. */
static bool
hear (int in, char *text, size_t room)
{
  struct timespec now;
  time_t end;
  size_t size = 0;

  clock_gettime (CLOCK_MONOTONIC, &now);
  for (end = now.tv_sec + (time_t) runner.timeout; now.tv_sec < end && !stopped;
       clock_gettime (CLOCK_MONOTONIC, &now)) {
    struct pollfd wait = { .fd = in, .events = POLLIN };
    ssize_t got;

    if (poll (&wait, 1, 1000) <= 0)
      continue;
    got = read (in, text + size, room - 1 - size);
    if (got <= 0) {
      text[size] = '\0';
      return true;
    }
    size += (size_t) got;
  }
  return false;
}

/* What came of the child: a verdict and, in `text`, the reason. */
static enum verdict
judge (pid_t child, int in, char *text)
{
  char said[TEXT_MAX] = "";
  bool in_time = hear (in, said, sizeof said);
  const char *while_ = runner.at[0] != '\0' ? ", while " : "";
  int status = 0;

  if (!in_time)
    kill (-child, SIGKILL);
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  kill (-child, SIGKILL); /* what it may have left running */
  snprintf (text, TEXT_MAX, "%s", said[0] != '\0' ? said + 1 : "");
  if (said[0] == 's')
    return SKIPPED;
  if (said[0] == 'f')
    return FAILED;
  if (in_time && said[0] == 'p' && WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return PASSED;
  if (!in_time)
    snprintf (text, TEXT_MAX, "it did not end within %u seconds%s%.3000s", runner.timeout, while_, runner.at);
  else if (WIFSIGNALED (status))
    snprintf (text, TEXT_MAX, "it was ended by signal %d (%s)%s%.3000s", WTERMSIG (status),
              strsignal (WTERMSIG (status)), while_, runner.at);
  else
    snprintf (text, TEXT_MAX, "it ended with exit status %d%s%.3000s", WEXITSTATUS (status), while_,
              runner.at);
  return FAILED;
}

static _Noreturn void
run_child (int out, void (*run) (const void *context), const void *context)
{
  setpgid (0, 0);
  if (runner.reports != NULL)
    dup2 (fileno (runner.reports), STDERR_FILENO);
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  runner.out = out;
  EXPECT (stop_init (), "%s", failure ());
  runner.at[0] = '\0';
  run (context);
  /* A search for leaks at exit counts as part of the check: the parent waits for the process, and its
   * status must be 0 as well. */
  (void) !write (out, "p", 1);
  log_finish ();
  fflush (NULL);
  exit (0);
}

/* Whether ThreadSanitizer had something to say, which is shown as it came, and in `text` in short. */
static bool
hear_reports (char *text)
{
  CLEANUP_FREE char *lines = NULL;
  size_t room = 0;
  ssize_t got;

  rewind (runner.reports);
  got = getdelim (&lines, &room, '\0', runner.reports);
  if (got > 0)
    fputs (lines, stderr);
  rewind (runner.reports);
  (void) !ftruncate (fileno (runner.reports), 0);
  return got > 0 && tsan_summary (lines, runner.watched, text, TEXT_MAX);
}

static void
print (enum verdict verdict, const char *group, const char *name, char *text)
{
  const char *word = verdict == FAILED ? "not ok" : "ok";

  for (char *p = text; *p != '\0'; p++)
    if (*p == '\n' || *p == '\r')
      *p = ' ';
  if (verdict == SKIPPED)
    printf ("%s %u - %s: %s # SKIP %s\n", word, runner.checks, group, name, text);
  else
    printf ("%s %u - %s: %s\n", word, runner.checks, group, name);
  if (verdict == FAILED)
    printf ("# %s\n", text);
  fflush (stdout);
}

static bool
check (const char *group, const char *name, void (*run) (const void *context), const void *context)
{
  char text[TEXT_MAX], line[512];
  enum verdict verdict;
  int ends[2];
  pid_t child;

  snprintf (line, sizeof line, "%s: %s", group, name);
  if (stopped)
    return false;
  if (runner.only != NULL && strstr (line, runner.only) == NULL)
    return true;
  runner.checks++;
  fflush (NULL);
  if (pipe (ends) != 0 || (child = fork ()) < 0) {
    snprintf (text, sizeof text, "no process for the check: %s", strerror (errno));
    print (FAILED, group, name, text);
    runner.failed++;
    return false;
  }
  if (child == 0) {
    close (ends[0]);
    run_child (ends[1], run, context);
  }
  close (ends[1]);
  verdict = judge (child, ends[0], text);
  close (ends[0]);
  if (runner.reports != NULL && hear_reports (text))
    verdict = FAILED;
  empty_directory ();
  runner.failed += verdict == FAILED;
  runner.skipped += verdict == SKIPPED;
  print (verdict, group, name, text);
  return verdict != FAILED;
}

bool
runner_check (const char *group, const char *name, void (*run) (const void *context), const void *context)
{
  return runner.watched != NULL || check (group, name, run, context);
}

bool
runner_check_threads (const char *group, const char *name, void (*run) (const void *context),
                      const void *context)
{
  return check (group, name, run, context);
}

void
runner_watch_threads (const char *plugin)
{
  tsan_watch ();
  runner.watched = plugin;
  runner.reports = tmpfile ();
}

int
runner_end (void)
{
  unsigned passed = runner.checks - runner.failed - runner.skipped;

  if (runner.reports != NULL)
    fclose (runner.reports);
  empty_directory ();
  rmdir (runner.directory);
  printf ("1..%u\n# %u checks: %u passed, %u failed, %u skipped\n", runner.checks, runner.checks, passed,
          runner.failed, runner.skipped);
  if (stopped)
    return 128 + stopped;
  if (runner.failed > 0)
    return 1;
  return passed > 0 ? 0 : 77;
}
