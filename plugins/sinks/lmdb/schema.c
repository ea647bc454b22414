/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in the store, and whether those found are those expected. */
#include "config.h"

#include "store.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_SIZE 64
#define GROWTHS_MAX 16 /* of the map while tables are made */

/* ---- records ------------------------------------------------------------------------------------- */

struct record_key {
  char text[sizeof TABLE_PREFIX + NAME_MAX_SIZE];
  MDB_val val;
};

/* False if no table can have that name. */
static bool
make_key (struct record_key *key, const char *name)
{
  int size = snprintf (key->text, sizeof key->text, TABLE_PREFIX "%s", name);

  key->val = (MDB_val){ (size_t) size, key->text };
  return size > 0 && (size_t) size < sizeof key->text;
}

/* A table's record: a result of LMDB. */
static int
find_record (struct store *store, MDB_txn *txn, const char *name, MDB_val *record)
{
  struct record_key key;

  return make_key (&key, name) ? mdb_get (txn, store->environment->meta, &key.val, record) : MDB_NOTFOUND;
}

/* Calls `each` with the name of every table that has a record until it gives something else than 0. */
static int
walk_records (struct store *store, MDB_txn *txn,
              int (*each) (struct store *, MDB_txn *, const char *, size_t))
{
  const size_t skip = sizeof TABLE_PREFIX - 1;
  MDB_val key = val (TABLE_PREFIX, skip), value;
  MDB_cursor *cursor;
  int code = mdb_cursor_open (txn, store->environment->meta, &cursor);

  if (code != 0)
    return code;
  code = mdb_cursor_get (cursor, &key, &value, MDB_SET_RANGE);
  while (code == 0 && key.mv_size > skip && memcmp (key.mv_data, TABLE_PREFIX, skip) == 0) {
    code = each (store, txn, (const char *) key.mv_data + skip, key.mv_size - skip);
    if (code == 0)
      code = mdb_cursor_get (cursor, &key, &value, MDB_NEXT);
  }
  mdb_cursor_close (cursor);
  return code == MDB_NOTFOUND ? 0 : code;
}

static int
open_one (struct store *store, MDB_txn *txn, const char *name, size_t size)
{
  char text[NAME_MAX_SIZE];
  MDB_dbi dbi;
  int code;

  if (size >= sizeof text)
    return MDB_CORRUPTED;
  if (environment_find (store->environment, name, size, &dbi))
    return 0;
  memcpy (text, name, size);
  text[size] = '\0';
  code = mdb_dbi_open (txn, text, 0, &dbi);
  if (code == MDB_NOTFOUND)
    code = MDB_CORRUPTED;
  return code == 0 ? environment_remember (store->environment, name, size, dbi) : code;
}

/* The transaction is committed in any case: what it opened stays open. */
int
schema_open_all (struct store *store)
{
  MDB_txn *txn;
  int code = environment_begin (store->environment, MDB_RDONLY, &txn);

  if (code == MDB_MAP_RESIZED && (code = environment_follow (store->environment)) == 0)
    code = environment_begin (store->environment, MDB_RDONLY, &txn);
  if (code != 0)
    return code;
  code = walk_records (store, txn, open_one);
  mdb_txn_commit (txn);
  return code;
}

#define NOT_OPEN 1 /* neither a result of LMDB's own (negative) nor an errno that it gives */

static int
is_open (struct store *store, MDB_txn *txn, const char *name, size_t size)
{
  MDB_dbi dbi;

  (void) txn;
  return environment_find (store->environment, name, size, &dbi) ? 0 : NOT_OPEN;
}

static bool
find_open (struct store *store, struct table *table)
{
  return environment_find (store->environment, table->name, strlen (table->name), &table->dbi);
}

static int
match_table (struct store *store, struct table *table)
{
  MDB_val record;
  int code = find_record (store, store->txn, table->name, &record);

  if (code != 0 && code != MDB_NOTFOUND)
    return code;
  table->present = code == 0 && find_open (store, table);
  return 0;
}

bool
schema_match (struct store *store, int *code)
{
  *code = walk_records (store, store->txn, is_open);
  for (size_t i = 0; i < store->tables_count && *code == 0; i++)
    *code = match_table (store, &store->tables[i]);
  if (*code == 0)
    return true;
  if (*code == NOT_OPEN)
    *code = 0;
  return false;
}

/* ---- comparing ----------------------------------------------------------------------------------- */

/* DCPIPE_NONE if the store does not have the table, DCPIPE_FAIL after dcpipe_error if it has another. */
static int
compare_table (struct store *store, MDB_txn *txn, const struct table *table)
{
  MDB_val record;
  int code = find_record (store, txn, table->name, &record);

  if (code == MDB_NOTFOUND)
    return DCPIPE_NONE;
  if (code != 0)
    return store_failed (store, code, "read the tables of");
  return dcpipe_table_compare (table->declared, (struct dcpipe_bytes){ record.mv_data, record.mv_size },
                               dcpipe_table_text (table->declared));
}

