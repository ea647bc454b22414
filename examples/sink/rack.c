/* SPDX-License-Identifier: Apache-2.0 */
/* A sink: one table of an SQLite database keeps the rows of all tables, each as JSON under its key. */
#include <dcpipe-plugin.h>
#include <sqlite3.h>

struct rack {
  const char *path;
  sqlite3 *db;
};

static const struct dcpipe_option options[] = {
  { .key = "path",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_REQUIRED | DCPIPE_OPTION_STORE,
    .help = "the database",
    .offset = offsetof (struct rack, path) },
};

static int
failed (const struct rack *store)
{
  dcpipe_error ("%s: %s", store->path, sqlite3_errmsg (store->db));
  return sqlite3_errcode (store->db) == SQLITE_BUSY ? DCPIPE_RETRY : DCPIPE_FAIL;
}

/* Runs SQL in the transaction: ?1 is a table, ?2 a key or its beginning, ?3 a text. */
static int
run (struct rack *store, const char *sql, const char *table, struct dcpipe_bytes key,
     struct dcpipe_bytes text, dcpipe_walk *walk)
{
  sqlite3_stmt *statement = NULL;
  int code;

  if (sqlite3_get_autocommit (store->db) && sqlite3_exec (store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
    return failed (store);
  sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL);
  sqlite3_bind_text (statement, 1, table, -1, SQLITE_STATIC);
  sqlite3_bind_blob64 (statement, 2, key.data, key.size, SQLITE_STATIC);
  sqlite3_bind_text64 (statement, 3, (const char *) text.data, text.size, SQLITE_STATIC, SQLITE_UTF8);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    if (!dcpipe_walk_text (walk, sqlite3_column_text (statement, 0), sqlite3_column_bytes (statement, 0)))
      break;
  sqlite3_finalize (statement);
  return code == SQLITE_ROW || code == SQLITE_DONE ? DCPIPE_OK : failed (store);
}

#define THESE " FROM rows WHERE tab = ?1 AND key BETWEEN hex (?2) AND hex (?2) || 'G'" /* no digit G */

static int
rack_put (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  return run (handle, text.data != NULL ? "REPLACE INTO rows VALUES (?1, hex (?2), ?3)" : "DELETE" THESE,
              table, key, text, NULL);
}

static int
rack_walk (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  return run (handle, "SELECT json" THESE " ORDER BY key", table, prefix, prefix, walk);
}

static int
rack_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  (void) checkpoint; /* it was put, as rows are */
  return run (handle, "COMMIT", "", (struct dcpipe_bytes){ 0 }, (struct dcpipe_bytes){ 0 }, NULL);
}

static int
rack_rollback (void *handle)
{
  return run (handle, "ROLLBACK", "", (struct dcpipe_bytes){ 0 }, (struct dcpipe_bytes){ 0 }, NULL);
}

#define MAKE                                                                                                 \
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS rows "                   \
  "(tab, key, json, PRIMARY KEY (tab, key)) WITHOUT ROWID"

static int
rack_open (void *handle, int mode, const char *scratch)
{
  struct rack *store = handle;
  bool reads = mode == DCPIPE_READ;
  int flags = reads ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

  (void) scratch; /* `path` leads there already */
  if (sqlite3_open_v2 (store->path, &store->db, flags, NULL) == SQLITE_OK
      && sqlite3_exec (store->db, reads ? "SELECT 1" THESE : MAKE, NULL, NULL, NULL) == SQLITE_OK)
    return DCPIPE_OK;
  return reads && sqlite3_errcode (store->db) == SQLITE_ERROR ? DCPIPE_NONE : failed (store);
}

static void
rack_close (void *handle)
{
  sqlite3_close (((struct rack *) handle)->db);
}

static const struct dcpipe_sink rack_sink = {
  .name = "rack",
  .version = "0.1",
  .description = "keeps rows as JSON in SQLite",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct rack),
  .open = rack_open,
  .put = rack_put,
  .walk = rack_walk,
  .commit = rack_commit,
  .rollback = rack_rollback,
  .close = rack_close,
};
DCPIPE_REGISTER_SINK (rack_sink)
