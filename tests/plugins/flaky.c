/* SPDX-License-Identifier: Apache-2.0 */
/* A sink for tests that is another one (the module that FLAKY_INNER names, with its options) but for the
 * faults that it is told to have. */
#include "dcpipe-plugin.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum call { APPLY, COMMIT, GET, SCAN, LOAD, ROLLBACK, CALLS };
enum kind { NONE, RETRY, AGAIN, FAIL, LIE };

/* Behind the inner handle. */
struct flaky {
  int call, kind;
  int64_t at, times, every;
  uint64_t slow;
  int64_t calls[CALLS];
};

static struct dcpipe_sink inner, outer;
static struct dcpipe_option options[32];
static size_t own_offset;

static const struct dcpipe_option own_options[] = {
  { "call", DCPIPE_OPTION_ENUM, "apply", "apply|commit|get|scan|load|rollback", 0, 0, 0, "what goes wrong",
    offsetof (struct flaky, call) },
  { "kind", DCPIPE_OPTION_ENUM, "none", "none|retry|again|fail|lie", 0, 0, 0,
    "and how (a lie: it goes well, and retry is returned)", offsetof (struct flaky, kind) },
  { "at", DCPIPE_OPTION_INT, "3", NULL, 0, 0, 0, "from which call on", offsetof (struct flaky, at) },
  { "times", DCPIPE_OPTION_INT, "1", NULL, 0, 0, 0, "how many calls", offsetof (struct flaky, times) },
  { "every", DCPIPE_OPTION_INT, "0", NULL, 0, 0, 0, "at every so many calls instead",
    offsetof (struct flaky, every) },
  { "slow", DCPIPE_OPTION_DURATION, "0", NULL, 0, 0, 0, "time that each commit takes",
    offsetof (struct flaky, slow) },
};

static struct flaky *
own (void *handle)
{
  return (struct flaky *) (void *) ((char *) handle + own_offset);
}

/* Checkpoints are counted over all handles: a sink that cannot be opened is tried again with another one. */
static int64_t loads;

/* The fault of this call, or NONE. */
static int
strike (void *handle, enum call call)
{
  struct flaky *flaky = own (handle);
  int64_t number = call == LOAD ? ++loads : ++flaky->calls[call];

  if (flaky->call != (int) call)
    return NONE;
  if (flaky->every > 0 ? number % flaky->every != 0
                       : number < flaky->at || number >= flaky->at + flaky->times)
    return NONE;
  if (flaky->kind == RETRY || flaky->kind == LIE || flaky->kind == FAIL)
    dcpipe_error ("the disk hums");
  return flaky->kind;
}

static int
result_of (int kind)
{
  return kind == AGAIN ? DCPIPE_AGAIN : kind == FAIL ? DCPIPE_FAIL : DCPIPE_RETRY;
}

static int
flaky_apply (void *handle, dcpipe_rows *rows)
{
  int kind = strike (handle, APPLY);
  int result = kind == NONE || kind == LIE ? inner.apply (handle, rows) : DCPIPE_OK;

  return kind == NONE ? result : result_of (kind);
}

static int
flaky_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  uint64_t slow = own (handle)->slow;
  struct timespec pause = { (time_t) (slow / 1000), (long) (slow % 1000) * 1000000 };
  int kind = strike (handle, COMMIT);
  int result = kind == NONE || kind == LIE ? inner.commit (handle, checkpoint) : DCPIPE_OK;

  if (slow > 0)
    nanosleep (&pause, NULL);
  if (result == DCPIPE_OK && kind == LIE)
    dcpipe_error ("the answer to the commit was lost");
  return kind == NONE || result != DCPIPE_OK ? result : result_of (kind);
}

static int
flaky_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  int kind = strike (handle, GET);

  return kind == NONE ? inner.get (handle, key, row) : result_of (kind);
}

static int
flaky_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  int kind = strike (handle, SCAN);

  return kind == NONE ? inner.scan (handle, prefix, scan) : result_of (kind);
}

static int
flaky_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  int kind = strike (handle, LOAD);

  return kind == NONE ? inner.checkpoint_load (handle, checkpoint) : result_of (kind);
}

static int
flaky_rollback (void *handle)
{
  int kind = strike (handle, ROLLBACK);

  return kind == NONE ? inner.rollback (handle) : result_of (kind);
}

static void
make_options (void)
{
  size_t own_count = sizeof own_options / sizeof *own_options;

  memcpy (options, inner.options.items, inner.options.count * sizeof *options);
  memcpy (options + inner.options.count, own_options, sizeof own_options);
  for (size_t i = 0; i < own_count; i++)
    options[inner.options.count + i].offset += own_offset;
  outer.options = (struct dcpipe_options){ options, inner.options.count + own_count, sizeof *options };
}

const struct dcpipe_registration *
dcpipe_plugin (void)
{
  static struct dcpipe_registration registration = { DCPIPE_MAGIC,     DCPIPE_API_MAJOR, DCPIPE_API_MINOR,
                                                     DCPIPE_KIND_SINK, sizeof outer,     &outer };
  const char *path = getenv ("FLAKY_INNER");
  void *library = path != NULL ? dlopen (path, RTLD_NOW | RTLD_LOCAL) : NULL;
  const struct dcpipe_registration *(*get) (void) = NULL;

  if (library == NULL)
    return NULL;
  *(void **) &get = dlsym (library, "dcpipe_plugin");
  if (get == NULL || get ()->size != sizeof inner)
    return NULL;
  inner = outer = *(const struct dcpipe_sink *) get ()->plugin;
  own_offset = (inner.handle_size + 63) / 64 * 64;
  outer.name = "flaky";
  outer.handle_size = own_offset + sizeof (struct flaky);
  outer.apply = flaky_apply;
  outer.commit = flaky_commit;
  outer.get = flaky_get;
  outer.scan = flaky_scan;
  outer.checkpoint_load = flaky_load;
  outer.rollback = flaky_rollback;
  make_options ();
  return &registration;
}
