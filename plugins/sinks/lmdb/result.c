/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

/* LMDB calls a write that was cut short EIO, whatever cut it. */
static bool
is_disk_full (const struct store *store, int code)
{
  struct statvfs status;

  if (code == ENOSPC || code == EDQUOT)
    return true;
  return code == EIO && statvfs (store->path, &status) == 0 && status.f_bavail < 16;
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

static bool
may_pass (int code)
{
  return code == MDB_READERS_FULL || code == EINTR || code == EAGAIN || code == ESTALE || code == EBUSY;
}

int
store_failed (const struct store *store, int code, const char *action)
{
  const char *why = explain (code);

  if (is_disk_full (store, code)) {
    dcpipe_error ("cannot %s %s: no space is left on the device", action, store->path);
    return DCPIPE_RETRY;
  }
  if (why != NULL)
    dcpipe_error ("cannot %s %s: %s (%s)", action, store->path, why, mdb_strerror (code));
  else
    dcpipe_error ("cannot %s %s: %s", action, store->path, mdb_strerror (code));
  return may_pass (code) ? DCPIPE_RETRY : DCPIPE_FAIL;
}

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

bool
buffer_reserve (struct buffer *buffer, size_t more)
{
  size_t needed, capacity;
  uint8_t *data;

  if (__builtin_add_overflow (buffer->size, more, &needed))
    return false;
  if (needed <= buffer->capacity)
    return true;
  capacity = buffer->capacity < 4096 ? 4096 : buffer->capacity;
  while (capacity < needed)
    if (__builtin_mul_overflow (capacity, (size_t) 2, &capacity))
      return false;
  data = realloc (buffer->data, capacity);
  if (data == NULL)
    return false;
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}
