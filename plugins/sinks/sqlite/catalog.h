/* SPDX-License-Identifier: Apache-2.0 */
/* What the database says that it holds. */
#ifndef DCPIPE_SINK_SQLITE_CATALOG_H
#define DCPIPE_SINK_SQLITE_CATALOG_H

#include "store.h"

/* The SQL that made an object, to be freed with sqlite3_free; NULL if there is none. `type` is table, view
 * or index. A result of SQLite, SQLITE_OK also for none. */
int catalog_find (struct store *store, const char *type, const char *name, char **sql);

#endif
