/* SPDX-License-Identifier: Apache-2.0 */
/* One table: its file TABLE.jsonl, what of it is committed, and a buffer of what is not written yet. */
#ifndef JSONL_TABLE_H
#define JSONL_TABLE_H

#include "index.h"
#include "schema.h"

/* Keys longer than this are not remembered as a file's last one. */
#define LAST_KEY_MAX 512

/* How far the file goes, and whether it holds only INSERTs in strictly ascending order of their keys: it
 * can then be read without an index, and a higher key cannot be there yet. */
struct extent {
  uint64_t length;
  bool ascending;
  size_t last_size;
  uint8_t last[LAST_KEY_MAX];
};

struct table {
  char *name;
  char *file;           /* NAME.jsonl */
  json_t *columns;      /* schema_describe */
  struct schema schema; /* without a table if this run does not use it */
  int fd;               /* -1 if it is not open */
  struct extent now, committed;
  bool stored;  /* in the checkpoint */
  bool touched; /* written since the last commit */
  bool lost;    /* in the checkpoint, but its file is not there */
  bool removed; /* by a reset that is not committed yet */
  uint8_t *buffer;
  size_t used;
  int error;           /* errno of a write that failed; all since is lost until table_rollback */
  struct index *index; /* NULL if nobody needed it yet */
  uint64_t indexed;    /* length of the file that the index covers */
};

/* A new, empty table; NULL if there is no memory. Takes over the reference to `columns`. */
struct table *table_make (const char *name, json_t *columns);
void table_free (struct table *table);

/* Appends bytes to the line being written; errors are reported by table_flush. */
void table_put (struct table *table, const void *data, size_t size);

/* Writes the buffer to the file. False with errno if that, or a write before it, failed. */
bool table_flush (struct table *table);

/* Goes back to what was committed. False with errno. */
bool table_rollback (struct table *table);

void table_committed (struct table *table);

#endif
