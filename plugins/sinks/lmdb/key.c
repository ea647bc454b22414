/* SPDX-License-Identifier: Apache-2.0 */
/* Keys within LMDB's limit. */
#include "config.h"

#include "key.h"

#include <nettle/sha2.h>
#include <string.h>

_Static_assert(KEY_WHOLE + SHA256_DIGEST_SIZE == KEY_STORED,
               "the stored part of a long key and its hash fill a key");

size_t
keys_set (const struct table *table, const dcpipe_row *row)
{
  size_t count = 0;

  while (count < table->keys_count && dcpipe_is_set (row, dcpipe_table_key (table->declared, count)))
    count++;
  return count;
}

/* The buffer is there even for an empty prefix, so that its address is never null. */
bool
key_make (struct store *store, const dcpipe_row *row)
{
  size_t size;

  store->key.size = 0;
  if (!buffer_reserve (&store->key, KEY_STORED))
    return false;
  size = dcpipe_row_key (row, store->key.data, store->key.capacity);
  if (size > store->key.capacity) {
    if (!buffer_reserve (&store->key, size))
      return false;
    dcpipe_row_key (row, store->key.data, store->key.capacity);
  }
  store->key.size = size;
  return true;
}

MDB_val
key_stored (struct store *store)
{
  struct sha256_ctx hash;

  if (!key_is_long (store))
    return (MDB_val){ store->key.size, store->key.data };
  memcpy (store->stored, store->key.data, KEY_WHOLE);
  sha256_init (&hash);
  sha256_update (&hash, store->key.size, store->key.data);
  sha256_digest (&hash, SHA256_DIGEST_SIZE, store->stored + KEY_WHOLE);
  return (MDB_val){ KEY_STORED, store->stored };
}
