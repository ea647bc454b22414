/* SPDX-License-Identifier: Apache-2.0 */
/* Kills dcpipe with SIGKILL at random moments, starts it again, and compares every table with that of an
 * undisturbed run, in every sink.
 *
 *   kill KILLS [SEED]
 *
 * Runs of `all` and of single labels are mixed, with batches of many sizes. Whenever an `all` run comes to
 * its end the tables are compared and the stores begun anew, until so many runs have been killed. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bytes/cleanup.h"

static const char *const tables[] = { "ledger_entries", "failed_entries", "fold_log",
                                      "fold_totals",    "fold_buckets",   "sync_status" };
static const char *const labels[] = { "DCTokenTransfer", "RepChange", "ProvCheckIn" };
static const char *const sinks[] = { "sqlite", "jsonl",
#ifdef HAVE_LMDB_SINK
                                     "lmdb"
#endif
};

#define COUNT(array) (sizeof (array) / sizeof *(array))

static char directory[] = "/tmp/dcpipe-kill.XXXXXX";
static char program[4096], ini[4096];
static uint64_t seed, random_state;
static bool keep; /* the directory, to look at after a failure */

static void __attribute__ ((format (printf, 1, 2), noreturn)) die (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  fputs ("kill: ", stdout);
  vprintf (format, arguments);
  printf (" (seed %llu, see %s)\n", (unsigned long long) seed, directory);
  va_end (arguments);
  keep = true;
  exit (1);
}

static uint64_t
random_below (uint64_t limit)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % limit;
}

static uint64_t
now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

static void
pause_us (uint64_t us)
{
  struct timespec rest = { (time_t) (us / 1000000), (long) (us % 1000000) * 1000 };

  while (nanosleep (&rest, &rest) < 0 && errno == EINTR)
    continue;
}

/* ---- files ---------------------------------------------------------------------------------------- */

/* A path in our directory, in memory of its own. */
static char *__attribute__ ((format (printf, 1, 2))) path_of (const char *format, ...)
{
  va_list arguments;
  char *name, *path;

  va_start (arguments, format);
  if (vasprintf (&name, format, arguments) < 0 || asprintf (&path, "%s/%s", directory, name) < 0)
    die ("no memory");
  va_end (arguments);
  free (name);
  return path;
}

/* Removes files whose names begin with `prefix`, and directories of such with the files in them. */
static void
remove_all (const char *parent, const char *prefix)
{
  DIR *entries = opendir (parent);
  const struct dirent *entry;

  while (entries != NULL && (entry = readdir (entries)) != NULL) {
    CLEANUP_FREE char *path = NULL;

    if (entry->d_name[0] == '.' || strncmp (entry->d_name, prefix, strlen (prefix)) != 0)
      continue;
    if (asprintf (&path, "%s/%s", parent, entry->d_name) < 0)
      die ("no memory");
    if (unlink (path) < 0) {
      remove_all (path, "");
      rmdir (path);
    }
  }
  if (entries != NULL)
    closedir (entries);
}

static void
clean_up (void)
{
  if (keep)
    return;
  remove_all (directory, "");
  rmdir (directory);
}

static void
write_ini (const char *ledger, const char *fold)
{
  CLEANUP_FCLOSE FILE *file = fopen (ini, "w");

  if (file == NULL)
    die ("cannot write %s", ini);
  fputs ("[pipeline]\nbatch_size = ${KILL_BATCH}\ncommit_size = ${KILL_COMMIT}\nworkers = ${KILL_WORKERS}\n",
         file);
  fprintf (file, "[source]\nplugin = ledger_file\npath = %s\n[decoder *]\nplugin = entry\n", ledger);
  for (size_t i = 0; i < COUNT (labels); i++)
    fprintf (file, "[decoder %s]\nplugin = %s\n", labels[i], fold);
  for (size_t i = 0; i < COUNT (sinks); i++)
    fprintf (file, "[sink %s]\nplugin = %s\npath = store.%s\n", sinks[i], sinks[i], sinks[i]);
}

/* ---- the program ---------------------------------------------------------------------------------- */

/* Starts dcpipe with up to three arguments; what it says goes to `output`, errors to the file "stderr". */
static pid_t
start (const char *output, const char *one, const char *two, const char *three, const char *four)
{
  CLEANUP_FREE char *errors = path_of ("stderr");
  pid_t child;

  fflush (stdout);
  child = fork ();
  if (child < 0)
    die ("fork: %s", strerror (errno));
  if (child > 0)
    return child;
  if (freopen (output, "w", stdout) == NULL || freopen (errors, "w", stderr) == NULL)
    _exit (127);
  execl (program, program, "-c", ini, one, two, three, four, (char *) NULL);
  _exit (127);
}

