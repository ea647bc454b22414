/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a database: is it ours, and how is it to be written. */
#include "config.h"

#include "open.h"

#include <string.h>

#include "describe.h"
#include "result.h"

static int
connect_to (struct store *store)
{
  int flags = store->mode == DCPIPE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  int code = sqlite3_open_v2 (store->path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

  /* SQLite falls back to reading, for as long as it is open, whatever hindered it. */
  if (code == SQLITE_OK && store->mode != DCPIPE_READ && sqlite3_db_readonly (store->db, "main") == 1)
    code = SQLITE_READONLY;
  if (code != SQLITE_OK)
    return sqlite_failed (store, code, "open");
  sqlite3_extended_result_codes (store->db, 1);
  sqlite3_busy_timeout (store->db, (int) store->busy_timeout);
  return DCPIPE_OK;
}

/* Whether the database is ours, still empty (DCPIPE_NONE), or to be left alone. A database that is not
 * empty and lacks our mark is somebody's, and is not touched. */
static int
identify (struct store *store)
{
  int64_t application = 0, version = 0, objects = 0;
  int code = sqlite_number (store, "SELECT count(*) FROM sqlite_schema", &objects);

  if (code == SQLITE_ROW)
    code = sqlite_number (store, "PRAGMA application_id", &application);
  if (code == SQLITE_ROW)
    code = sqlite_number (store, "PRAGMA user_version", &version);
  if (code != SQLITE_ROW)
    return sqlite_failed (store, code, "read");
  if (objects == 0 && application == 0 && version == 0)
    return DCPIPE_NONE;
  if (application != APPLICATION_ID) {
    dcpipe_error (
        "%s is a database of another program (application_id %lld, tables and indexes: %lld); it is "
        "left alone",
        store->path, (long long) application, (long long) objects);
    return DCPIPE_FAIL;
  }
  if (version != SCHEMA_VERSION) {
    dcpipe_error ("%s was written by another version of dcpipe (format %lld, this one knows %d)", store->path,
                  (long long) version, SCHEMA_VERSION);
    return DCPIPE_FAIL;
  }
  return DCPIPE_OK;
}

/* WAL, so that readers work beside the writer. A scratch store has no readers, and nothing to lose. */
static int
set_journal (struct store *store)
{
  bool scratch = store->mode == DCPIPE_SCRATCH;
  const char *got = NULL;
  sqlite3_stmt *statement = NULL;
  int code =
      sqlite3_prepare_v2 (store->db, scratch ? "PRAGMA journal_mode = TRUNCATE" : "PRAGMA journal_mode = WAL",
                          -1, &statement, NULL);

  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    got = (const char *) sqlite3_column_text (statement, 0);
  if (code == SQLITE_ROW && got != NULL && (scratch || strcmp (got, "wal") == 0))
    code = SQLITE_OK;
  else if (code == SQLITE_ROW)
    code = SQLITE_CANTOPEN;
  sqlite3_finalize (statement);
  return code == SQLITE_OK ? DCPIPE_OK : sqlite_failed (store, code, "use a write-ahead log for");
}

static int
configure_cache (struct store *store)
{
  return sqlite_run_made (store, sqlite3_mprintf ("PRAGMA cache_size = -%llu", store->cache_size / 1024),
                          "set up");
}

/* The log is moved into the database once it holds so many pages; a larger one, left by a long reader, is
 * cut back. A scratch database is thrown away: syncing it would be for nothing. */
static int
configure_writing (struct store *store)
{
  static const char *const levels[] = { [SYNCHRONOUS_FULL] = "FULL", [SYNCHRONOUS_NORMAL] = "NORMAL" };
  const char *level = store->mode == DCPIPE_SCRATCH ? "OFF" : levels[store->synchronous];
  int64_t page = 4096;

  sqlite_number (store, "PRAGMA page_size", &page);
  return sqlite_run_made (store,
                          sqlite3_mprintf ("PRAGMA synchronous = %s; PRAGMA wal_autocheckpoint = %lld; "
                                           "PRAGMA journal_size_limit = %lld",
                                           level, (long long) store->wal_size / page,
                                           (long long) store->wal_size * 2),
                          "set up");
}

/* In one transaction, so that no half-made database is taken for ours. */
static int
create_database (struct store *store)
{
  char *sql = sqlite3_mprintf ("BEGIN IMMEDIATE; PRAGMA application_id = %d; PRAGMA user_version = %d; "
                               "CREATE TABLE " CHECKPOINT_TABLE
                               " (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL); "
                               "COMMIT",
                               APPLICATION_ID, SCHEMA_VERSION);

  return sqlite_run_made (store, sql, "make");
}

/* Called once for each row that an UPSERT finds, and for no other. */
static void
note_replacing (sqlite3_context *context, int count, sqlite3_value **values)
{
  struct store *store = sqlite3_user_data (context);

  (void) count;
  (void) values;
  store->replaced = true;
  sqlite3_result_int (context, 1);
}

/* Nothing is changed, not even the journal's form, before it is known to be ours. */
static int
open_for_writing (struct store *store)
{
  int result = connect_to (store);
  bool fresh;

  if (result == DCPIPE_OK
      && sqlite3_create_function (store->db, REPLACES_FUNCTION, 0, SQLITE_UTF8, store, note_replacing, NULL,
                                  NULL)
             != SQLITE_OK)
    result = sqlite_failed (store, sqlite3_extended_errcode (store->db), "set up");
  if (result == DCPIPE_OK)
    result = identify (store);
  fresh = result == DCPIPE_NONE;
  if (result == DCPIPE_OK || fresh)
    result = set_journal (store);
  if (result == DCPIPE_OK)
    result = configure_cache (store);
  if (result == DCPIPE_OK)
    result = configure_writing (store);
  if (result == DCPIPE_OK && fresh)
    result = create_database (store);
  return result;
}

static int
open_for_reading (struct store *store)
{
  int result = connect_to (store);

  if (result == DCPIPE_OK)
    result = identify (store);
  return result == DCPIPE_OK ? configure_cache (store) : result;
}

int
store_open (struct store *store, int mode)
{
  store->mode = mode;
  return mode == DCPIPE_READ ? open_for_reading (store) : open_for_writing (store);
}

/* What is in the log goes into the database, if no reader is in the way; otherwise it goes there later. */
void
store_close (struct store *store)
{
  schema_free (store);
  sqlite3_finalize (store->checkpoint);
  if (store->db != NULL && !sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  if (store->db != NULL && store->mode == DCPIPE_WRITE) {
    sqlite3_busy_timeout (store->db, 0);
    sqlite3_wal_checkpoint_v2 (store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  }
  sqlite3_close (store->db);
  store->checkpoint = NULL;
  store->db = NULL;
}
