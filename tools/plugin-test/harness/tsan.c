/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/tsan.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/personality.h>
#endif

#include "base/arena.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "data/block.h"
#include "harness/exports.h"

/* Set in the environment of the program that began anew. */
#define ENTERED "DCPIPE_PLUGIN_TEST_TSAN"

/* Reports do not end a process at once. Ours come first, so that the user's count. */
#define OPTIONS "exitcode=66 halt_on_error=0 report_thread_leaks=0 report_signal_unsafe=0"

bool
tsan_is_here (void)
{
  return dlsym (RTLD_DEFAULT, "__tsan_init") != NULL;
}

bool
tsan_is_missing (const char *plugin)
{
  return !tsan_is_here () && exports_needs_symbol (plugin, "__tsan_init");
}

/* ---- beginning anew ------------------------------------------------------------------------------ */

/* NAME=VALUE, or with what is there already on the side of `value` that `before` says. */
static bool
set (const char *name, const char *value, const char *glue)
{
  const char *old = getenv (name);
  CLEANUP_FREE char *text = NULL;

  if (old == NULL || old[0] == '\0')
    return setenv (name, value, 1) == 0;
  return asprintf (&text, "%s%s%s", value, glue, old) >= 0 && setenv (name, text, 1) == 0;
}

/* In a process of its own: begins with the runtime and does nothing. */
static _Noreturn void
try_runtime (char *self)
{
  static char version[] = "--version";
  char *arguments[] = { self, version, NULL };
  int nowhere = open ("/dev/null", O_WRONLY);

  if (nowhere >= 0) {
    dup2 (nowhere, STDOUT_FILENO);
    dup2 (nowhere, STDERR_FILENO);
  }
  execv (self, arguments);
  _exit (127);
}

/* The runtime may not bear with the kernel, the machine or the limits of this process. */
static bool
runtime_works (char *self)
{
  int status = -1;
  pid_t child = fork ();

  if (child == 0)
    try_runtime (self);
  if (child > 0)
    while (waitpid (child, &status, 0) < 0 && errno == EINTR)
      ;
  return status == 0;
}

/* This program's file; argv[0] where nothing better is known. */
static char *
own_path (char **argv)
{
  char *path = realpath ("/proc/self/exe", NULL);

  return path != NULL ? path : strdup (argv[0]);
}

bool
tsan_enter (const char *plugin, char **argv, bool *absent)
{
  char runtime[256];
  CLEANUP_FREE char *self = NULL;

  *absent = false;
  if (!exports_needs_symbol (plugin, "__tsan_init")) {
    fail ("%s: not built with -fsanitize=thread", plugin);
    return false;
  }
  if (tsan_is_here () && getenv (ENTERED) != NULL)
    return true;
  *absent = true;
  if (getenv (ENTERED) != NULL
      || (!tsan_is_here () && !exports_needs_library (plugin, "tsan", runtime, sizeof runtime))) {
    fail ("%s: the runtime of ThreadSanitizer that it needs cannot be loaded here: link the plugin with one "
          "that "
          "is a shared library, as gcc does",
          plugin);
    return false;
  }
  self = own_path (argv);
  if ((tsan_is_here () || set ("LD_PRELOAD", runtime, ":")) && set ("TSAN_OPTIONS", OPTIONS, " ")
      && self != NULL) {
#ifdef __linux__
    /* Older runtimes do not bear with addresses that are as random as they may be today. */
    personality (ADDR_NO_RANDOMIZE);
#endif
    if (runtime_works (self) && setenv (ENTERED, "1", 1) == 0)
      execv (self, argv);
  }
  fail ("ThreadSanitizer does not work here");
  return false;
}

void
tsan_watch (void)
{
  void *symbols[] = { dlsym (RTLD_DEFAULT, "__tsan_release"), dlsym (RTLD_DEFAULT, "__tsan_acquire") };
  void (*functions[2]) (void *place);

  memcpy (functions, symbols, sizeof functions); /* ISO C has no such cast */
  arena_pool_off ();
  if (functions[0] != NULL && functions[1] != NULL)
    block_watch (functions[0], functions[1]);
}

void
tsan_exit (int status)
{
  fflush (NULL);
  if (tsan_is_here ())
    _exit (status);
  exit (status);
}

/* ---- reports ------------------------------------------------------------------------------------- */

/* The first line from `from` on up to an empty one that is a place in the plugin: its function, file and
 * line. */
static bool
find_place (const char *from, const char *module, char *place, size_t size)
{
  for (const char *line = from; *line != '\0' && *line != '\n';
       line += strcspn (line, "\n"), line += *line != '\0') {
    const char *hash = line + strspn (line, " "), *end = line + strcspn (line, "\n"), *at;

    at = memmem (line, (size_t) (end - line), module, strlen (module));
    if (hash[0] != '#' || at == NULL)
      continue;
    hash += strcspn (hash, " ");
    snprintf (place, size, "%.*s", (int) (at - hash - 2), hash + 1);
    return true;
  }
  return false;
}

bool
tsan_summary (const char *lines, const char *plugin, char *text, size_t size)
{
  static const char begin[] = "WARNING: ThreadSanitizer: ";
  const char *report = strstr (lines, begin), *slash = strrchr (plugin, '/'), *other;
  char module[280], first[800] = "an unknown place", second[800] = "";
  size_t kind;

  if (report == NULL)
    return false;
  report += sizeof begin - 1;
  kind = strcspn (report, "(\n");
  kind -= kind > 0 && report[kind - 1] == ' ';
  snprintf (module, sizeof module, "(%.250s+0x", slash != NULL ? slash + 1 : plugin);
  other = report + strcspn (report, "\n");
  other += *other == '\n';
  find_place (other, module, first, sizeof first);
  other = strstr (report, "\n  Previous ");
  if (other != NULL && find_place (other + 1, module, second, sizeof second))
    snprintf (text, size, "%.*s: %s, and %s on another thread, with nothing to order them", (int) kind,
              report, first, second);
  else
    snprintf (text, size, "%.*s: %s", (int) kind, report, first);
  return true;
}
