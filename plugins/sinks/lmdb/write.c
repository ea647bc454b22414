/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in. */
#include "config.h"

#include "write.h"

#include <errno.h>
#include <string.h>

#include "describe.h"
#include "key.h"
#include "transaction.h"
#include "value.h"

struct effect {
  uint64_t added, changed, removed;
};

/* ---- what is there ------------------------------------------------------------------------------- */

/* One for each table and transaction, since neighbouring rows lie in the same page. */
static int
use_cursor (struct store *store, struct table *table)
{
  return table->cursor != NULL ? 0 : mdb_cursor_open (store->txn, table->dbi, &table->cursor);
}

/* Whether the value found is that of the row at hand: rows with long keys are, if the whole keys are equal.
 * MDB_KEYEXIST if not, which takes two keys of one SHA-256. */
static int
check_same (struct store *store, const struct table *table, MDB_val value)
{
  struct dcpipe_bytes key;

  if (!key_is_long (store))
    return 0;
  if (!value_split (table, value, store->items, &key))
    return MDB_CORRUPTED;
  return key.size == store->key.size && memcmp (key.data, store->key.data, key.size) == 0 ? 0 : MDB_KEYEXIST;
}

/* Leads the table's cursor to the row whose key is in store->key. MDB_NOTFOUND if there is none. */
static int
find (struct store *store, struct table *table, MDB_val *key, MDB_val *value)
{
  int code = use_cursor (store, table);

  *key = key_stored (store);
  if (code == 0)
    code = mdb_cursor_get (table->cursor, key, value, MDB_SET);
  return code == 0 ? check_same (store, table, *value) : code;
}

/* ---- operations: results of LMDB ----------------------------------------------------------------- */

/* Log rows come in the order of their keys, unless an earlier run stored later ones already: appending, LMDB
 * fills pages and searches nothing. */
static int
insert (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  int code = use_cursor (store, table);
  MDB_val key, value;

  if (code != 0)
    return code;
  if (!value_make (store, table, row, NULL))
    return ENOMEM;
  key = key_stored (store);
  value = (MDB_val){ store->value.size, store->value.data };
  code = mdb_cursor_put (table->cursor, &key, &value, table->appends ? MDB_APPEND : MDB_NOOVERWRITE);
  if (code == MDB_KEYEXIST && table->appends) {
    table->appends = false;
    code = mdb_cursor_put (table->cursor, &key, &value, MDB_NOOVERWRITE);
  }
  effect->added = code == 0;
  return code == MDB_KEYEXIST ? check_same (store, table, value) : code;
}

/* Puts the row, in the place of the one at the cursor (`flags` is MDB_CURRENT) or as a new one. */
static int
put (struct store *store, struct table *table, const dcpipe_row *row, const struct dcpipe_bytes *old,
     MDB_val *key, unsigned flags)
{
  MDB_val value;

  if (!value_make (store, table, row, old))
    return ENOMEM;
  value = (MDB_val){ store->value.size, store->value.data };
  return mdb_cursor_put (table->cursor, key, &value, flags);
}

/* An UPSERT that need not read what is there: the number of rows tells whether there was one. */
static int
overwrite (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  MDB_val key = key_stored (store);
  MDB_stat before, after;
  int code = use_cursor (store, table);

  if (code == 0)
    code = mdb_stat (store->txn, table->dbi, &before);
  if (code == 0)
    code = put (store, table, row, NULL, &key, 0);
  if (code == 0)
    code = mdb_stat (store->txn, table->dbi, &after);
  if (code != 0)
    return code;
  effect->added = after.ms_entries > before.ms_entries;
  effect->changed = !effect->added;
  return 0;
}

/* Three ways, the cheapest first: without a column to keep and with a short key nothing need be read. */
static int
upsert (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  struct dcpipe_bytes whole;
  MDB_val key, value;
  int code;

  if (!table->keeps && !key_is_long (store))
    return overwrite (store, table, row, effect);
  code = find (store, table, &key, &value);
  if (code == MDB_NOTFOUND) {
    effect->added = 1;
    return put (store, table, row, NULL, &key, 0);
  }
  effect->changed = code == 0;
  if (code != 0 || !table->replaces)
    return code;
  if (!value_split (table, value, store->items, &whole))
    return MDB_CORRUPTED;
  return put (store, table, row, store->items, &key, MDB_CURRENT);
}

