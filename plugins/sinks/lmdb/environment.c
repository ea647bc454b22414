/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "environment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/cleanup.h"

#define READERS_DEFAULT 126u
#define READERS_HEAD 192 /* bytes in lock.mdb, on 64-bit Linux */
#define READERS_EACH 64
#define NAMES_MAX 512                /* named databases in one store */
#define MAP_UNIT ((size_t) 64 << 10) /* a multiple of every system's page size */

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct environment *registry;
static pid_t registry_owner; /* a child of fork must not use what its parent opened */

static size_t
round_up (uint64_t size)
{
  if (size > SIZE_MAX / 2)
    size = SIZE_MAX / 2;
  return ((size_t) size + MAP_UNIT - 1) / MAP_UNIT * MAP_UNIT;
}

/* ---- opening ------------------------------------------------------------------------------------- */

/* Room on the disk for the table of readers: LMDB makes the file without, and where none is left the process
 * would die when it first writes there. The file's size is left to LMDB. */
static int
reserve_readers (const char *path, const struct environment_options *options)
{
  unsigned readers = options->max_readers > 0 ? options->max_readers : READERS_DEFAULT;
  CLEANUP_FREE char *file = NULL;
  CLEANUP_CLOSE int fd = -1;
  int code = 0;

  if (asprintf (&file, "%s/lock.mdb", path) < 0) {
    file = NULL;
    return ENOMEM;
  }
  fd = open (file, O_RDWR | O_CLOEXEC | (options->write ? O_CREAT : 0), 0666);
#ifdef HAVE_FALLOCATE
  if (fd >= 0 && fallocate (fd, FALLOC_FL_KEEP_SIZE, 0, READERS_HEAD + (off_t) readers * READERS_EACH) != 0)
    code = errno;
#endif
  return code == ENOSPC || code == EDQUOT ? code : 0;
}

/* MDB_NOTLS, because snapshots are the handle's and not a thread's. */
static int
open_env (const char *path, const struct environment_options *options, unsigned flags, MDB_env **env)
{
  int code = mdb_env_create (env);

  if (code != 0)
    return code;
  code = mdb_env_set_maxdbs (*env, NAMES_MAX);
  if (code == 0 && options->max_readers > 0)
    code = mdb_env_set_maxreaders (*env, options->max_readers);
  if (code == 0 && options->map_size > 0)
    code = mdb_env_set_mapsize (*env, round_up (options->map_size));
  if (code == 0)
    code = mdb_env_open (*env, path, flags | options->sync | MDB_NOTLS, 0666);
  if (code != 0) {
    mdb_env_close (*env);
    *env = NULL;
  }
  return code;
}

/* Readers open it for writing, too, where they may, because a writer of this process may come later and share
 * it; that by itself changes nothing. */
static int
open_shared (struct environment *environment, const char *path, const struct environment_options *options)
{
  int code = open_env (path, options, 0, &environment->env);

  if (options->write || (code != EACCES && code != EROFS && code != EPERM))
    return code;
  environment->read_only = true;
  return open_env (path, options, MDB_RDONLY, &environment->env);
}

/* Registered by what stat says of the file, for one store can be named in many ways. */
static int
make (const char *path, const char *file, const struct environment_options *options,
      struct environment **made)
{
  CLEANUP_FREE struct environment *environment = calloc (1, sizeof *environment);
  struct stat status;
  int code;

  if (environment == NULL)
    return ENOMEM;
  code = reserve_readers (path, options);
  if (code == 0)
    code = open_shared (environment, path, options);
  if (code != 0)
    return code;
  if (stat (file, &status) != 0)
    code = errno;
  else
    code = pthread_rwlock_init (&environment->lock, NULL);
  if (code != 0) {
    mdb_env_close (environment->env);
    return code;
  }
  environment->device = status.st_dev;
  environment->inode = status.st_ino;
  environment->next = registry;
  registry = environment;
  *made = environment;
  environment = NULL;
  return 0;
}

static struct environment *
find_registered (const struct stat *status)
{
  struct environment *environment = registry;

  while (environment != NULL
         && (environment->device != status->st_dev || environment->inode != status->st_ino))
    environment = environment->next;
  return environment;
}

/* A reader does not make a store, and an empty file is one that somebody is only making. */
static int
attach_locked (const char *path, const struct environment_options *options, struct environment **environment)
{
  CLEANUP_FREE char *file = NULL;
  struct stat status;
  int code = 0;

  if (asprintf (&file, "%s/data.mdb", path) < 0) {
    file = NULL;
    return ENOMEM;
  }
  if (stat (file, &status) == 0)
    *environment = find_registered (&status);
  else
    code = errno;
  if (!options->write && (code != 0 || status.st_size == 0))
    return code != 0 ? code : ENOENT;
  if (*environment == NULL)
    code = make (path, file, options, environment);
  else if (options->write && (*environment)->read_only)
    code = EACCES;
  else if (options->write) {
    /* Readers open it with no sync level in mind; now it is the writer's. */
    mdb_env_set_flags ((*environment)->env, MDB_NOSYNC | MDB_NOMETASYNC, 0);
    code = mdb_env_set_flags ((*environment)->env, options->sync, 1);
  }
  if (code == 0)
    (*environment)->users++;
  return code;
}

