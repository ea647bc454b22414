/* SPDX-License-Identifier: Apache-2.0 */
/* Views are for people and hold nothing: they are made anew whenever their text has changed. */
#include "config.h"

#include "views.h"

#include <string.h>

#include "catalog.h"
#include "result.h"

/* True if the view can be read: the tables and columns that it names are there. A view may join tables of
 * decoders that are not in the configuration: that is no fault. */
static bool
compiles (struct store *store, const char *name, const char *select)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (store->db, select, -1, &statement, NULL);

  if (code != SQLITE_OK)
    dcpipe_info ("%s: the view %s is left out: %s", store->path, name, sqlite3_errmsg (store->db));
  sqlite3_finalize (statement);
  return code == SQLITE_OK;
}

/* Puts the view `wanted` (the SQL that makes it, or NULL for none) in the place of `found`. */
static int
replace (struct store *store, const char *name, const char *found, const char *wanted)
{
  int result = DCPIPE_OK;

  if (found != NULL && wanted != NULL && strcmp (found, wanted) == 0)
    return DCPIPE_OK;
  if (found != NULL)
    result = sqlite_run_made (store, sqlite3_mprintf ("DROP VIEW \"%w\"", name), "replace a view of");
  if (result == DCPIPE_OK && wanted != NULL)
    result = sqlite_run (store, wanted, "make a view in");
  return result;
}

/* An older version of dcpipe may have left it with another text, so it is compared and replaced; views hold
 * no data. */
int
view_make (struct store *store, const dcpipe_tables *tables, size_t number)
{
  const char *name = dcpipe_tables_view_name (tables, number),
             *select = dcpipe_tables_view_sql (tables, number);
  char *wanted = sqlite3_mprintf ("CREATE VIEW \"%w\" AS %s", name, select), *found = NULL;
  int code = wanted != NULL ? catalog_find (store, "view", name, &found) : SQLITE_NOMEM, result;

  if (code != SQLITE_OK)
    result = sqlite_failed (store, code, "read the views of");
  else
    result = replace (store, name, found, compiles (store, name, select) ? wanted : NULL);
  sqlite3_free (wanted);
  sqlite3_free (found);
  return result;
}
