/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/runner.h"

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stop.h"
#include "bytes/cleanup.h"
#include "harness/process-state.h"
#include "harness/processes.h"
#include "harness/tsan.h"
#include "harness/verdict.h"
#include "plugin/callback.h"

enum verdict { PASSED, SKIPPED, FAILED };

/* What the child writes down before it may be gone. */
struct shared {
  char at[VERDICT_MAX];    /* what it is about to do */
  bool through;            /* the check came to its end */
  callback_place callback; /* that the engine's part of the check is in; a name in memory that both share */
};

static struct {
  char directory[256];
  unsigned timeout;
  const char *only;
  unsigned checks, failed, skipped;
  struct shared *shared;
  FILE *printed;       /* what a check wrote to standard output */
  const char *watched; /* the plugin whose threads ThreadSanitizer watches, or NULL */
  FILE *reports;       /* what a check wrote to stderr meanwhile */
} runner;

static volatile sig_atomic_t stopped;

static void
on_signal (int number)
{
  stopped = number;
}

const char *
runner_directory (void)
{
  return runner.directory;
}

static bool
make_directory (void)
{
  const char *parent = getenv ("TMPDIR");

  snprintf (runner.directory, sizeof runner.directory, "%.200s/dcpipe-plugin-test-XXXXXX",
            parent != NULL ? parent : "/tmp");
  if (mkdtemp (runner.directory) != NULL && setenv ("TMPDIR", runner.directory, 1) == 0)
    return true;
  fail ("%s cannot be made: %s", runner.directory, strerror (errno));
  return false;
}

