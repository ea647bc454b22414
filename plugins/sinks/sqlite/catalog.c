/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "catalog.h"

/* A name is bound and never pasted into SQL, even though all names are checked. */
int
catalog_find (struct store *store, const char *type, const char *name, char **sql)
{
  sqlite3_stmt *statement;
  int code = sqlite3_prepare_v2 (store->db, "SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2", -1,
                                 &statement, NULL);

  *sql = NULL;
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_text (statement, 1, type, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, name, -1, SQLITE_STATIC);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW) {
    const unsigned char *text = sqlite3_column_text (statement, 0);

    *sql = sqlite3_mprintf ("%s", text != NULL ? (const char *) text : "");
    if (*sql == NULL)
      code = SQLITE_NOMEM;
  }
  sqlite3_finalize (statement);
  return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}
