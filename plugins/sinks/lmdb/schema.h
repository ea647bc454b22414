/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in the store: whether those found are those expected, and those that are missing. */
#ifndef DCPIPE_SINK_LMDB_SCHEMA_H
#define DCPIPE_SINK_LMDB_SCHEMA_H

#include "store.h"

/* A DCPIPE_ result. */
int schema_prepare (struct store *store, const dcpipe_tables *tables);
int schema_reset (struct store *store, const char *table);

#endif