/* An update that sets nothing is no write. */
static int
update (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  struct dcpipe_bytes whole;
  MDB_val key, value;
  bool any = false;
  int code;

  for (size_t i = 0; i < table->columns_count; i++)
    any |= !table->columns[i].key && dcpipe_is_set (row, i);
  if (!any)
    return 0;
  code = find (store, table, &key, &value);
  if (code != 0)
    return code == MDB_NOTFOUND ? 0 : code;
  if (!value_split (table, value, store->items, &whole))
    return MDB_CORRUPTED;
  effect->changed = 1;
  return put (store, table, row, store->items, &key, MDB_CURRENT);
}

/* ---- deleting ------------------------------------------------------------------------------------ */

/* Faster than row by row: LMDB lets go of whole pages. */
static int
delete_all (struct store *store, struct table *table, struct effect *effect)
{
  MDB_stat stat;
  int code = mdb_stat (store->txn, table->dbi, &stat);

  if (code != 0)
    return code;
  effect->removed = stat.ms_entries;
  return mdb_drop (store->txn, table->dbi, 0);
}

static int
delete_one (struct store *store, struct table *table, struct effect *effect)
{
  MDB_val key, value;
  int code = find (store, table, &key, &value);

  if (code == 0)
    code = mdb_cursor_del (table->cursor, 0);
  effect->removed = code == 0;
  return code == MDB_NOTFOUND ? 0 : code;
}

/* Whether the whole key of the row found begins with the one in store->key, of which the stored key begins
 * with as much as is stored. */
static int
begins_so (struct store *store, const struct table *table, MDB_val value, bool *begins)
{
  struct dcpipe_bytes key;

  *begins = true;
  if (!key_is_long (store))
    return 0;
  if (!value_split (table, value, store->items, &key))
    return MDB_CORRUPTED;
  *begins = key.size >= store->key.size && memcmp (key.data, store->key.data, store->key.size) == 0;
  return 0;
}

/* One by one, for the cursor is all that LMDB has for it. */
static int
delete_range (struct store *store, struct table *table, struct effect *effect)
{
  const size_t size = key_is_long (store) ? KEY_WHOLE : store->key.size;
  MDB_val key = { size, store->key.data }, value;
  int code = use_cursor (store, table);
  bool begins;

  if (code == 0)
    code = mdb_cursor_get (table->cursor, &key, &value, MDB_SET_RANGE);
  while (code == 0 && key.mv_size >= size && memcmp (key.mv_data, store->key.data, size) == 0) {
    code = begins_so (store, table, value, &begins);
    if (code == 0 && begins) {
      code = mdb_cursor_del (table->cursor, 0);
      effect->removed += code == 0;
    }
    if (code == 0)
      code = mdb_cursor_get (table->cursor, &key, &value, MDB_NEXT);
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

/* After a delete the last key is no longer known. */
static int delete (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  size_t given = keys_set (table, row);

  table->appends = false;
  if (given == 0)
    return delete_all (store, table, effect);
  return given == table->keys_count ? delete_one (store, table, effect) : delete_range (store, table, effect);
}

/* ---- apply --------------------------------------------------------------------------------------- */

static int
apply_row (struct store *store, struct table *table, const dcpipe_row *row, struct effect *effect)
{
  if (!key_make (store, row))
    return ENOMEM;
  switch (dcpipe_row_operation (row)) {
  case DCPIPE_INSERT:
    return insert (store, table, row, effect);
  case DCPIPE_UPSERT:
    return upsert (store, table, row, effect);
  case DCPIPE_UPDATE:
    return update (store, table, row, effect);
  default:
    return delete (store, table, row, effect);
  }
}

/* A row that cannot be stored is the row's own fault, and reported as such; all else ends the batch. */
int
rows_apply (struct store *store, dcpipe_rows *rows)
{
  size_t count = dcpipe_rows_count (rows);
  int result = write_begin (store);

  for (size_t i = 0; i < count && result == DCPIPE_OK; i++) {
    const dcpipe_row *row = dcpipe_rows_at (rows, i);
    struct table *table = table_of (store, row);
    struct effect effect = { 0 };
    int code = apply_row (store, table, row, &effect);

    if (code == 0)
      dcpipe_row_applied (rows, i, effect.added, effect.changed, effect.removed);
    else if (code == MDB_KEYEXIST)
      dcpipe_row_refused (rows, i, "another row of table %s has a key of the same first %d bytes and SHA-256",
                          table->name, KEY_WHOLE);
    else if (code == MDB_BAD_VALSIZE)
      dcpipe_row_refused (rows, i, "LMDB cannot store it in the table %s: it is larger than 4 GiB",
                          table->name);
    else
      result = write_failed (store, code, "write to");
  }
  return result;
}
