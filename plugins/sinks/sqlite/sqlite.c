/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite: rows in a SQLite database.
 *
 * THE FILE. Every table is a table of the same name, with the same columns and the declared primary key.
 * Folded tables of short rows are WITHOUT ROWID: a row lies in the key's own tree. Logs, and tables with
 * blobs or JSON, have a tree of rows and one of keys: in the former, a row may fill a page before it spills
 * over, which more than doubles the speed of rows of 1.5 kB. Values:
 *
 *    BOOL             INTEGER 0 or 1
 *    I64              INTEGER
 *    U64              INTEGER up to 2^63 - 1, above TEXT of decimal digits; no affinity
 *    TEXT, JSON       TEXT
 *    BLOB             BLOB
 *    TIME             TEXT, 2024-01-31T23:59:59.123Z; no affinity
 *    DECIMAL          INTEGER if it is the same in 64 bits, else TEXT as it came; no affinity
 *
 * Null is NULL, and empty text or an empty blob is not. The text of a CREATE TABLE names those types in
 * comments where SQLite does not tell them apart; a table whose text differs from the run's is refused.
 *
 * The checkpoint is the one row of the table dcpipe_checkpoint, written in the same transaction as the rows.
 * application_id is "dcp1", user_version the version of all this; a database without them is only taken
 * when it is empty.
 *
 * WRITING. One transaction a commit, in WAL mode. With synchronous = full the log is synced at every commit,
 * so that power loss loses nothing that was committed; with normal it may lose the latest commits, whole ones
 * only. Secondary indexes are made when the source's tip is first reached, since keeping them in random order
 * is what a bulk import would spend its time on; those that a killed run did not make are made at the next
 * tip. Views that name tables of decoders which are not there are left out.
 *
 * READING. Readers open the file read-only and see one commit from their first read until rollback. */
#include "config.h"

#include "open.h"
#include "result.h"
#include "rows.h"
#include "schema.h"
#include "store.h"

static int
sqlite_open (void *handle, int mode, const char *scratch)
{
  (void) scratch; /* where `path` lies then */
  return store_open (handle, mode);
}

static void
sqlite_close (void *handle)
{
  store_close (handle);
}

static int
sqlite_prepare (void *handle, const dcpipe_tables *tables)
{
  return schema_prepare (handle, tables);
}

static int
sqlite_reset (void *handle, const char *table)
{
  return schema_reset (handle, table);
}

static int
sqlite_tip_reached (void *handle)
{
  return schema_build_indexes (handle);
}

static int
sqlite_apply (void *handle, dcpipe_rows *rows)
{
  return rows_apply (handle, rows);
}

static int
sqlite_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  return rows_get (handle, key, row);
}

static int
sqlite_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  return rows_scan (handle, prefix, scan);
}

/* ---- checkpoint and transactions ----------------------------------------------------------------- */

/* Prepared each time, since it is asked for once a run. */
static int
sqlite_checkpoint_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  struct store *store = handle;
  sqlite3_stmt *statement;
  int code = sqlite3_prepare_v2 (store->db, "SELECT text FROM " CHECKPOINT_TABLE, -1, &statement, NULL);

  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW) {
    const void *text = sqlite3_column_text (statement, 0);

    dcpipe_checkpoint_set (checkpoint, text, (size_t) sqlite3_column_bytes (statement, 0));
    code = SQLITE_DONE;
  }
  sqlite3_finalize (statement);
  return code == SQLITE_DONE ? DCPIPE_OK : sqlite_failed (store, code, "read the checkpoint of");
}

