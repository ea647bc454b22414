/* SPDX-License-Identifier: Apache-2.0 */
/* LMDB opens a named database once for the process, by a call that no other transaction may run beside. So
 * all databases are opened together, under the environment's lock, and found by their names afterwards. */
#include "config.h"

#include "record.h"

#include <stdio.h>
#include <string.h>

bool
record_key_make (struct record_key *key, const char *name)
{
  int size = snprintf (key->text, sizeof key->text, TABLE_PREFIX "%s", name);

  key->val = (MDB_val){ (size_t) size, key->text };
  return size > 0 && (size_t) size < sizeof key->text;
}

int
record_find (struct store *store, MDB_txn *txn, const char *name, MDB_val *record)
{
  struct record_key key;

  return record_key_make (&key, name) ? mdb_get (txn, store->environment->meta, &key.val, record)
                                      : MDB_NOTFOUND;
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

/* A database that is named by a record and not there means that somebody else changed the store. */
static int
open_one (struct store *store, MDB_txn *txn, const char *name, size_t size)
{
  char text[RECORD_NAME_MAX];
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
records_open (struct store *store)
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

/* For walk_records: ends the walk at the first one that is not. */
static int
is_open (struct store *store, MDB_txn *txn, const char *name, size_t size)
{
  MDB_dbi dbi;

  (void) txn;
  return environment_find (store->environment, name, size, &dbi) ? 0 : NOT_OPEN;
}

bool
record_is_open (struct store *store, struct table *table)
{
  return environment_find (store->environment, table->name, strlen (table->name), &table->dbi);
}

static int
match_table (struct store *store, struct table *table)
{
  MDB_val record;
  int code = record_find (store, store->txn, table->name, &record);

  if (code != 0 && code != MDB_NOTFOUND)
    return code;
  table->present = code == 0 && record_is_open (store, table);
  return 0;
}

/* Databases are opened by number in the environment and by name in each snapshot: a reader that sees a
 * table which was made after it last looked must open it before it goes on. */
bool
records_match (struct store *store, int *code)
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
