/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a store: is it ours, and how is it to be written. */
#include "config.h"

#include "open.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/cleanup.h"
#include "describe.h"
#include "record.h"
#include "result.h"
#include "transaction.h"

/* ---- is it ours ---------------------------------------------------------------------------------- */

/* The text is not ended by a 0 in the store, and shorter than the room here, which is cleared. */
static int
check_format (const struct store *store, MDB_txn *txn, MDB_dbi meta)
{
  MDB_val key = val (FORMAT_KEY, sizeof FORMAT_KEY - 1), value;
  char text[64] = "";
  int code = mdb_get (txn, meta, &key, &value), number = 0;

  if (code != 0 && code != MDB_NOTFOUND)
    return store_failed (store, code, "read");
  if (code == 0 && value.mv_size < sizeof text)
    memcpy (text, value.mv_data, value.mv_size);
  if (strncmp (text, FORMAT_PREFIX, sizeof FORMAT_PREFIX - 1) == 0)
    number = (int) strtol (text + sizeof FORMAT_PREFIX - 1, NULL, 10);
  if (number == FORMAT_VERSION)
    return DCPIPE_OK;
  dcpipe_error (
      "%s was written by another version of dcpipe (its format is '%s', this one knows '" FORMAT_PREFIX
      "%d')",
      store->path, text, FORMAT_VERSION);
  return DCPIPE_FAIL;
}

/* Without our meta database, a store is new (DCPIPE_NONE) if it is empty, and else another program's. */
static int
check_empty (const struct store *store, MDB_txn *txn)
{
  MDB_stat stat;
  MDB_dbi main;
  int code = mdb_dbi_open (txn, NULL, 0, &main);

  if (code == 0)
    code = mdb_stat (txn, main, &stat);
  if (code != 0)
    return store_failed (store, code, "read");
  if (stat.ms_entries == 0)
    return DCPIPE_NONE;
  dcpipe_error ("%s is an LMDB store of another program (entries: %zu, but no database " META_NAME "); "
                "it is left alone",
                store->path, stat.ms_entries);
  return DCPIPE_FAIL;
}

/* The transaction is committed even when it only read: otherwise LMDB would close what it opened. */
static int
identify_locked (struct store *store)
{
  struct environment *environment = store->environment;
  MDB_txn *txn;
  int result, code = environment_begin (environment, MDB_RDONLY, &txn);

  if (code == MDB_MAP_RESIZED && (code = environment_follow (environment)) == 0)
    code = environment_begin (environment, MDB_RDONLY, &txn);
  if (code != 0)
    return store_failed (store, code, "read");
  if (!environment->has_meta) {
    code = mdb_dbi_open (txn, META_NAME, 0, &environment->meta);
    environment->has_meta = code == 0;
  }
  if (code == 0)
    result = check_format (store, txn, environment->meta);
  else
    result = code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE ? check_empty (store, txn)
                                                              : store_failed (store, code, "read");
  mdb_txn_commit (txn);
  if (result == DCPIPE_OK && (code = records_open (store)) != 0)
    result = store_failed (store, code, "read the tables of");
  return result;
}

/* Whether the store is ours, still empty (DCPIPE_NONE), or to be left alone. Its tables are opened. */
static int
identify (struct store *store)
{
  int result;

  pthread_rwlock_wrlock (&store->environment->lock);
  result = identify_locked (store);
  pthread_rwlock_unlock (&store->environment->lock);
  return result;
}

/* ---- making one ---------------------------------------------------------------------------------- */

/* The format is what makes it ours: it is written in the transaction that makes the database for it. */
static int
create_locked (struct store *store, MDB_txn *txn)
{
  MDB_val key = val (FORMAT_KEY, sizeof FORMAT_KEY - 1), value;
  char text[32];
  MDB_dbi meta;
  int code;

  value.mv_size = (size_t) snprintf (text, sizeof text, FORMAT_PREFIX "%d", FORMAT_VERSION);
  value.mv_data = text;
  code = mdb_dbi_open (txn, META_NAME, MDB_CREATE, &meta);
  if (code == 0)
    code = mdb_put (txn, meta, &key, &value, 0);
  if (code != 0) {
    mdb_txn_abort (txn);
    return code;
  }
  code = mdb_txn_commit (txn);
  if (code == 0) {
    store->environment->meta = meta;
    store->environment->has_meta = true;
  }
  return code;
}

/* LMDB syncs its files, but not the directories that name them. */
static int
sync_directory (const char *path)
{
  CLEANUP_CLOSE int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return fd < 0 || (fsync (fd) != 0 && errno != EINVAL) ? errno : 0;
}

static int
sync_names (const struct store *store)
{
  const char *slash = strrchr (store->path, '/');
  CLEANUP_FREE char *parent =
      slash == NULL ? strdup (".") : strndup (store->path, (size_t) (slash - store->path) + 1);
  int code;

  if (store->mode == DCPIPE_SCRATCH || store->sync == SYNC_NO)
    return 0;
  if (parent == NULL)
    return ENOMEM;
  code = sync_directory (store->path);
  return code != 0 ? code : sync_directory (parent);
}

