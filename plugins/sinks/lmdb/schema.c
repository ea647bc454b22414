/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in the store, and whether those found are those expected. */
#include "config.h"

#include "schema.h"

#include <string.h>

#include "describe.h"
#include "record.h"
#include "result.h"
#include "transaction.h"

#define GROWTHS_MAX 16 /* of the map while tables are made */

/* ---- comparing ----------------------------------------------------------------------------------- */

/* DCPIPE_NONE if the store does not have the table, DCPIPE_FAIL after dcpipe_error if it has another. */
static int
compare_table (struct store *store, MDB_txn *txn, const struct table *table)
{
  MDB_val record;
  int code = record_find (store, txn, table->name, &record);

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

  if (!record_key_make (&key, table->name))
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
    else if (!record_is_open (store, table))
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

/* Numbers are remembered only after the commit: those of an aborted transaction are void. */
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

/* In a transaction of its own, outside of the engine's batches: a map that is too small for many tables
 * grows until they fit. */
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
  if (had_snapshot && !records_match (store, &code))
    result = store_failed (store, code != 0 ? code : MDB_CORRUPTED, "read the tables of");
  for (size_t i = 0; i < store->tables_count && result == DCPIPE_OK; i++)
    if (compare_table (store, store->txn, &store->tables[i]) == DCPIPE_FAIL)
      result = DCPIPE_FAIL;
  read_leave (store);
  if (!had_snapshot)
    read_reset (store);
  return result;
}

/* The tables that are declared are those of this run: the same handle may be prepared again with others. */
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
  if (result != DCPIPE_OK || !found || !record_key_make (&key, name))
    return result;
  code = record_find (store, store->txn, name, &record);
  if (code == MDB_NOTFOUND)
    return DCPIPE_OK;
  if (code == 0)
    code = mdb_drop (store->txn, dbi, 0);
  if (code == 0)
    code = mdb_del (store->txn, store->environment->meta, &key.val, NULL);
  return code == 0 ? DCPIPE_OK : write_failed (store, code, "remove a table of");
}
