/* SPDX-License-Identifier: Apache-2.0 */
/* Values on their way into SQLite and back. */
#ifndef DCPIPE_SINK_SQLITE_VALUES_H
#define DCPIPE_SINK_SQLITE_VALUES_H

#include "store.h"

/* Binds a column of the row to its parameter. The bytes stay the row's. A result of SQLite. */
int value_bind (sqlite3_stmt *statement, struct table *table, const dcpipe_row *row, size_t column);

/* Sets all columns of `row` from a result. False after dcpipe_error if the store holds what we never
 * write. */
bool values_read (const struct store *store, sqlite3_stmt *statement, const struct table *table,
                  dcpipe_row *row);

#endif
