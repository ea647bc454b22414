/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "icp/trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bytes/bytes.h"
#include "bytes/cleanup.h"
#include "bytes/hex.h"

#define SKIPPED 77

extern char **environ;

/* The first one alone is a log whose beginning can be compared. */
static const char *const tables[] = { "ledger_entries", "failed_entries", "registered_principals",
                                      "token_transfers", "token_balances" };
#define TABLES (sizeof tables / sizeof *tables)

static struct {
  const char *name;
  char directory[64], program[4096], ledger[4096], ini[128];
  uint64_t seed, random;
  bool failed; /* the directory is kept */
  struct bytes wanted[TABLES];
} trial;

void
trial_die (const char *format, ...)
{
  va_list arguments;

  printf ("%s: ", trial.name);
  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
  printf (" (seed %" PRIu64 ", see %s)\n", trial.seed, trial.directory);
  fflush (stdout);
  trial.failed = true;
  exit (1);
}

uint64_t
trial_random_below (uint64_t limit)
{
  trial.random ^= trial.random << 13;
  trial.random ^= trial.random >> 7;
  trial.random ^= trial.random << 17;
  return trial.random % limit;
}

/* ---- files ---------------------------------------------------------------------------------------- */

static void
path_of (char path[128], const char *name)
{
  snprintf (path, 128, "%s/%s", trial.directory, name);
}

/* Removes a directory that has only files. */
static void
remove_directory (const char *path)
{
  DIR *directory = opendir (path);
  const struct dirent *entry;

  while (directory != NULL && (entry = readdir (directory)) != NULL)
    if (entry->d_name[0] != '.' || strlen (entry->d_name) > 2)
      unlinkat (dirfd (directory), entry->d_name, 0);
  if (directory != NULL)
    closedir (directory);
  rmdir (path);
}

void
trial_reset (void)
{
  char path[128];

  path_of (path, "sink.jsonl");
  remove_directory (path);
}

static void
clean_up (void)
{
  for (size_t i = 0; i < TABLES; i++)
    free ((void *) (uintptr_t) trial.wanted[i].data);
  if (trial.failed)
    return;
  trial_reset ();
  remove_directory (trial.directory);
}

/* All of a file in our directory; the caller frees it. */
static struct bytes
read_all (const char *name)
{
  char path[128];
  CLEANUP_FCLOSE FILE *file = NULL;
  char *data = NULL;
  size_t size = 0;

  path_of (path, name);
  file = fopen (path, "r");
  if (file == NULL)
    trial_die ("cannot read %s: %s", path, strerror (errno));
  if (getdelim (&data, &size, '\0', file) < 0 && ferror (file))
    trial_die ("cannot read %s: %s", path, strerror (errno));
  return (struct bytes){ (uint8_t *) data, (size_t) ftell (file) };
}

/* ---- the program ---------------------------------------------------------------------------------- */

