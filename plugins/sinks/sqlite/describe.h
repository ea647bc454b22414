/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as this sink sees them. */
#ifndef DCPIPE_SINK_SQLITE_DESCRIBE_H
#define DCPIPE_SINK_SQLITE_DESCRIBE_H

#include "store.h"

/* Sets up store->tables; false after dcpipe_error. */
bool schema_describe (struct store *store, const dcpipe_tables *tables);
void schema_free (struct store *store);

/* The table that a row belongs to. */
struct table *table_of (struct store *store, const dcpipe_row *row);

#endif