/* A signal ends what waits, also a read of a pipe. */
static void
catch_signals (void)
{
  const struct sigaction action = { .sa_handler = on_signal };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

bool
runner_begin (unsigned timeout, const char *only)
{
  runner.timeout = timeout;
  runner.only = only;
  catch_signals ();
  processes_adopt ();
  if (!make_directory ())
    return false;
  runner.printed = tmpfile ();
  runner.shared =
      mmap (NULL, sizeof *runner.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (runner.shared == MAP_FAILED || runner.printed == NULL) {
    fail ("no memory, or no file, for the tests");
    return false;
  }
  printf ("TAP version 13\n");
  return true;
}

/* ---- in the child -------------------------------------------------------------------------------- */

void
runner_at (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (runner.shared->at, sizeof runner.shared->at, format, arguments);
  va_end (arguments);
}

static _Noreturn void
run_child (int out, void (*run) (const void *context), const void *context)
{
  setpgid (0, 0);
  dup2 (fileno (runner.printed), STDOUT_FILENO);
  if (runner.reports != NULL)
    dup2 (fileno (runner.reports), STDERR_FILENO);
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  verdict_goes_to (out);
  EXPECT (stop_init (), "%s", failure ());
  process_state_note ();
  callback_watch (&runner.shared->callback);
  run (context);
  callback_watch (NULL);
  runner.shared->through = true;
  process_state_expect ();
  /* A search for leaks at exit counts as part of the check: the parent waits for the process, and its
   * status must be 0 as well. */
  (void) !write (out, &(char){ VERDICT_PASSED }, 1);
  log_finish ();
  tsan_exit (0);
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

static uint64_t
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* Reads what the child says until it has ended, or its time is over: false. Others may hold the pipe open
 * when the child has gone, and the child may live on when it has closed it. */
static bool
hear (pid_t child, int in, char *text, size_t room, int *status)
{
  uint64_t end = now_ms () + (uint64_t) runner.timeout * 1000;
  struct pollfd wait = { .fd = in, .events = POLLIN };
  bool ended = false;
  size_t size = 0;

  for (;;) {
    int ready = poll (&wait, 1, ended ? 0 : wait.fd < 0 ? 2 : 100);
    ssize_t got = ready > 0 ? read (in, text + size, room - 1 - size) : 0;

    if (got > 0)
      size += (size_t) got;
    else if (ready > 0)
      wait.fd = -1;
    if (got > 0 && size < room - 1)
      continue;
    text[size] = '\0';
    if (ended)
      return true;
    ended = waitpid (child, status, WNOHANG) == child;
    if (!ended && (stopped || now_ms () >= end))
      return false;
  }
}

/* What is to be said of a child that said nothing itself. */
static void
explain (char *text, bool in_time, int status)
{
  const char *callback = atomic_load (&runner.shared->callback);
  bool named = runner.shared->at[0] != '\0';
  char what[256];

  if (!in_time)
    snprintf (what, sizeof what, "it did not end within %u seconds", runner.timeout);
  else if (WIFSIGNALED (status))
    snprintf (what, sizeof what, "it was ended by signal %d (%s)", WTERMSIG (status),
              strsignal (WTERMSIG (status)));
  else if (runner.shared->through && WEXITSTATUS (status) == 0)
    snprintf (what, sizeof what, "the plugin closed descriptors that are not its own");
  else if (runner.shared->through)
    snprintf (what, sizeof what, "it ended with exit status %d", WEXITSTATUS (status));
  else
    snprintf (what, sizeof what, "the plugin ended the process, with exit status %d", WEXITSTATUS (status));
  if (!named && callback != NULL)
    snprintf (text, VERDICT_MAX, "%s, while %s was called", what, callback);
  else
    snprintf (text, VERDICT_MAX, "%s%s%.3000s", what, named ? ", while " : "", runner.shared->at);
}

/* What came of the child: a verdict and, in `text`, the reason. */
static enum verdict
judge (pid_t child, int in, char *text)
{
  char said[VERDICT_MAX];
  int status = 0;
  bool in_time = hear (child, in, said, sizeof said, &status);

  if (!in_time) {
    kill (-child, SIGKILL);
    while (waitpid (child, &status, 0) < 0 && errno == EINTR)
      ;
  }
  snprintf (text, VERDICT_MAX, "%s", said[0] != '\0' ? said + 1 : "");
  if (said[0] == VERDICT_SKIPPED)
    return SKIPPED;
  if (said[0] == VERDICT_FAILED)
    return FAILED;
  if (in_time && said[0] == VERDICT_PASSED && WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return PASSED;
  explain (text, in_time, status);
  return FAILED;
}

/* What the check wrote to a file of ours, which is emptied; to be freed, or NULL if it wrote nothing. */
static char *
take_written (FILE *file)
{
  char *lines = NULL;
  size_t room = 0;
  ssize_t got;

  rewind (file);
  got = getdelim (&lines, &room, '\0', file);
  (void) !ftruncate (fileno (file), 0);
  rewind (file);
  if (got > 0)
    return lines;
  free (lines);
  return NULL;
}

/* What a check must not leave behind, however it ended. */
static enum verdict
look_behind (enum verdict verdict, unsigned left, char *text)
{
  CLEANUP_FREE char *printed = take_written (runner.printed);

  if (verdict == FAILED)
    return FAILED;
  if (left > 0)
    snprintf (text, VERDICT_MAX, "the plugin left %u process%s running", left, left == 1 ? "" : "es");
  else if (printed != NULL)
    snprintf (text, VERDICT_MAX, "the plugin wrote to standard output, which is not its own: %.1000s",
              printed);
  else
    return verdict;
  return FAILED;
}

/* Whether ThreadSanitizer had something to say, which is shown as it came, and in `text` in short. */
static bool
hear_reports (char *text)
{
  CLEANUP_FREE char *lines = take_written (runner.reports);

  if (lines != NULL)
    fputs (lines, stderr);
  return lines != NULL && tsan_summary (lines, runner.watched, text, VERDICT_MAX);
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

/* Runs a check in a process of its own; what came of it, and the reason in `text`. What was written so far is
 * flushed before, or both processes would write it. */
static enum verdict
run_apart (void (*run) (const void *context), const void *context, char *text)
{
  enum verdict verdict;
  int ends[2];
  pid_t child;

  fflush (NULL);
  memset (runner.shared, 0, sizeof *runner.shared);
  if (pipe (ends) != 0 || (child = fork ()) < 0) {
    snprintf (text, VERDICT_MAX, "no process for the check: %s", strerror (errno));
    return FAILED;
  }
  if (child == 0) {
    close (ends[0]);
    run_child (ends[1], run, context);
  }
  close (ends[1]);
  verdict = judge (child, ends[0], text);
  close (ends[0]);
  verdict = look_behind (verdict, processes_end (child), text);
  if (runner.reports != NULL && hear_reports (text))
    verdict = FAILED;
  empty_directory ();
  return verdict;
}

static bool
check (const char *group, const char *name, void (*run) (const void *context), const void *context)
{
  char text[VERDICT_MAX], line[512];
  enum verdict verdict;

  snprintf (line, sizeof line, "%s: %s", group, name);
  if (stopped)
    return false;
  if (runner.only != NULL && strstr (line, runner.only) == NULL)
    return true;
  verdict = run_apart (run, context, text);
  if (stopped)
    return false;
  runner.checks++;
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

unsigned
runner_checks (void)
{
  return runner.checks;
}

int
runner_end (const char *bail)
{
  unsigned passed = runner.checks - runner.failed - runner.skipped;

  fclose (runner.printed);
  if (runner.reports != NULL)
    fclose (runner.reports);
  empty_directory ();
  rmdir (runner.directory);
  if (stopped) {
    printf ("Bail out! signal %d (%s)\n", (int) stopped, strsignal (stopped));
    return 128 + stopped;
  }
  if (bail != NULL) {
    printf ("Bail out! %s\n", bail);
    return 1;
  }
  printf ("1..%u\n# %u check%s: %u passed, %u failed, %u skipped\n", runner.checks, runner.checks,
          runner.checks == 1 ? "" : "s", passed, runner.failed, runner.skipped);
  if (runner.failed > 0)
    return 1;
  return passed > 0 ? 0 : 77;
}