/* Runs dcpipe with up to two arguments; its streams go to the files "out" and "err". Its exit status. */
static int
run_program (const char *one, const char *two)
{
  char *const arguments[] = {
    trial.program, (char *) (uintptr_t) "-c", trial.ini, (char *) (uintptr_t) one, (char *) (uintptr_t) two,
    NULL
  };
  posix_spawn_file_actions_t actions;
  char out[128], err[128];
  int status;
  pid_t child;

  path_of (out, "out");
  path_of (err, "err");
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (posix_spawn (&child, trial.program, &actions, NULL, arguments, environ) != 0)
    trial_die ("cannot run %s", trial.program);
  posix_spawn_file_actions_destroy (&actions);
  while (waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      trial_die ("waitpid: %s", strerror (errno));
  if (!WIFEXITED (status))
    trial_die ("dcpipe ended with wait status %d", status);
  return WEXITSTATUS (status);
}

static FILE *
begin_ini (void)
{
  FILE *file = fopen (trial.ini, "w");

  if (file == NULL)
    trial_die ("cannot write %s: %s", trial.ini, strerror (errno));
  return file;
}

static void
put_rest (FILE *file)
{
  fputs ("[decoder *]\nplugin = entry\n"
         "[decoder ProvRegister]\nplugin = registration\n"
         "[decoder UserRegister]\nplugin = registration\n"
         "[decoder NPRegister]\nplugin = registration\n"
         "[decoder DCTokenTransfer]\nplugin = transfer\n"
         "[sink main]\nplugin = jsonl\npath = sink.jsonl\n",
         file);
}

static int
sync_now (void)
{
  int status = run_program (NULL, NULL);

  return status == 3 ? 0 : status;
}

int
trial_sync (const struct replica *replica, const struct trial_run *run)
{
  char key[2 * IC_BLS_DER_SIZE + 1];
  FILE *file = begin_ini ();

  hex_encode (key, replica_root_key (replica), IC_BLS_DER_SIZE);
  fprintf (file,
           "[pipeline]\nretry_delay = 1ms\nmax_retry_delay = 2ms\nmax_retries = %u\nbatch_size = "
           "30\ncommit_size = 4k\n",
           run->max_retries);
  fprintf (file,
           "[source]\nplugin = icp\nurl = %s\nroot_key = %s\ntrust = %s\nprefetch = %u\ntimeout = %ums\n"
           "method = %s\n",
           run->urls != NULL ? run->urls : replica_url (replica), run->fetch_root_key ? "fetch" : key,
           run->trust, run->prefetch, run->timeout_ms, run->method != NULL ? run->method : "data_fetch");
  put_rest (file);
  fclose (file);
  return sync_now ();
}

bool
trial_said (const char *words)
{
  struct bytes text = read_all ("err");
  bool said = text.size > 0 && strstr ((const char *) text.data, words) != NULL;

  free ((void *) (uintptr_t) text.data);
  return said;
}

/* ---- tables --------------------------------------------------------------------------------------- */

static struct bytes
dump (const char *table)
{
  int status = run_program ("dump", table);

  if (status != 0)
    trial_die ("dump %s: exit status %d", table, status);
  return read_all ("out");
}

void
trial_expect_equal (void)
{
  for (size_t i = 0; i < TABLES; i++) {
    struct bytes found = dump (tables[i]);

    if (!bytes_equal (found, trial.wanted[i]))
      trial_die ("%s is not what the file gives: %zu bytes instead of %zu", tables[i], found.size,
                 trial.wanted[i].size);
    free ((void *) (uintptr_t) found.data);
  }
}

static size_t
count_lines (struct bytes text)
{
  size_t count = 0;

  for (size_t i = 0; i < text.size; i++)
    count += text.data[i] == '\n';
  return count;
}

/* Before anything was stored there is no table. */
size_t
trial_expect_prefix (void)
{
  int status = run_program ("dump", tables[0]);
  struct bytes found = read_all ("out");
  size_t count = status == 0 ? count_lines (found) : 0;

  if (status == 0
      && (found.size > trial.wanted[0].size || memcmp (found.data, trial.wanted[0].data, found.size) != 0))
    trial_die ("the %zu entries stored are not the first ones of the file", count);
  if (status != 0 && found.size > 0)
    trial_die ("dump %s: exit status %d", tables[0], status);
  free ((void *) (uintptr_t) found.data);
  return count;
}

void
trial_expect_no_listing (void)
{
  char path[128];
  struct stat facts;

  path_of (path, "sink.jsonl/listed_entries.jsonl");
  if (stat (path, &facts) == 0 && facts.st_size > 0)
    trial_die ("entries were listed in place of blocks");
}

/* ---- the replica ---------------------------------------------------------------------------------- */

struct replica *
trial_replica (const struct replica_options *options)
{
  struct replica_options all = *options;
  struct replica *replica;
  struct ic_error error;

  all.ledger = trial.ledger;
  all.call_ms = 20;
  replica = replica_start (&all, &error);
  if (replica == NULL)
    trial_die ("the replica did not start: %s", error.text);
  return replica;
}

void
trial_fault (struct replica *replica, const char *format, ...)
{
  struct fault fault;
  struct ic_error error;
  va_list arguments;
  char spec[256];

  va_start (arguments, format);
  vsnprintf (spec, sizeof spec, format, arguments);
  va_end (arguments);
  if (!fault_parse (&fault, spec, &error) || !faults_add (replica->faults, &fault))
    trial_die ("fault %s: %s", spec, error.text);
}

uint64_t
trial_chunks (const struct replica *replica, unsigned chunk)
{
  const struct store *store = ledger_view (replica->canister.ledger).store;

  return (store->end - store->start + chunk - 1) / chunk;
}

size_t
trial_entries (const struct replica *replica, size_t blocks)
{
  const struct store *store = ledger_view (replica->canister.ledger).store;
  size_t count = 0;

  for (size_t i = 0; i < blocks && i < store->count; i++)
    count += store->blocks[i].entries;
  return count;
}

/* ---- beginning ------------------------------------------------------------------------------------ */

/* A path of the build or the sources, which must be there. */
static void
find (char path[4096], const char *folder, const char *name)
{
  snprintf (path, 4096, "%s/%s", folder, name);
  if (access (path, R_OK) == 0)
    return;
  printf ("there is no %s\n", path);
  exit (SKIPPED);
}

static void
read_file (void)
{
  FILE *file = begin_ini ();

  fprintf (file, "[source]\nplugin = ledger_file\npath = %s\n", trial.ledger);
  put_rest (file);
  fclose (file);
  if (sync_now () != 0)
    trial_die ("the file cannot be read");
  for (size_t i = 0; i < TABLES; i++)
    trial.wanted[i] = dump (tables[i]);
  if (count_lines (trial.wanted[0]) < 20)
    trial_die ("the file gives next to nothing");
  trial_reset ();
}

void
trial_begin (const char *name, uint64_t seed)
{
  const char *build = getenv ("top_builddir"), *source = getenv ("srcdir"),
             *vectors = getenv ("DCPIPE_VECTORS");
  char plugin[4096];

  trial.name = name;
  if (build == NULL || source == NULL) {
    printf ("%s: top_builddir and srcdir must be set, as make check does\n", name);
    exit (99);
  }
  find (plugin, build, "uninstalled/sources/icp.so");
  find (plugin, build, "uninstalled/sinks/jsonl.so");
  find (trial.program, build, "dcpipe");
  find (trial.ledger, vectors != NULL ? vectors : source,
        vectors != NULL ? "ledger/small.ledger" : "data/vectors/ledger/small.ledger");
  snprintf (trial.directory, sizeof trial.directory, "/tmp/dcpipe-%s.XXXXXX", name);
  if (mkdtemp (trial.directory) == NULL)
    trial_die ("no directory: %s", strerror (errno));
  atexit (clean_up);
  path_of (trial.ini, "trial.ini");
  trial.random = trial.seed = seed > 0 ? seed : (uint64_t) time (NULL) * 2654435761u + 1;
  printf ("%s: seed %" PRIu64 "\n", name, trial.seed);
  unsetenv ("ENVIRONMENT");
  setenv ("no_proxy", "127.0.0.1", 1);
  read_file ();
}
