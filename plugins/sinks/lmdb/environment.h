/* SPDX-License-Identifier: Apache-2.0 */
/* Environments as a process has them. LMDB allows one MDB_env a process and store, since closing a second one
 * would drop the locks of the first. Handles of one store, a writer's and readers', therefore share it.
 *
 * THE LOCK of an environment is held
 *  - for reading while a reader of this process looks at the map;
 *  - for writing while the map is moved, and while named databases are opened, since LMDB wants one
 *    transaction at a time to do that.
 * The writer's own transaction takes no lock, because only the writer's thread moves the map under it; it is
 * begun before the lock is taken, never while it is held.
 *
 * When the map is moved, snapshots of readers stay: LMDB finds their pages from the map's current address.
 * Cursors and values do not, so a reader that let go of the lock looks at `generation`. */
#ifndef DCPIPE_SINK_LMDB_ENVIRONMENT_H
#define DCPIPE_SINK_LMDB_ENVIRONMENT_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A named database that is open, for as long as the environment is. */
struct named {
  char *name;
  MDB_dbi dbi;
};

struct environment {
  struct environment *next;
  dev_t device; /* of its data file */
  ino_t inode;
  unsigned users;
  bool read_only;
  MDB_env *env;
  pthread_rwlock_t lock;
  uint64_t generation; /* how often the map was moved */
  atomic_bool lost;    /* there is none any more: it could not be moved */
  MDB_dbi meta;
  bool has_meta;
  struct named *names;
  size_t names_count;
};

struct environment_options {
  uint64_t map_size;    /* at the start, 0 for that of the store */
  unsigned max_readers; /* 0 for LMDB's own */
  unsigned sync;        /* MDB_NOSYNC, MDB_NOMETASYNC or 0 */
  bool write;
};

/* The environment in the directory `path`, opened or shared. A result of LMDB or errno; ENOENT if there is no
 * data file and nothing is to be written. */
int environment_attach (const char *path, const struct environment_options *options,
                        struct environment **environment);
void environment_detach (struct environment *environment);

/* True if the data file of the store at `path` is another one by now, or gone. */
bool environment_has_moved (const struct environment *environment, const char *path);

/* Begins a transaction. A result of LMDB: ENOMEM for good when the map is lost. */
int environment_begin (struct environment *environment, unsigned flags, MDB_txn **txn);

/* Doubles the map, or more, so that at least half of it is free. No write transaction runs. A result of
 * LMDB. */
int environment_grow (struct environment *environment);

/* True if less than a quarter of the map is free. */
bool environment_is_nearly_full (const struct environment *environment);

/* Takes over the size that another process gave the map. The caller holds the lock for writing. */
int environment_follow (struct environment *environment);

/* The open database of that name; false if there is none. The caller holds the lock. */
bool environment_find (const struct environment *environment, const char *name, size_t size, MDB_dbi *dbi);

/* Remembers an open database. The caller holds the lock for writing. 0 or ENOMEM. */
int environment_remember (struct environment *environment, const char *name, size_t size, MDB_dbi dbi);

#endif
