/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the lmdb sink share. The form on disk is described in lmdb.c. */
#ifndef DCPIPE_SINK_LMDB_STORE_H
#define DCPIPE_SINK_LMDB_STORE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/grow.h"
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

/* Makes room for `more` bytes behind the content. */
static inline bool
buffer_reserve (struct buffer *buffer, size_t more)
{
  return bytes_reserve (&buffer->data, buffer->size, &buffer->capacity, more);
}

/* Bytes as LMDB takes them; it changes none that it is given. */
static inline MDB_val
val (const void *data, size_t size)
{
  return (MDB_val){ size, (void *) (uintptr_t) data };
}

#endif
