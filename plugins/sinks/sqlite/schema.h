/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and their indexes in the database. */
#ifndef DCPIPE_SINK_SQLITE_SCHEMA_H
#define DCPIPE_SINK_SQLITE_SCHEMA_H

#include "store.h"

/* All return a DCPIPE_ result. */
int schema_prepare (struct store *store, const dcpipe_tables *tables);
int schema_reset (struct store *store, const char *table);
int schema_build_indexes (struct store *store);

#endif
