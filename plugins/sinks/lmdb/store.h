/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the lmdb sink share. The on-disk form is described in lmdb.c. */
#ifndef DCPIPE_SINK_LMDB_STORE_H
#define DCPIPE_SINK_LMDB_STORE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dcpipe-plugin.h"
#include "environment.h"

#define META_NAME "dcpipe.meta" /* no table's name has a dot */
#define FORMAT_KEY "format"
#define FORMAT_PREFIX "dcpipe lmdb "
#define FORMAT_VERSION 1
#define CHECKPOINT_KEY "checkpoint"
#define TABLE_PREFIX "table "

/* A key of up to KEY_WHOLE bytes is stored as it is. Of a longer one its first KEY_WHOLE bytes and its
 * SHA-256 are: KEY_STORED bytes, a size that no other key has. */
#define KEY_WHOLE 479
#define KEY_STORED 511

struct column {
  const char *name;
  int type; /* enum dcpipe_type */
  bool key;
  bool keep_first;
};

struct table {
  const dcpipe_table *declared;
  const char *name;
  struct column *columns;
  size_t columns_count, keys_count;
  bool keeps;    /* an UPSERT keeps some columns */
  bool replaces; /* an UPSERT replaces some columns */
  bool log;
  MDB_dbi dbi;
  bool present;       /* it is in the store, in the snapshot of a reader */
  MDB_cursor *cursor; /* of the running write transaction, or NULL */
  bool appends;       /* so far this transaction inserted beyond the last key only */
};

struct buffer {
  uint8_t *data;
  size_t size, capacity;
};

struct store {
  /* options */
  const char *path; /* of the directory */
  uint64_t map_size;
  int sync; /* enum sync */
  int64_t max_readers;

  int mode; /* enum dcpipe_mode */
  struct environment *environment;
  MDB_txn *txn;         /* a writer's while it runs; a reader's is kept for the next snapshot */
  bool running;         /* the transaction, or the snapshot */
  struct table *tables; /* by dcpipe_table_number */
  size_t tables_count;
  struct buffer key;          /* the whole key of the row at hand */
  struct buffer value;        /* the row's value */
  struct buffer group;        /* rows that share the stored part of their key */
  struct dcpipe_bytes *items; /* of the value that is replaced: as many as the widest table has columns */
  uint8_t stored[KEY_STORED];
};

enum sync { SYNC_YES, SYNC_META, SYNC_NO };

/* Bytes as LMDB takes them; it changes none that it is given. */
static inline MDB_val
val (const void *data, size_t size)
{
  return (MDB_val){ size, (void *) (uintptr_t) data };
}

/* ---- result.c: what LMDB's results mean to the engine -------------------------------------------- */

/* DCPIPE_RETRY or DCPIPE_FAIL after dcpipe_error, which says what could not be done ("cannot ACTION
 * PATH: ...") and why. */
int store_failed (const struct store *store, int code, const char *action);

/* Says that `table` holds what this sink never writes; DCPIPE_FAIL. */
int store_damaged (const struct store *store, const struct table *table);

int store_no_memory (void);

/* Makes room for `more` bytes behind the content. */
bool buffer_reserve (struct buffer *buffer, size_t more);

/* ---- open.c -------------------------------------------------------------------------------------- */

int store_open (struct store *store, int mode);
void store_close (struct store *store);

/* ---- transaction.c ------------------------------------------------------------------------------- */

/* Begins the write transaction if none runs. A DCPIPE_ result. */
int write_begin (struct store *store);

/* Ends it: a result of LMDB. */
int write_commit (struct store *store);
void write_abort (struct store *store);

/* After an LMDB result of a write: DCPIPE_AGAIN once the map has grown, or as store_failed. The transaction
 * is ended unless it can go on. */
int write_failed (struct store *store, int code, const char *action);

/* For get, scan and checkpoint_load: a reader takes its snapshot and the environment's lock, a writer begins
 * its transaction. A DCPIPE_ result; read_leave only after DCPIPE_OK. */
int read_enter (struct store *store);
void read_leave (struct store *store);

/* Lets go of a reader's snapshot. */
void read_reset (struct store *store);

/* ---- describe.c ---------------------------------------------------------------------------------- */

/* Sets up store->tables; false after dcpipe_error. */
bool schema_describe (struct store *store, const dcpipe_tables *tables);
void schema_free (struct store *store);

/* ---- schema.c ------------------------------------------------------------------------------------ */

int schema_prepare (struct store *store, const dcpipe_tables *tables);
int schema_reset (struct store *store, const char *table);

/* Opens every table of the store, so that transactions which begin later find them. The caller holds the
 * environment's lock for writing. A result of LMDB. */
int schema_open_all (struct store *store);

/* For a reader's new snapshot: sets `present` of the tables, false if one is not open yet. */
bool schema_match (struct store *store, int *code);

/* ---- key.c --------------------------------------------------------------------------------------- */

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

/* ---- value.c ------------------------------------------------------------------------------------- */

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

/* ---- write.c, read.c ----------------------------------------------------------------------------- */

struct table *table_of (struct store *store, const dcpipe_row *row);

int rows_apply (struct store *store, dcpipe_rows *rows);
int rows_get (struct store *store, const dcpipe_row *key, dcpipe_row *row);
int rows_scan (struct store *store, const dcpipe_row *prefix, dcpipe_scan *scan);

#endif
