/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite's results leave open what to do about them: the system's own error, where there is one, decides
 * whether it may pass, and says it to the user. */
#include "config.h"

#include "result.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool
sqlite_refuses_row (int code)
{
  code &= 0xff;
  return code == SQLITE_TOOBIG || code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH;
}

/* ---- the system's reason ------------------------------------------------------------------------- */

/* What hinders a new file beside the database, or 0. Beside it and not in it: a database that cannot be
 * written to is not to be made worse. */
static int
try_place (const struct store *store)
{
  char *name = sqlite3_mprintf ("%s-try-%ld", store->path, (long) getpid ());
  int fd = name != NULL ? open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
  int error = fd < 0 ? errno : 0;

  if (fd >= 0) {
    close (fd);
    unlink (name);
  }
  sqlite3_free (name);
  return error;
}

/* SQLite keeps the last fault of each file, and the log's is the one that is mostly written to. */
static int
fault_of_files (sqlite3 *db)
{
  sqlite3_file *log = NULL;
  int error = 0;

  if (sqlite3_file_control (db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log != NULL
      && log->pMethods != NULL)
    log->pMethods->xFileControl (log, SQLITE_FCNTL_LAST_ERRNO, &error);
  if (error == 0)
    sqlite3_file_control (db, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  return error;
}

/* The errno behind a result, or 0. SQLite's own word for it is not set by a commit; and a file that cannot be
 * opened for writing is opened once more for reading, so that the reason is lost in that. */
static int
system_errno (const struct store *store, int code, int extended)
{
  int error = 0;

  if (store->db == NULL)
    return 0;
  if (extended == SQLITE_IOERR_WRITE || extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_TRUNCATE)
    error = fault_of_files (store->db);
  if (error == 0)
    error = sqlite3_system_errno (store->db);
  if (store->mode == DCPIPE_READ)
    return error;
  if ((code & 0xff) == SQLITE_READONLY)
    error = access (store->path, W_OK) != 0 ? errno : try_place (store);
  else if ((code & 0xff) == SQLITE_CANTOPEN && error == ENOENT)
    error = try_place (store);
  return error;
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
    if (system == EACCES || system == EPERM)
      return "it, or its directory, may not be written to";
    /* fall through */
  case SQLITE_CANTOPEN:
    return system != 0 ? strerror (system)
                       : "it, or one of the files beside it (-wal, -shm), could not be opened";
  case SQLITE_IOERR:
    return system != 0 ? strerror (system) : "reading or writing failed";
  default:
    return NULL;
  }
}

/* Faults that pass without anybody changing the configuration: `system` is 0 for a file that could not be
 * opened, though now there is nothing to hinder it. */
static bool
may_pass (int code, int system)
{
  switch (code & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_FULL:
    return true;
  case SQLITE_CANTOPEN:
  case SQLITE_READONLY:
    if (system == 0)
      return true;
    /* fall through */
  case SQLITE_IOERR:
    return system == ENOSPC || system == EDQUOT || system == EINTR || system == EAGAIN || system == ESTALE
           || system == EMFILE || system == ENFILE;
  default:
    return false;
  }
}

/* SQLite's own text is given along: a user who searches for it finds it. */
int
sqlite_failed (struct store *store, int code, const char *action)
{
  int extended = store->db != NULL ? sqlite3_extended_errcode (store->db) : code, system;
  const char *said = store->db != NULL ? sqlite3_errmsg (store->db) : sqlite3_errstr (code), *why;

  if ((extended & 0xff) != (code & 0xff)) {
    extended = code;
    said = sqlite3_errstr (code);
  }
  system = system_errno (store, code, extended);
  why = explain (code, system);
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

/* A write takes its lock now (IMMEDIATE) and not at the first row: so it waits before anything is done. */
int
sqlite_begin (struct store *store)
{
  if (!sqlite3_get_autocommit (store->db))
    return DCPIPE_OK;
  if (store->mode == DCPIPE_READ)
    return sqlite_run (store, "BEGIN", "read");
  return sqlite_run (store, "BEGIN IMMEDIATE", "write to");
}
