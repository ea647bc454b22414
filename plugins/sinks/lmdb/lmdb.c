/* SPDX-License-Identifier: Apache-2.0 */
/* lmdb: rows in an LMDB store.
 *
 * THE STORE is a directory, as LMDB makes them, with data.mdb and lock.mdb in it; PATH.lock beside it is
 * dcpipe's own lock of the one writer. Every table is a named database of its name. doc/sink-lmdb.md says
 * the same for those who read the store from other languages.
 *
 *    key      The primary key in the form of dcpipe_row_key, whose memcmp order is the order of dumps. Of a
 * key longer than 479 bytes those 479, and the SHA-256 of the whole: 511 bytes, a size that no other key has.
 *    value    CBOR (RFC 8949, definite lengths, shortest heads): an array with one item for each column, key
 *             columns included, in declared order; behind them, if the key is longer than 479 bytes, the
 * whole key as one more byte string.
 *
 *       BOOL                   true or false
 *       I64, U64               integer
 *       TIME                   unsigned integer, nanoseconds since 1970 UTC, whole milliseconds
 *       TEXT, JSON, DECIMAL    text string; a decimal's digits as they came
 *       BLOB                   byte string
 *       null                   null, which empty text or an empty blob is not
 *
 * The database dcpipe.meta, whose keys and values are text, holds
 *
 *    format         "dcpipe lmdb 1"
 *    checkpoint     the checkpoint, written in the same transaction as the rows
 *    table NAME     the columns of that table, as dcpipe_table_text gives them
 *
 * A table whose columns differ from the run's is refused. A database that is named by no record is empty.
 *
 * WRITING. One transaction a commit. sync = yes waits for the disk at every commit; with meta, power loss
 * may undo the latest commit, and with no it may damage the store (a killed process never does). The map
 * grows by itself: between transactions when less than a quarter of it is free, and if a transaction fills
 * it nonetheless, that is begun anew with a larger map (DCPIPE_AGAIN). A map is address space and takes
 * neither memory nor disk. Secondary indexes are not kept: they are for queries, which LMDB has none of,
 * and the order of the key is what readers of a store go by.
 *
 * READING. Readers see one commit from their first read until rollback. They do not hinder the writer, but
 * the pages of their commit are not used again until then. Slots of readers that died are cleared when a
 * writer opens the store and when its map grows. */
#include "config.h"

#include "open.h"
#include "read.h"
#include "result.h"
#include "schema.h"
#include "store.h"
#include "transaction.h"
#include "write.h"

static int
lmdb_open (void *handle, int mode, const char *scratch)
{
  (void) scratch; /* where `path` lies then */
  return store_open (handle, mode);
}

static void
lmdb_close (void *handle)
{
  store_close (handle);
}

static int
lmdb_prepare (void *handle, const dcpipe_tables *tables)
{
  return schema_prepare (handle, tables);
}

static int
lmdb_reset (void *handle, const char *table)
{
  return schema_reset (handle, table);
}

static int
lmdb_apply (void *handle, dcpipe_rows *rows)
{
  return rows_apply (handle, rows);
}

static int
lmdb_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  return rows_get (handle, key, row);
}

static int
lmdb_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  return rows_scan (handle, prefix, scan);
}

/* ---- checkpoint and transactions ----------------------------------------------------------------- */

/* A writer begins no transaction that outlives the call. */
static int
lmdb_checkpoint_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  struct store *store = handle;
  bool was_running = store->running;
  MDB_val key = val (CHECKPOINT_KEY, sizeof CHECKPOINT_KEY - 1), value;
  int code, result = read_enter (store);

  if (result != DCPIPE_OK)
    return result;
  code = mdb_get (store->txn, store->environment->meta, &key, &value);
  if (code == 0)
    dcpipe_checkpoint_set (checkpoint, value.mv_data, value.mv_size);
  else if (code != MDB_NOTFOUND)
    result = store_failed (store, code, "read the checkpoint of");
  read_leave (store);
  if (!was_running && store->mode != DCPIPE_READ)
    write_abort (store);
  return result;
}

/* What is committed to a file without its name is lost when the file is closed. */
static int
check_place (const struct store *store)
{
  if (store->mode != DCPIPE_WRITE || !environment_has_moved (store->environment, store->path))
    return DCPIPE_OK;
  dcpipe_error ("%s/data.mdb was removed or replaced while it was being written; start again to go on with "
                "what is there now",
                store->path);
  return DCPIPE_FAIL;
}

static int
lmdb_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  struct store *store = handle;
  struct dcpipe_bytes text = dcpipe_checkpoint_text (checkpoint);
  MDB_val key = val (CHECKPOINT_KEY, sizeof CHECKPOINT_KEY - 1), value = val (text.data, text.size);
  int code, result = write_begin (store);

  if (result == DCPIPE_OK)
    result = check_place (store);
  if (result != DCPIPE_OK)
    return result;
  code = mdb_put (store->txn, store->environment->meta, &key, &value, 0);
  if (code == 0)
    code = write_commit (store);
  return code == 0 ? DCPIPE_OK : write_failed (store, code, "commit to");
}

/* A reader's transaction is kept for the next snapshot: renewing it costs no slot and no lock. */
static int
lmdb_rollback (void *handle)
{
  struct store *store = handle;

  if (store->mode == DCPIPE_READ)
    read_reset (store);
  else
    write_abort (store);
  return DCPIPE_OK;
}

/* ---- the plugin ---------------------------------------------------------------------------------- */

static const struct dcpipe_option options[] = {
  { .key = "path",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_REQUIRED | DCPIPE_OPTION_STORE,
    .offset = offsetof (struct store, path),
    .help =
        "The store's directory, made if it is missing (its parent is not); a .lock file lies beside it." },
  { .key = "map_size",
    .type = DCPIPE_OPTION_SIZE,
    .default_value = "1G",
    .min = 128 << 10,
    .max = (int64_t) 1 << 46,
    .offset = offsetof (struct store, map_size),
    .help = "Address space for the store at the start; it grows by itself, and takes neither memory nor disk "
            "until it is used." },
  { .key = "sync",
    .type = DCPIPE_OPTION_ENUM,
    .default_value = "yes",
    .values = "yes|meta|no",
    .offset = offsetof (struct store, sync),
    .help = "Wait for the disk at every commit; with meta, power loss may undo the latest commit as a whole; "
            "with no it may damage the store, though a killed process never does." },
  { .key = "max_readers",
    .type = DCPIPE_OPTION_INT,
    .default_value = "126",
    .min = 1,
    .max = 65536,
    .offset = offsetof (struct store, max_readers),
    .help = "How many snapshots may be read at once, in all processes; takes effect when nobody else has the "
            "store open." },
};

static const struct dcpipe_sink lmdb_sink = {
  .name = "lmdb",
  .version = PACKAGE_VERSION,
  .description = "stores rows in an LMDB store, as CBOR",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct store),
  .open = lmdb_open,
  .prepare = lmdb_prepare,
  .checkpoint_load = lmdb_checkpoint_load,
  .apply = lmdb_apply,
  .commit = lmdb_commit,
  .rollback = lmdb_rollback,
  .get = lmdb_get,
  .scan = lmdb_scan,
  .reset = lmdb_reset,
  .close = lmdb_close,
};

DCPIPE_REGISTER_SINK (lmdb_sink)