/* Kept prepared: it runs at every commit. */
static int
store_checkpoint (struct store *store, struct dcpipe_bytes text)
{
  static const char sql[] =
      "INSERT INTO " CHECKPOINT_TABLE " VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET text = excluded.text";
  int code = SQLITE_OK;

  if (store->checkpoint == NULL)
    code = sqlite3_prepare_v3 (store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &store->checkpoint, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_bind_text64 (store->checkpoint, 1, text.size > 0 ? (const char *) text.data : "",
                                text.size, SQLITE_STATIC, SQLITE_UTF8);
  if (code == SQLITE_OK) {
    code = sqlite3_step (store->checkpoint);
    sqlite3_reset (store->checkpoint);
  }
  return code == SQLITE_OK || code == SQLITE_DONE ? DCPIPE_OK
                                                  : sqlite_failed (store, code, "write the checkpoint to");
}

/* What is committed to a file without its name is lost when the file is closed. */
static int
check_place (struct store *store)
{
  int moved = 0;
  int code = sqlite3_file_control (store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);

  if (code != SQLITE_OK || !moved)
    return DCPIPE_OK;
  dcpipe_error (
      "%s was removed or replaced while it was being written; start again to go on with what is there now",
      store->path);
  return DCPIPE_FAIL;
}

static int
sqlite_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  struct store *store = handle;
  int result = sqlite_begin (store);

  if (result == DCPIPE_OK)
    result = check_place (store);
  if (result == DCPIPE_OK)
    result = store_checkpoint (store, dcpipe_checkpoint_text (checkpoint));
  if (result == DCPIPE_OK)
    result = sqlite_run (store, "COMMIT", "commit to");
  return result;
}

/* Some faults end the transaction by themselves. */
static int
sqlite_rollback (void *handle)
{
  struct store *store = handle;

  return sqlite3_get_autocommit (store->db) ? DCPIPE_OK : sqlite_run (store, "ROLLBACK", "roll back");
}

/* ---- the plugin ---------------------------------------------------------------------------------- */

static const struct dcpipe_option options[] = {
  { .key = "path",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_REQUIRED | DCPIPE_OPTION_STORE,
    .offset = offsetof (struct store, path),
    .help = "The database file, made if it is missing; -wal, -shm and .lock files lie beside it." },
  { .key = "synchronous",
    .type = DCPIPE_OPTION_ENUM,
    .default_value = "full",
    .values = "full|normal",
    .offset = offsetof (struct store, synchronous),
    .help = "Wait for the disk at every commit, or only when the log is moved into the database: then power "
            "loss may undo the "
            "latest commits, each as a whole." },
  { .key = "cache_size",
    .type = DCPIPE_OPTION_SIZE,
    .default_value = "4M",
    .min = 64 << 10,
    .max = (int64_t) 1 << 40,
    .offset = offsetof (struct store, cache_size),
    .help = "Memory for pages of the database; more helps folded tables that are large." },
  { .key = "wal_size",
    .type = DCPIPE_OPTION_SIZE,
    .default_value = "16M",
    .min = 64 << 10,
    .max = (int64_t) 1 << 32,
    .offset = offsetof (struct store, wal_size),
    .help = "Size of the write-ahead log at which it is moved into the database." },
  { .key = "busy_timeout",
    .type = DCPIPE_OPTION_DURATION,
    .default_value = "5s",
    .max = 3600 * 1000,
    .offset = offsetof (struct store, busy_timeout),
    .help =
        "How long to wait for another program's lock on the database before the attempt counts as failed." },
};

static const struct dcpipe_sink sqlite_sink = {
  .name = "sqlite",
  .version = PACKAGE_VERSION,
  .description = "stores rows in a SQLite database",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct store),
  .open = sqlite_open,
  .prepare = sqlite_prepare,
  .checkpoint_load = sqlite_checkpoint_load,
  .apply = sqlite_apply,
  .commit = sqlite_commit,
  .rollback = sqlite_rollback,
  .get = sqlite_get,
  .scan = sqlite_scan,
  .reset = sqlite_reset,
  .tip_reached = sqlite_tip_reached,
  .close = sqlite_close,
};

DCPIPE_REGISTER_SINK (sqlite_sink)