/* ---- preparing ----------------------------------------------------------------------------------- */

/* A database without a record is what a reset left. A result of LMDB. */
static int
make_table (struct store *store, MDB_txn *txn, struct table *table)
{
  struct dcpipe_bytes text = dcpipe_table_text (table->declared);
  MDB_val record = val (text.data, text.size);
  struct record_key key;
  int code;

  if (!make_key (&key, table->name))
    return MDB_BAD_VALSIZE;
  code = mdb_put (txn, store->environment->meta, &key.val, &record, 0);
  return code == 0 ? mdb_dbi_open (txn, table->name, MDB_CREATE, &table->dbi) : code;
}

/* Within a write transaction of its own: makes what is missing. `full` is set when the map must grow first.
 */
static int
make_tables (struct store *store, MDB_txn *txn, bool *full)
{
  for (size_t i = 0; i < store->tables_count; i++) {
    struct table *table = &store->tables[i];
    int result = compare_table (store, txn, table), code = 0;

    if (result != DCPIPE_OK && result != DCPIPE_NONE)
      return result;
    if (result == DCPIPE_NONE && dcpipe_table_missing (table->declared) != DCPIPE_OK)
      return DCPIPE_FAIL;
    if (result == DCPIPE_NONE)
      code = make_table (store, txn, table);
    else if (!find_open (store, table))
      code = MDB_CORRUPTED;
    *full = code == MDB_MAP_FULL;
    if (*full)
      return DCPIPE_AGAIN;
    if (code != 0)
      return store_failed (store, code, "make a table in");
    table->present = true;
  }
  return DCPIPE_OK;
}

static int
prepare_locked (struct store *store, MDB_txn *txn, bool *full)
{
  int code, result = make_tables (store, txn, full);

  if (result != DCPIPE_OK) {
    mdb_txn_abort (txn);
    return result;
  }
  code = mdb_txn_commit (txn);
  for (size_t i = 0; i < store->tables_count && code == 0; i++) {
    const struct table *table = &store->tables[i];

    code = environment_remember (store->environment, table->name, strlen (table->name), table->dbi);
  }
  *full = code == MDB_MAP_FULL;
  if (*full)
    return DCPIPE_AGAIN;
  return code == 0 ? DCPIPE_OK : store_failed (store, code, "make the tables in");
}

static int
prepare_writer (struct store *store)
{
  int result = DCPIPE_AGAIN, code = 0;
  bool full = true;
  MDB_txn *txn;

  write_abort (store);
  for (int attempt = 0; attempt < GROWTHS_MAX && full && code == 0; attempt++) {
    full = false;
    code = environment_begin (store->environment, 0, &txn);
    if (code != 0)
      break;
    pthread_rwlock_wrlock (&store->environment->lock);
    result = prepare_locked (store, txn, &full);
    pthread_rwlock_unlock (&store->environment->lock);
    if (full)
      code = environment_grow (store->environment);
  }
  if (!full && code == 0)
    return result;
  return store_failed (store, code != 0 ? code : MDB_MAP_FULL, "make the tables in");
}

/* A snapshot that was there stays; one taken for this does not. */
static int
prepare_reader (struct store *store)
{
  bool had_snapshot = store->running;
  int code, result = read_enter (store);

  if (result != DCPIPE_OK)
    return result;
  if (had_snapshot && !schema_match (store, &code))
    result = store_failed (store, code != 0 ? code : MDB_CORRUPTED, "read the tables of");
  for (size_t i = 0; i < store->tables_count && result == DCPIPE_OK; i++)
    if (compare_table (store, store->txn, &store->tables[i]) == DCPIPE_FAIL)
      result = DCPIPE_FAIL;
  read_leave (store);
  if (!had_snapshot)
    read_reset (store);
  return result;
}

int
schema_prepare (struct store *store, const dcpipe_tables *tables)
{
  schema_free (store);
  if (!schema_describe (store, tables))
    return DCPIPE_FAIL;
  return store->mode == DCPIPE_READ ? prepare_reader (store) : prepare_writer (store);
}

/* Empties the database and takes its record away. The database itself stays, open as it is for readers. */
int
schema_reset (struct store *store, const char *name)
{
  struct record_key key;
  MDB_val record;
  MDB_dbi dbi;
  bool found;
  int code, result = write_begin (store);

  pthread_rwlock_rdlock (&store->environment->lock);
  found = environment_find (store->environment, name, strlen (name), &dbi);
  pthread_rwlock_unlock (&store->environment->lock);
  if (result != DCPIPE_OK || !found || !make_key (&key, name))
    return result;
  code = find_record (store, store->txn, name, &record);
  if (code == MDB_NOTFOUND)
    return DCPIPE_OK;
  if (code == 0)
    code = mdb_drop (store->txn, dbi, 0);
  if (code == 0)
    code = mdb_del (store->txn, store->environment->meta, &key.val, NULL);
  return code == 0 ? DCPIPE_OK : write_failed (store, code, "remove a table of");
}