static int
create (struct store *store)
{
  MDB_txn *txn;
  int code = environment_begin (store->environment, 0, &txn);

  if (code == 0) {
    pthread_rwlock_wrlock (&store->environment->lock);
    code = create_locked (store, txn);
    pthread_rwlock_unlock (&store->environment->lock);
  }
  if (code == 0)
    code = sync_names (store);
  return code == 0 ? DCPIPE_OK : store_failed (store, code, "make");
}

/* ---- opening ------------------------------------------------------------------------------------- */

#define MAGIC_PLACE 16 /* in a page that begins an LMDB file */
#define MAGIC 0xBEEFC0DEu

/* True if these bytes are what a file begins with that LMDB was hindered from making: zeros or less than its
 * first two pages. */
static bool
is_half_made (const uint8_t *start, size_t size, size_t whole)
{
  const uint32_t magic = MAGIC;
  size_t zeros = 0;

  while (zeros < size && start[zeros] == 0)
    zeros++;
  if (zeros == size)
    return true;
  return size < whole && size >= MAGIC_PLACE + sizeof magic
         && memcmp (start + MAGIC_PLACE, &magic, sizeof magic) == 0;
}

/* Empties a data file that a full disk, a kill or a power loss cut short when it was made. LMDB would take it
 * for another program's for ever. 0 or an errno. */
static int
clear_half_made (const char *path)
{
  size_t whole = 2 * (size_t) sysconf (_SC_PAGESIZE);
  CLEANUP_FREE char *file = NULL;
  CLEANUP_FREE uint8_t *start = malloc (whole);
  CLEANUP_CLOSE int fd = -1;
  struct stat status;
  ssize_t size;

  if (start == NULL || asprintf (&file, "%s/data.mdb", path) < 0) {
    file = NULL;
    return ENOMEM;
  }
  fd = open (file, O_RDWR | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &status) != 0 || status.st_size == 0 || (size_t) status.st_size > whole)
    return 0;
  size = pread (fd, start, whole, 0);
  if (size != status.st_size || !is_half_made (start, (size_t) size, whole))
    return 0;
  dcpipe_warning ("%s: an earlier attempt to make it was cut off; it is made anew", path);
  return ftruncate (fd, 0) == 0 ? 0 : errno;
}

static void
clear_stale_readers (struct store *store)
{
  int dead = 0;

  if (mdb_reader_check (store->environment->env, &dead) == 0 && dead > 0)
    dcpipe_debug ("%s: cleared the slots of readers that had died: %d", store->path, dead);
}

/* A scratch store is thrown away, so nothing waits for its disk. */
static int
open_for_writing (struct store *store)
{
  static const unsigned levels[] = { [SYNC_YES] = 0, [SYNC_META] = MDB_NOMETASYNC, [SYNC_NO] = MDB_NOSYNC };
  struct environment_options options = { .map_size = store->map_size,
                                         .max_readers = (unsigned) store->max_readers,
                                         .write = true };
  int code = 0, result;

  options.sync = store->mode == DCPIPE_SCRATCH ? MDB_NOSYNC : levels[store->sync];
  if (mkdir (store->path, 0777) != 0 && errno != EEXIST)
    code = errno;
  if (code == 0 && store->mode == DCPIPE_WRITE)
    code = clear_half_made (store->path);
  if (code == 0)
    code = environment_attach (store->path, &options, &store->environment);
  if (code != 0)
    return store_failed (store, code, "open");
  clear_stale_readers (store);
  result = identify (store);
  return result == DCPIPE_NONE ? create (store) : result;
}

static int
open_for_reading (struct store *store)
{
  const struct environment_options options = { .max_readers = (unsigned) store->max_readers };
  int code = environment_attach (store->path, &options, &store->environment);

  if (code == ENOENT)
    return DCPIPE_NONE;
  return code == 0 ? identify (store) : store_failed (store, code, "open");
}

int
store_open (struct store *store, int mode)
{
  store->mode = mode;
  return mode == DCPIPE_READ ? open_for_reading (store) : open_for_writing (store);
}

/* A writer's open transaction is thrown away: what was to be kept has been committed. */
void
store_close (struct store *store)
{
  if (store->mode != DCPIPE_READ)
    write_abort (store);
  else if (store->txn != NULL)
    mdb_txn_abort (store->txn);
  store->txn = NULL;
  store->running = false;
  schema_free (store);
  if (store->environment != NULL)
    environment_detach (store->environment);
  store->environment = NULL;
  free (store->key.data);
  free (store->value.data);
  free (store->group.data);
  store->key = store->value = store->group = (struct buffer){ NULL, 0, 0 };
}
