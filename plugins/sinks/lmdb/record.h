/* SPDX-License-Identifier: Apache-2.0 */
/* The records of tables in the database dcpipe.meta, and the databases that they name. */
#ifndef DCPIPE_SINK_LMDB_RECORD_H
#define DCPIPE_SINK_LMDB_RECORD_H

#include "store.h"

#define RECORD_NAME_MAX 64

/* The key of a table's record. `val` points into `text`. */
struct record_key {
  char text[sizeof TABLE_PREFIX + RECORD_NAME_MAX];
  MDB_val val;
};

/* False if no table can have that name. */
bool record_key_make (struct record_key *key, const char *name);

/* A table's record: a result of LMDB. */
int record_find (struct store *store, MDB_txn *txn, const char *name, MDB_val *record);

/* Sets the table's `dbi` if its database is open; false if not. */
bool record_is_open (struct store *store, struct table *table);

/* Opens every table of the store, so that transactions which begin later find them. The caller holds the
 * environment's lock for writing. A result of LMDB. */
int records_open (struct store *store);

/* For a reader's new snapshot: sets `present` of the tables, false if one is not open yet. */
bool records_match (struct store *store, int *code);

#endif