bool
environment_has_moved (const struct environment *environment, const char *path)
{
  CLEANUP_FREE char *file = NULL;
  struct stat status;

  if (asprintf (&file, "%s/data.mdb", path) < 0) {
    file = NULL;
    return false;
  }
  if (stat (file, &status) != 0)
    return errno == ENOENT || errno == ENOTDIR;
  return status.st_dev != environment->device || status.st_ino != environment->inode;
}

int
environment_attach (const char *path, const struct environment_options *options,
                    struct environment **environment)
{
  struct environment *found = NULL;
  int code;

  pthread_mutex_lock (&registry_lock);
  if (registry_owner != getpid ()) {
    registry = NULL;
    registry_owner = getpid ();
  }
  code = attach_locked (path, options, &found);
  pthread_mutex_unlock (&registry_lock);
  *environment = code == 0 ? found : NULL;
  return code;
}

/* Found again in the registry rather than taken for granted: after a fork it is empty. */
void
environment_detach (struct environment *environment)
{
  struct environment **place = &registry;

  pthread_mutex_lock (&registry_lock);
  assert (environment->users > 0);
  if (--environment->users == 0) {
    while (*place != NULL && *place != environment)
      place = &(*place)->next;
    if (*place != NULL)
      *place = environment->next;
    mdb_env_close (environment->env);
    pthread_rwlock_destroy (&environment->lock);
    for (size_t i = 0; i < environment->names_count; i++)
      free (environment->names[i].name);
    free (environment->names);
    free (environment);
  }
  pthread_mutex_unlock (&registry_lock);
}

/* ---- the map ------------------------------------------------------------------------------------- */

/* In whole pages, of which the last one tells how many there are: those that are free again count as used,
 * as they lie within the map. */
static size_t
used (const struct environment *environment, size_t *map_size)
{
  MDB_envinfo info;
  MDB_stat stat;

  mdb_env_info (environment->env, &info);
  mdb_env_stat (environment->env, &stat);
  *map_size = info.me_mapsize;
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

bool
environment_is_nearly_full (const struct environment *environment)
{
  size_t map_size, bytes;

  if (atomic_load (&environment->lost))
    return false;
  bytes = used (environment, &map_size);
  return bytes > map_size - map_size / 4;
}

/* Whether so much address space is left. LMDB cannot go back once it has let go of the old map. */
static bool
is_room (size_t size)
{
  void *place = mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);

  return place != MAP_FAILED && munmap (place, size) == 0;
}

/* EINVAL if a transaction runs; after all other faults LMDB has no map. */
static int
move_map (struct environment *environment, size_t size)
{
  int code = mdb_env_set_mapsize (environment->env, size);

  environment->generation++;
  if (code != 0 && code != EINVAL)
    atomic_store (&environment->lost, true);
  return code;
}

int
environment_begin (struct environment *environment, unsigned flags, MDB_txn **txn)
{
  return atomic_load (&environment->lost) ? ENOMEM : mdb_txn_begin (environment->env, NULL, flags, txn);
}

/* The slots of readers that died are cleared as well: each holds back the pages of its snapshot, which may
 * be why the map is full. */
int
environment_grow (struct environment *environment)
{
  size_t map_size, bytes, size;
  int code;

  if (atomic_load (&environment->lost))
    return ENOMEM;
  bytes = used (environment, &map_size);
  if (map_size > SIZE_MAX / 4 || bytes > SIZE_MAX / 4)
    return ENOMEM;
  size = round_up (2 * (bytes > map_size ? bytes : map_size));
  if (!is_room (size))
    return ENOMEM;
  mdb_reader_check (environment->env, NULL);
  pthread_rwlock_wrlock (&environment->lock);
  code = move_map (environment, size);
  pthread_rwlock_unlock (&environment->lock);
  return code;
}

int
environment_follow (struct environment *environment)
{
  return move_map (environment, 0);
}

/* ---- names --------------------------------------------------------------------------------------- */

bool
environment_find (const struct environment *environment, const char *name, size_t size, MDB_dbi *dbi)
{
  for (size_t i = 0; i < environment->names_count; i++) {
    const struct named *named = &environment->names[i];

    if (strlen (named->name) == size && memcmp (named->name, name, size) == 0) {
      *dbi = named->dbi;
      return true;
    }
  }
  return false;
}

/* LMDB keeps databases open by number, and their names are not to be had from it. */
int
environment_remember (struct environment *environment, const char *name, size_t size, MDB_dbi dbi)
{
  struct named *more;
  MDB_dbi known;

  if (environment_find (environment, name, size, &known))
    return 0;
  more = realloc (environment->names, (environment->names_count + 1) * sizeof *more);
  if (more == NULL)
    return ENOMEM;
  environment->names = more;
  more[environment->names_count].dbi = dbi;
  more[environment->names_count].name = strndup (name, size);
  if (more[environment->names_count].name == NULL)
    return ENOMEM;
  environment->names_count++;
  return 0;
}
