/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as CBOR. */
#ifndef DCPIPE_SINK_LMDB_VALUE_H
#define DCPIPE_SINK_LMDB_VALUE_H

#include "store.h"

/* The value of the row into store->value; its key is in store->key. `old` holds the items of the value that
 * it takes the place of, of which an UPSERT keeps the columns that are to be kept, and an UPDATE those that
 * are not set; or NULL. False when there is no memory. */
bool value_make (struct store *store, const struct table *table, const dcpipe_row *row,
                 const struct dcpipe_bytes *old);

/* The items of a value, one for each column, as they are. `key` becomes the whole key of a row whose key is
 * long, else empty. False if it is no value of ours. */
bool value_split (const struct table *table, MDB_val value, struct dcpipe_bytes *items,
                  struct dcpipe_bytes *key);

/* Sets all columns of `row`. DCPIPE_FAIL after dcpipe_error if the store holds what we never write. */
int value_read (const struct store *store, const struct table *table, MDB_val value, dcpipe_row *row);

#endif
