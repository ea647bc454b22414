/* SPDX-License-Identifier: Apache-2.0 */
/* What the row cache holds of one table: rows that are found by their keys, and scanned in the order of them.
 * One thread. */
#ifndef DCPIPE_SINK_ROW_INDEX_H
#define DCPIPE_SINK_ROW_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1 /* see uthash_nonfatal_oom in row-index.c */
#include <uthash.h>

#include "data/row.h"

struct cached_row {
  UT_hash_handle hh;
  const struct dcpipe_table *table;
  const struct dcpipe_row *row; /* NULL: there is no such row */
  struct dcpipe_row *own;       /* the same if it is ours, NULL if it belongs to a parcel */
  bool dirty;
  bool in_sink_known, in_sink; /* is there such a row in the sink */
  bool replaced; /* deleted and added again, or a kept value was set: the sink deletes, then adds */
  bool recent;   /* used since the last trim looked at it */
  struct cached_row *next_dirty;
  size_t row_size; /* of `own` */
  size_t key_size;
  uint8_t key[]; /* dcpipe_row_key */
};

/* Does it hold all rows of the table? */
enum whole {
  WHOLE_UNKNOWN,  /* not (any more) */
  WHOLE,          /* yes: there are no others */
  WHOLE_TOO_LARGE /* no, and trying again is no use */
};

struct row_index {
  struct cached_row *rows; /* a hash, in the order in which they came */
  enum whole whole;
  struct cached_row **order; /* all of them, the first `sorted` in order; if it is not all, none counts */
  size_t order_count, order_capacity, sorted;
};

#define KEY_ON_STACK 768

/* The key of a row, in `buffer` or, if it is longer, in memory to be freed. */
struct row_key {
  uint8_t buffer[KEY_ON_STACK];
  uint8_t *data;
  size_t size;
};

/* False after fail. */
bool row_key_make (struct row_key *key, const struct dcpipe_row *row);
void row_key_free (struct row_key *key);

/* The place of that key, made if need be, which `made` tells; NULL after fail. */
struct cached_row *row_index_place (struct row_index *index, const struct dcpipe_table *table,
                                    const struct row_key *key, bool *made);

/* Takes the place away; the caller frees it. */
void row_index_remove (struct row_index *index, struct cached_row *cached);

/* Brings `order` up to date; false after fail. Until then it is only read by row_index_seek. */
bool row_index_sort (struct row_index *index);

/* The number, in `order`, of the first row whose key is not below that one. */
size_t row_index_seek (const struct row_index *index, const struct row_key *key);

static inline bool
key_begins (const struct cached_row *cached, const struct row_key *prefix)
{
  return cached->key_size >= prefix->size && memcmp (cached->key, prefix->data, prefix->size) == 0;
}

/* All places must have been removed. */
void row_index_free (struct row_index *index);

#endif