static int
wait_for (pid_t child)
{
  int status;

  while (waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      die ("waitpid: %s", strerror (errno));
  return status;
}

static void
expect_done (const char *what, int status)
{
  if (!WIFEXITED (status) || (WEXITSTATUS (status) != 0 && WEXITSTATUS (status) != 3))
    die ("%s ended with wait status %d", what, status);
}

/* ---- comparing ------------------------------------------------------------------------------------ */

static void
dump (const char *prefix, const char *table, const char *sink)
{
  CLEANUP_FREE char *output = path_of ("%s.%s.%s", prefix, table, sink);

  expect_done ("dump", wait_for (start (output, "dump", table, "--sink", sink)));
}

static void
dump_all (const char *prefix)
{
  for (size_t i = 0; i < COUNT (tables); i++)
    for (size_t j = 0; j < COUNT (sinks); j++)
      dump (prefix, tables[i], sinks[j]);
}

/* The next line that counts: of sync_status the one of the scope `all`, for scopes of labels come and go. */
static bool
next_line (FILE *file, bool status, char **line, size_t *capacity)
{
  while (getline (line, capacity, file) >= 0)
    if (!status || strstr (*line, "\"table_name\":\"all\"") != NULL)
      return true;
  return false;
}

static void
compare (const char *table, const char *one_path, const char *other_path)
{
  CLEANUP_FCLOSE FILE *one = fopen (one_path, "r");
  CLEANUP_FCLOSE FILE *other = fopen (other_path, "r");
  CLEANUP_FREE char *line = NULL;
  CLEANUP_FREE char *other_line = NULL;
  size_t capacity = 0, other_capacity = 0, number = 0;
  bool status = strcmp (table, "sync_status") == 0;

  if (one == NULL || other == NULL)
    die ("cannot read %s", one == NULL ? one_path : other_path);
  for (;;) {
    bool is = next_line (one, status, &line, &capacity),
         other_is = next_line (other, status, &other_line, &other_capacity);

    number++;
    if (is != other_is || (is && strcmp (line, other_line) != 0))
      die ("row %zu differs:\n  %s: %.300s\n  %s: %.300s\n", number, one_path, is ? line : "(none)",
           other_path, other_is ? other_line : "(none)");
    if (!is)
      break;
  }
  if (number == 1 && strcmp (table, "failed_entries") != 0)
    die ("%s is empty", one_path);
}

/* Every table in every sink, with those of the first sink in the undisturbed run. */
static void
compare_all (const char *prefix)
{
  for (size_t i = 0; i < COUNT (tables); i++)
    for (size_t j = 0; j < COUNT (sinks); j++) {
      CLEANUP_FREE char *expected = path_of ("undisturbed.%s.%s", tables[i], sinks[0]);
      CLEANUP_FREE char *found = path_of ("%s.%s.%s", prefix, tables[i], sinks[j]);

      compare (tables[i], expected, found);
    }
}

/* ---- the torture ---------------------------------------------------------------------------------- */

/* How much goes into a commit, and how many threads there are, changes from run to run. */
static void
vary (void)
{
  static const char *const batches[] = { "1", "20", "300", "5000" };
  static const char *const commits[] = { "4k", "64k", "16M" };
  static const char *const workers[] = { "1", "2", "3" };

  setenv ("KILL_BATCH", batches[random_below (COUNT (batches))], 1);
  setenv ("KILL_COMMIT", commits[random_below (COUNT (commits))], 1);
  setenv ("KILL_WORKERS", workers[random_below (COUNT (workers))], 1);
}

/* A third of the kills falls into the first moments, when stores are made and opened. */
static uint64_t
moment (uint64_t run_time)
{
  return random_below (random_below (3) == 0 ? 20000 : run_time);
}

/* True if a run of `all` came to its end. */
static bool
disturbed_run (uint64_t run_time, unsigned *killed)
{
  const char *label = random_below (2) == 0 ? labels[random_below (COUNT (labels))] : NULL;
  int status;
  pid_t child;

  vary ();
  child = start ("/dev/null", label != NULL ? "--label" : NULL, label, NULL, NULL);
  pause_us (moment (run_time));
  kill (child, SIGKILL);
  status = wait_for (child);
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL) {
    ++*killed;
    return false;
  }
  expect_done (label != NULL ? label : "all", status);
  return label == NULL;
}

static uint64_t
undisturbed_run (void)
{
  uint64_t begin = now_us ();

  setenv ("KILL_BATCH", "20", 1);
  setenv ("KILL_COMMIT", "64k", 1);
  setenv ("KILL_WORKERS", "2", 1);
  expect_done ("the undisturbed run", wait_for (start ("/dev/null", NULL, NULL, NULL, NULL)));
  begin = now_us () - begin;
  dump_all ("undisturbed");
  compare_all ("undisturbed");
  return begin;
}

int
main (int argc, char **argv)
{
  const char *vectors = getenv ("DCPIPE_VECTORS"), *source = getenv ("srcdir"),
             *build = getenv ("top_builddir");
  CLEANUP_FREE char *ledger = NULL, *fold = NULL;
  unsigned kills = argc > 1 ? (unsigned) strtoul (argv[1], NULL, 10) : 10, killed = 0, rounds = 0;
  uint64_t run_time;
  bool done = false;

  random_state = seed = argc > 2 ? strtoull (argv[2], NULL, 10) : (uint64_t) time (NULL) * 2654435761u + 1;
  if (source == NULL || build == NULL || mkdtemp (directory) == NULL)
    return 99;
  atexit (clean_up);
  printf ("kill: seed %llu\n", (unsigned long long) seed);
  snprintf (program, sizeof program, "%s/dcpipe", build);
  snprintf (ini, sizeof ini, "%s/kill.ini", directory);
  if (asprintf (&ledger, "%s%s/ledger/medium.ledger", vectors ? vectors : source,
                vectors ? "" : "/data/vectors")
          < 0
      || asprintf (&fold, "%s/tests/kill/.libs/fold.so", build) < 0)
    return 99;
  if (access (ledger, R_OK) < 0) {
    printf ("kill: there is no %s\n", ledger);
    return 77;
  }
  write_ini (ledger, fold);
  run_time = undisturbed_run ();
  while (killed < kills || !done) {
    if (done || rounds == 0) {
      remove_all (directory, "store");
      rounds++;
    }
    done = disturbed_run (run_time, &killed);
    if (done) {
      dump_all ("killed");
      compare_all ("killed");
    }
  }
  printf ("kill: %u runs were killed, %u times all tables were compared, a whole run takes %.2f s\n", killed,
          rounds, (double) run_time / 1e6);
  return 0;
}
