/* SPDX-License-Identifier: Apache-2.0 */
/* Keys within LMDB's limit. */
#ifndef DCPIPE_SINK_LMDB_KEY_H
#define DCPIPE_SINK_LMDB_KEY_H

#include "store.h"

/* How many leading columns of the key the row sets. */
size_t keys_set (const struct table *table, const dcpipe_row *row);

/* The key of the row, or as much of it as is set, into store->key. False when there is no memory. */
bool key_make (struct store *store, const dcpipe_row *row);

/* What is stored for the whole key in store->key. Lives until the next call. */
MDB_val key_stored (struct store *store);

static inline bool
key_is_long (const struct store *store)
{
  return store->key.size > KEY_WHOLE;
}

#endif
