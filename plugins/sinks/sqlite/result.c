/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sqlite.h"

#include <errno.h>
#include <string.h>

bool
sqlite_refuses_row (int code)
{
  code &= 0xff;
  return code == SQLITE_TOOBIG || code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH;
}

/* In the words of a user who may never have heard of SQLite's result codes. */
static const char *
explain (int code, int system)
{
  switch (code & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "another program holds its lock";
  case SQLITE_FULL:
    return "no space is left on the device";
  case SQLITE_NOMEM:
    return "no memory";
  case SQLITE_NOTADB:
    return "it is not a SQLite database, or encrypted";
  case SQLITE_CORRUPT:
    return "it is damaged; restore it, or remove it to import anew";
  case SQLITE_READONLY:
    return system == EROFS ? "the file system is read-only" : "it, or its directory, may not be written to";
  case SQLITE_CANTOPEN:
    return system != 0 ? strerror (system)
                       : "the file, or those that SQLite keeps beside it (-wal, -shm), cannot be opened";
  case SQLITE_IOERR:
    return system != 0 ? strerror (system) : "reading or writing failed";
  default:
    return NULL;
  }
}

/* Faults that pass without anybody changing the configuration. */
static bool
may_pass (int code, int system)
{
  switch (code & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_FULL:
    return true;
  case SQLITE_IOERR:
    return system == ENOSPC || system == EDQUOT || system == EINTR || system == EAGAIN || system == ESTALE;
  default:
    return false;
  }
}

int
sqlite_failed (struct store *store, int code, const char *action)
{
  int extended = store->db != NULL ? sqlite3_extended_errcode (store->db) : code;
  int system = store->db != NULL ? sqlite3_system_errno (store->db) : 0;
  const char *said = store->db != NULL ? sqlite3_errmsg (store->db) : sqlite3_errstr (code);
  const char *why = explain (code, system);

  if ((extended & 0xff) != (code & 0xff)) {
    extended = code;
    said = sqlite3_errstr (code);
  }
  if (why != NULL)
    dcpipe_error ("cannot %s %s: %s (SQLite %d: %s)", action, store->path, why, extended, said);
  else
    dcpipe_error ("cannot %s %s: %s (SQLite %d)", action, store->path, said, extended);
  return may_pass (code, system) ? DCPIPE_RETRY : DCPIPE_FAIL;
}

int
sqlite_run (struct store *store, const char *sql, const char *action)
{
  int code = sqlite3_exec (store->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK ? DCPIPE_OK : sqlite_failed (store, code, action);
}

int
sqlite_run_made (struct store *store, char *sql, const char *action)
{
  int result = sql != NULL ? sqlite_run (store, sql, action) : sqlite_failed (store, SQLITE_NOMEM, action);

  sqlite3_free (sql);
  return result;
}

int
sqlite_number (struct store *store, const char *sql, int64_t *number)
{
  sqlite3_stmt *statement;
  int code = sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL);

  if (code != SQLITE_OK)
    return code;
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return code;
}

int
sqlite_begin (struct store *store)
{
  if (!sqlite3_get_autocommit (store->db))
    return DCPIPE_OK;
  if (store->mode == DCPIPE_READ)
    return sqlite_run (store, "BEGIN", "read");
  return sqlite_run (store, "BEGIN IMMEDIATE", "write to");
}
