/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's transactions, readers' snapshots, and a map that grows. */
#include "config.h"

#include "transaction.h"

#include <assert.h>
#include <errno.h>

#include "record.h"
#include "result.h"

#define ATTEMPTS 16 /* at a snapshot, while others make the map grow or add tables */

/* ---- writing ------------------------------------------------------------------------------------- */

/* LMDB frees a transaction's cursors with it. */
static void
write_ended (struct store *store)
{
  for (size_t i = 0; i < store->tables_count; i++)
    store->tables[i].cursor = NULL;
  store->txn = NULL;
  store->running = false;
}

/* Between transactions the map grows without a batch being lost; if it cannot, there is still some of it
 * left. */
int
write_begin (struct store *store)
{
  int code;

  if (store->running)
    return DCPIPE_OK;
  assert (store->mode != DCPIPE_READ && store->txn == NULL);
  if (environment_is_nearly_full (store->environment))
    environment_grow (store->environment);
  code = environment_begin (store->environment, 0, &store->txn);
  if (code != 0) {
    store->txn = NULL;
    return store_failed (store, code, "write to");
  }
  store->running = true;
  for (size_t i = 0; i < store->tables_count; i++) {
    store->tables[i].cursor = NULL;
    store->tables[i].appends = store->tables[i].log;
  }
  return DCPIPE_OK;
}

int
write_commit (struct store *store)
{
  int code = mdb_txn_commit (store->txn);

  write_ended (store);
  return code;
}

void
write_abort (struct store *store)
{
  if (store->running)
    mdb_txn_abort (store->txn);
  write_ended (store);
}

/* A full map is no fault: the engine applies the batch once more (DCPIPE_AGAIN), in a map of twice the
 * size. */
int
write_failed (struct store *store, int code, const char *action)
{
  if (code != MDB_MAP_FULL)
    return store_failed (store, code, action);
  write_abort (store);
  code = environment_grow (store->environment);
  if (code != 0)
    return store_failed (store, code, "make the map larger of");
  if (store->tables != NULL)
    return DCPIPE_AGAIN;
  dcpipe_error ("the map of %s had to grow; try again", store->path);
  return DCPIPE_RETRY;
}

/* ---- reading ------------------------------------------------------------------------------------- */

/* Renewed where it can be: a slot in the table of readers is taken once. */
static int
snapshot_once (struct store *store)
{
  if (store->txn == NULL)
    return environment_begin (store->environment, MDB_RDONLY, &store->txn);
  return atomic_load (&store->environment->lost) ? ENOMEM : mdb_txn_renew (store->txn);
}

/* Takes the snapshot, in which every table must be open. */
static int
snapshot_locked (struct store *store)
{
  int code = 0;

  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    code = snapshot_once (store);
    if (code == MDB_MAP_RESIZED)
      code = environment_follow (store->environment);
    else if (code == MDB_READERS_FULL && attempt == 0)
      code = mdb_reader_check (store->environment->env, NULL);
    else if (code == 0) {
      if (records_match (store, &code)) {
        store->running = true;
        return 0;
      }
      mdb_txn_reset (store->txn);
      if (code == 0)
        code = records_open (store);
    }
    if (code != 0)
      return code;
  }
  return MDB_READERS_FULL;
}

int
read_enter (struct store *store)
{
  int code = 0;

  if (store->mode != DCPIPE_READ)
    return write_begin (store);
  if (!store->running) {
    pthread_rwlock_wrlock (&store->environment->lock);
    code = snapshot_locked (store);
    pthread_rwlock_unlock (&store->environment->lock);
  }
  if (code != 0)
    return store_failed (store, code, "read");
  pthread_rwlock_rdlock (&store->environment->lock);
  return DCPIPE_OK;
}

/* The snapshot stays; only the map may move from now on. */
void
read_leave (struct store *store)
{
  if (store->mode == DCPIPE_READ)
    pthread_rwlock_unlock (&store->environment->lock);
}

void
read_reset (struct store *store)
{
  if (store->running)
    mdb_txn_reset (store->txn);
  store->running = false;
}
