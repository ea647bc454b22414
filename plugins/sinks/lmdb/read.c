/* SPDX-License-Identifier: Apache-2.0 */
/* Rows out: get and scan. */
#include "config.h"

#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "key.h"
#include "result.h"
#include "transaction.h"
#include "value.h"

static int
read_failed (const struct store *store, int code)
{
  return store_failed (store, code, "read");
}

/* ---- get ----------------------------------------------------------------------------------------- */

/* The stored part of a long key may be another row's, if only by a collision of SHA-256: the whole one
 * decides. */
static int
get (struct store *store, const struct table *table, const dcpipe_row *wanted, dcpipe_row *row)
{
  struct dcpipe_bytes whole;
  MDB_val key, value;
  int code;

  if (!key_make (store, wanted))
    return store_no_memory ();
  key = key_stored (store);
  code = mdb_get (store->txn, table->dbi, &key, &value);
  if (code != 0)
    return code == MDB_NOTFOUND ? DCPIPE_NONE : read_failed (store, code);
  if (key_is_long (store)) {
    if (!value_split (table, value, store->items, &whole))
      return store_damaged (store, table);
    if (whole.size != store->key.size || memcmp (whole.data, store->key.data, whole.size) != 0)
      return DCPIPE_NONE;
  }
  return value_read (store, table, value, row);
}

int
rows_get (struct store *store, const dcpipe_row *key, dcpipe_row *row)
{
  const struct table *table = table_of (store, key);
  int result = read_enter (store);

  if (result != DCPIPE_OK)
    return result;
  result = table->present ? get (store, table, key, row) : DCPIPE_NONE;
  read_leave (store);
  return result;
}

/* ---- scan ---------------------------------------------------------------------------------------- */

/* A row of those that share the stored part of their key. */
struct member {
  const uint8_t *key; /* the whole one, in the map; while the lock is held */
  size_t size;
  uint8_t hash[KEY_STORED - KEY_WHOLE];
};

/* A scan on its way. The whole key that rows must begin with is in store->key. While a row is handed on a
 * reader does without the lock, so that the map can grow; then the cursor is set up anew. */
struct walk {
  struct store *store;
  const struct table *table;
  dcpipe_scan *scan;
  MDB_cursor *cursor;
  uint64_t generation; /* of the map, when the cursor was made */
  size_t prefix;       /* bytes of the key at the beginning of stored ones */
  bool more;           /* the receiver wants more */
  bool begun;          /* `last` is set */
  size_t last_size;
  uint8_t last[KEY_STORED]; /* the stored key that was done last */
};

static void
walk_end (struct walk *walk)
{
  if (walk->cursor != NULL)
    mdb_cursor_close (walk->cursor);
  walk->cursor = NULL;
}

static void
walk_done (struct walk *walk, MDB_val key)
{
  walk->begun = true;
  walk->last_size = key.mv_size < KEY_STORED ? key.mv_size : KEY_STORED;
  memcpy (walk->last, key.mv_data, walk->last_size);
}

static bool
is_last (const struct walk *walk, MDB_val key)
{
  return key.mv_size == walk->last_size && memcmp (key.mv_data, walk->last, walk->last_size) == 0;
}

/* To the first row, or to the one behind `last`. Behind `last` by its key and not by a place: the row may
 * have gone, and pages may have moved. */
static int
walk_seek (struct walk *walk, MDB_val *key, MDB_val *value)
{
  int code = mdb_cursor_open (walk->store->txn, walk->table->dbi, &walk->cursor);

  if (code != 0) {
    walk->cursor = NULL;
    return code;
  }
  walk->generation = walk->store->environment->generation;
  *key = walk->begun ? val (walk->last, walk->last_size) : val (walk->store->key.data, walk->prefix);
  code = mdb_cursor_get (walk->cursor, key, value, key->mv_size > 0 ? MDB_SET_RANGE : MDB_FIRST);
  if (code == 0 && walk->begun && is_last (walk, *key))
    code = mdb_cursor_get (walk->cursor, key, value, MDB_NEXT);
  return code;
}

/* The next row whose stored key begins as it must: a result of LMDB. */
static int
walk_next (struct walk *walk, MDB_val *key, MDB_val *value)
{
  int code;

  if (walk->cursor != NULL && walk->generation == walk->store->environment->generation)
    code = mdb_cursor_get (walk->cursor, key, value, MDB_NEXT);
  else {
    walk_end (walk);
    code = walk_seek (walk, key, value);
  }
  if (code != 0)
    return code;
  if (key->mv_size < walk->prefix || memcmp (key->mv_data, walk->store->key.data, walk->prefix) != 0)
    return MDB_NOTFOUND;
  return 0;
}

