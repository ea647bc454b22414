/* SPDX-License-Identifier: Apache-2.0 */
/* LMDB's results are few and wide: what lies behind them is found out here, so that a user reads what to
 * do. */
#include "config.h"

#include "result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/cleanup.h"

#define PROBE_SIZE ((size_t) 64 << 10)

/* True if the data file is as large as a file may become (ulimit -f). */
static bool
is_at_limit (const struct store *store)
{
  CLEANUP_FREE char *file = NULL;
  struct rlimit limit;
  struct stat status;

  if (asprintf (&file, "%s/data.mdb", store->path) < 0)
    file = NULL;
  return file != NULL && getrlimit (RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
         && stat (file, &status) == 0 && (rlim_t) status.st_size + 4096 > limit.rlim_cur;
}

/* What hinders another file in the store's directory, or 0. */
static int
try_place (const struct store *store)
{
  CLEANUP_FREE char *file = NULL, *data = calloc (1, PROBE_SIZE);
  CLEANUP_CLOSE int fd = -1;
  int error = 0;

  if (data == NULL || asprintf (&file, "%s/try.%ld", store->path, (long) getpid ()) < 0) {
    file = NULL;
    return 0;
  }
  fd = open (file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno;
  errno = 0;
  if (write (fd, data, PROBE_SIZE) != (ssize_t) PROBE_SIZE || fsync (fd) != 0)
    error = errno != 0 ? errno : ENOSPC;
  unlink (file);
  return error;
}

/* LMDB calls a write that was cut short EIO, whatever cut it. */
static int
true_cause (const struct store *store, int code)
{
  int error;

  if (code != EIO || store->mode == DCPIPE_READ)
    return code;
  if (is_at_limit (store))
    return EFBIG;
  error = try_place (store);
  return error == ENOSPC || error == EDQUOT ? error : EIO;
}

/* In the words of a user who may never have heard of LMDB's results; NULL if LMDB's own do. */
static const char *
explain (int code)
{
  switch (code) {
  case ENOTDIR:
    return "it is no directory, as a store of this sink is";
  case EROFS:
    return "the file system is read-only";
  case EACCES:
  case EPERM:
    return "it, or a file in it, may not be written to (readers need lock.mdb alone)";
  case ENOMEM:
    return "no memory, or no address space for its map";
  case MDB_INVALID:
    return "its data.mdb is not an LMDB file";
  case MDB_VERSION_MISMATCH:
    return "its data.mdb or lock.mdb was written by another version of LMDB";
  case MDB_CORRUPTED:
  case MDB_PAGE_NOTFOUND:
    return "it is damaged; restore it, or remove it to import anew";
  case MDB_PANIC:
    return "an earlier fault of the disk left it in doubt; start dcpipe again";
  case MDB_READERS_FULL:
    return "all slots for readers are taken; see max_readers";
  case MDB_DBS_FULL:
    return "it holds more tables than this sink opens";
  case MDB_TXN_FULL:
    return "the transaction is too large; lower batch_size or flush_interval";
  default:
    return NULL;
  }
}

/* What may be over in a while without anybody changing the configuration; the engine then tries again. */
static bool
may_pass (int code)
{
  return code == ENOSPC || code == EDQUOT || code == MDB_READERS_FULL || code == EINTR || code == EAGAIN
         || code == ESTALE || code == EBUSY || code == EMFILE || code == ENFILE;
}

int
store_failed (const struct store *store, int code, const char *action)
{
  const char *why;

  code = true_cause (store, code);
  why = explain (code);
  if (why != NULL)
    dcpipe_error ("cannot %s %s: %s (%s)", action, store->path, why, mdb_strerror (code));
  else
    dcpipe_error ("cannot %s %s: %s", action, store->path, mdb_strerror (code));
  return may_pass (code) ? DCPIPE_RETRY : DCPIPE_FAIL;
}

/* Never a crash: whatever lies in the file, it is only data. */
int
store_damaged (const struct store *store, const struct table *table)
{
  dcpipe_error ("%s: table %s holds a row that is not of its form: something else than dcpipe changed it",
                store->path, table->name);
  return DCPIPE_FAIL;
}

int
store_no_memory (void)
{
  dcpipe_error ("no memory for a row");
  return DCPIPE_FAIL;
}
