/* SPDX-License-Identifier: Apache-2.0 */
/* The ceiling of storing in LMDB: copies all rows of all tables of one store into another with bare puts in
 * the order of their keys, with commits of the same size and a sync at each, and prints the seconds that
 * takes, without those of reading the rows, and the number of rows.
 *
 *    ceiling-lmdb FROM TO ROWS_PER_COMMIT
 *
 * FROM is a store of the lmdb sink. TO is a directory that is made. */
#include "config.h"

#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define TABLES_MAX 512

/* Rows that were read: key and value one after the other, and how long each is. */
struct batch {
  unsigned char *bytes;
  size_t size, capacity;
  size_t (*sizes)[2];
  size_t rows, rows_max;
};

static MDB_env *to;
static double spent;
static uint64_t copied;

static double
seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static void
check (int code, const char *what)
{
  if (code == 0)
    return;
  fprintf (stderr, "ceiling-lmdb: %s: %s\n", what, mdb_strerror (code));
  exit (EXIT_FAILURE);
}

static MDB_env *
open_store (const char *path, unsigned flags, size_t map_size)
{
  MDB_env *env;

  check (mdb_env_create (&env), path);
  check (mdb_env_set_maxdbs (env, TABLES_MAX), path);
  check (mdb_env_set_mapsize (env, map_size), path);
  check (mdb_env_open (env, path, flags, 0666), path);
  return env;
}

static void
keep (struct batch *batch, MDB_val key, MDB_val value)
{
  size_t needed = batch->size + key.mv_size + value.mv_size;

  if (needed > batch->capacity) {
    batch->capacity = 2 * needed;
    batch->bytes = realloc (batch->bytes, batch->capacity);
    if (batch->bytes == NULL)
      check (MDB_PANIC, "no memory");
  }
  memcpy (batch->bytes + batch->size, key.mv_data, key.mv_size);
  memcpy (batch->bytes + batch->size + key.mv_size, value.mv_data, value.mv_size);
  batch->size = needed;
  batch->sizes[batch->rows][0] = key.mv_size;
  batch->sizes[batch->rows++][1] = value.mv_size;
}

/* The timed part. */
static void
store (struct batch *batch, MDB_dbi dbi)
{
  double begin = seconds ();
  unsigned char *at = batch->bytes;
  MDB_txn *txn;

  check (mdb_txn_begin (to, NULL, 0, &txn), "begin");
  for (size_t i = 0; i < batch->rows; i++) {
    MDB_val key = { batch->sizes[i][0], at }, value = { batch->sizes[i][1], at + batch->sizes[i][0] };

    check (mdb_put (txn, dbi, &key, &value, MDB_APPEND), "put");
    at += key.mv_size + value.mv_size;
  }
  check (mdb_txn_commit (txn), "commit");
  spent += seconds () - begin;
  copied += batch->rows;
  batch->rows = 0;
  batch->size = 0;
}

static MDB_dbi
make_table (const char *name)
{
  MDB_txn *txn;
  MDB_dbi dbi;

  check (mdb_txn_begin (to, NULL, 0, &txn), "begin");
  check (mdb_dbi_open (txn, name, MDB_CREATE, &dbi), name);
  check (mdb_txn_commit (txn), name);
  return dbi;
}

static void
copy_table (MDB_txn *from, const char *name, struct batch *batch)
{
  MDB_dbi source, target = make_table (name);
  MDB_cursor *cursor;
  MDB_val key, value;
  int code;

  check (mdb_dbi_open (from, name, 0, &source), name);
  check (mdb_cursor_open (from, source, &cursor), name);
  while ((code = mdb_cursor_get (cursor, &key, &value, MDB_NEXT)) == 0) {
    keep (batch, key, value);
    if (batch->rows == batch->rows_max)
      store (batch, target);
  }
  check (code == MDB_NOTFOUND ? 0 : code, name);
  if (batch->rows > 0)
    store (batch, target);
  mdb_cursor_close (cursor);
}

/* The entries of the unnamed database are the names of the others. */
static void
copy_all (MDB_txn *from, struct batch *batch)
{
  MDB_dbi names;
  MDB_cursor *cursor;
  MDB_val key, value;

  check (mdb_dbi_open (from, NULL, 0, &names), "open");
  check (mdb_cursor_open (from, names, &cursor), "open");
  while (mdb_cursor_get (cursor, &key, &value, MDB_NEXT) == 0) {
    char name[64] = "";

    if (key.mv_size >= sizeof name)
      continue;
    memcpy (name, key.mv_data, key.mv_size);
    if (strchr (name, '.') == NULL)
      copy_table (from, name, batch);
  }
  mdb_cursor_close (cursor);
}

int
main (int argc, char **argv)
{
  long rows_per_commit = argc == 4 ? strtol (argv[3], NULL, 10) : 0;
  struct batch batch = { .rows_max = (size_t) rows_per_commit };
  MDB_env *from;
  MDB_envinfo info;
  MDB_txn *txn;

  if (rows_per_commit < 1 || mkdir (argv[2], 0777) != 0) {
    fprintf (stderr, "usage: ceiling-lmdb FROM TO ROWS_PER_COMMIT\n");
    return 64;
  }
  batch.sizes = calloc (batch.rows_max, sizeof *batch.sizes);
  if (batch.sizes == NULL)
    return EXIT_FAILURE;
  from = open_store (argv[1], MDB_RDONLY, 0);
  check (mdb_env_info (from, &info), argv[1]);
  to = open_store (argv[2], 0, 2 * info.me_mapsize);
  check (mdb_txn_begin (from, NULL, MDB_RDONLY, &txn), argv[1]);
  copy_all (txn, &batch);
  printf ("%.4f %" PRIu64 "\n", spent, copied);
  mdb_txn_abort (txn);
  mdb_env_close (from);
  mdb_env_close (to);
  free (batch.bytes);
  free (batch.sizes);
  return EXIT_SUCCESS;
}