/* Hands on one row; values are not looked at any more afterwards. */
static int
walk_emit (struct walk *walk, MDB_val value)
{
  struct store *store = walk->store;
  int result = value_read (store, walk->table, value, dcpipe_scan_row (walk->scan));

  if (result != DCPIPE_OK)
    return result;
  read_leave (store);
  walk->more = dcpipe_scan_emit (walk->scan);
  return read_enter (store);
}

/* ---- rows with long keys ------------------------------------------------------------------------- */

/* By the whole keys, which is the order of scans; hashes do not keep it. */
static int
compare_members (const void *left, const void *right)
{
  const struct member *a = left, *b = right;
  int order = memcmp (a->key, b->key, a->size < b->size ? a->size : b->size);

  return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* Takes in a row if its whole key begins as it must. */
static int
group_add (struct walk *walk, MDB_val key, MDB_val value)
{
  struct store *store = walk->store;
  struct dcpipe_bytes whole;
  struct member member;

  if (!value_split (walk->table, value, store->items, &whole) || whole.size == 0)
    return store_damaged (store, walk->table);
  if (whole.size < store->key.size || memcmp (whole.data, store->key.data, store->key.size) != 0)
    return DCPIPE_OK;
  member.key = whole.data;
  member.size = whole.size;
  memcpy (member.hash, (const uint8_t *) key.mv_data + KEY_WHOLE, sizeof member.hash);
  if (!buffer_reserve (&store->group, sizeof member))
    return store_no_memory ();
  memcpy (store->group.data + store->group.size, &member, sizeof member);
  store->group.size += sizeof member;
  return DCPIPE_OK;
}

/* Gathers the rows from the one at the cursor on that share the stored part of its key, which goes to
 * `shared`. */
static int
group_gather (struct walk *walk, MDB_val key, MDB_val value, uint8_t *shared)
{
  int result = DCPIPE_OK, code = 0;

  memcpy (shared, key.mv_data, KEY_WHOLE);
  walk->store->group.size = 0;
  while (code == 0 && key.mv_size == KEY_STORED && memcmp (key.mv_data, shared, KEY_WHOLE) == 0) {
    result = group_add (walk, key, value);
    if (result != DCPIPE_OK)
      return result;
    walk_done (walk, key);
    code = mdb_cursor_get (walk->cursor, &key, &value, MDB_NEXT);
  }
  return code == 0 || code == MDB_NOTFOUND ? DCPIPE_OK : read_failed (walk->store, code);
}

/* Hands on a group in the order of whole keys. Its last key was noted, and the cursor stands behind it. */
static int
walk_group (struct walk *walk, MDB_val key, MDB_val value)
{
  struct store *store = walk->store;
  uint8_t stored[KEY_STORED];
  int code, result = group_gather (walk, key, value, stored);
  size_t count = store->group.size / sizeof (struct member);
  const struct member *members = (const struct member *) (const void *) store->group.data;

  walk_end (walk);
  if (result != DCPIPE_OK || count == 0)
    return result;
  qsort (store->group.data, count, sizeof *members, compare_members);
  for (size_t i = 0; i < count && walk->more && result == DCPIPE_OK; i++) {
    memcpy (stored + KEY_WHOLE, members[i].hash, sizeof members[i].hash);
    key = (MDB_val){ KEY_STORED, stored };
    code = mdb_get (store->txn, walk->table->dbi, &key, &value);
    result = code == 0 ? walk_emit (walk, value) : read_failed (store, code);
  }
  return result;
}

/* Keys of KEY_STORED bytes are those of long keys, and no others: so a group is known by its first row. */
static int
walk_all (struct walk *walk)
{
  MDB_val key, value;
  int code = 0, result = DCPIPE_OK;

  while (walk->more && result == DCPIPE_OK && (code = walk_next (walk, &key, &value)) == 0) {
    if (key.mv_size == KEY_STORED)
      result = walk_group (walk, key, value);
    else {
      walk_done (walk, key);
      result = walk->store->key.size > KEY_WHOLE ? DCPIPE_OK : walk_emit (walk, value);
    }
  }
  if (result == DCPIPE_OK && code != 0 && code != MDB_NOTFOUND)
    result = read_failed (walk->store, code);
  return result;
}

/* Long keys that begin alike lie together in the store, but in the order of their hashes: they are gathered
 * and sorted, group by group. */
int
rows_scan (struct store *store, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  struct walk walk = { .store = store, .table = table_of (store, prefix), .scan = scan, .more = true };
  int result;

  if (!key_make (store, prefix))
    return store_no_memory ();
  walk.prefix = key_is_long (store) ? KEY_WHOLE : store->key.size;
  result = read_enter (store);
  if (result != DCPIPE_OK)
    return result;
  if (walk.table->present)
    result = walk_all (&walk);
  walk_end (&walk);
  read_leave (store);
  return result;
}
