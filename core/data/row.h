/* SPDX-License-Identifier: Apache-2.0 */
/* Rows: a table, an operation and values.
 *
 * A row made by a decoder points at its entry, from which the columns that the engine fills are computed
 * when somebody reads them. A stored row (from a sink, the cache, or core) holds all its values itself. */
#ifndef DCPIPE_DATA_ROW_H
#define DCPIPE_DATA_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "data/table.h"
#include "dcpipe-plugin.h"

#define SHA256_SIZE 32

enum value_state { VALUE_UNSET, VALUE_NULL, VALUE_SET };

union value {
  bool b;
  int64_t i;
  uint64_t u; /* U64, TIME */
  struct dcpipe_bytes bytes;
};

struct dcpipe_row {
  const struct dcpipe_table *table;
  const struct dcpipe_entry *entry; /* NULL if stored */
  struct dcpipe_rows *maker;        /* whose arena takes its bytes while it is being filled in */
  union value *values;
  uint8_t *states; /* enum value_state */
  uint8_t operation;
};

static inline bool
type_has_bytes (int type)
{
  return type == DCPIPE_TEXT || type == DCPIPE_BLOB || type == DCPIPE_DECIMAL || type == DCPIPE_JSON;
}

/* The column is computed when it is read. */
static inline bool
row_fills (const struct dcpipe_row *row, size_t column)
{
  return row->entry != NULL && row->table->columns[column].fill != DCPIPE_FILL_NOTHING;
}

/* What dcpipe_is_set tells. */
static inline bool
row_sets (const struct dcpipe_row *row, size_t column)
{
  const struct table_column *declared = &row->table->columns[column];

  if (row_fills (row, column)) {
    if (row->operation == DCPIPE_UPDATE)
      return declared->key > 0 || !(declared->flags & DCPIPE_COLUMN_KEEP_FIRST);
    return row->operation != DCPIPE_DELETE;
  }
  if (row->operation == DCPIPE_UPDATE || row->operation == DCPIPE_DELETE || declared->key > 0)
    return row->states[column] != VALUE_UNSET;
  return true;
}

/* What dcpipe_is_null tells. */
static inline bool
row_lacks (const struct dcpipe_row *row, size_t column)
{
  return row->states[column] != VALUE_SET && !row_fills (row, column);
}

/* Bytes of a row of that table, without what its values point to; and an empty stored row in memory of that
 * size. */
size_t row_size (const struct dcpipe_table *table);
struct dcpipe_row *row_lay_out (void *memory, const struct dcpipe_table *table);

/* An empty row that goes nowhere, for when memory is short: one per thread, large enough for any table. */
struct dcpipe_row *row_nowhere (const struct dcpipe_table *table);

/* What decode left for resolve. */
struct note {
  const struct dcpipe_entry *entry;
  void *data;
  size_t size;
  size_t label; /* number of the entry's label among the decoder's */
};

/* Entries of one label in a row that were decoded. */
struct tally {
  struct dcpipe_bytes label;
  uint32_t entries;
};

/* Rows of one block and decoder, in the order of the entries. */
struct row_list {
  const struct dcpipe_row **items;
  size_t count, capacity;
  struct note *notes;
  size_t notes_count, notes_capacity;
  struct tally *tallies;
  size_t tallies_count, tallies_capacity;
  uint64_t digest[4]; /* sum of the rows' hashes, little-endian limbs */
};

/* Rows being emitted by one callback, or (`view`) rows handed to a sink. */
struct dcpipe_rows {
  struct arena *arena;
  const struct dcpipe_entry *entry;
  const struct dcpipe_tables *tables;
  size_t decoder; /* number of the decoder */
  const char *decoder_name;
  size_t decoder_tables; /* how many tables it has */
  const size_t *numbers; /* of the source's tables; NULL: the decoder's tables are consecutive */
  size_t limit;          /* bytes that the arena may hold, 0 for any number */
  size_t label;          /* number of the entry's label among the decoder's */
  struct row_list *list;
  bool no_memory;
  bool resolves;              /* they are emitted by resolve */
  const char *mistake;        /* of the plugin: ends the run */
  const char *unreadable;     /* why the entry fails: a column with text that is not UTF-8 */
  const char *no_json;        /* or a column of JSON that is none */
  struct row_effect *effects; /* view: what the sink said of each row */
};

struct row_effect {
  uint64_t added, changed, removed;
  char *refused; /* why, from malloc; NULL if it was not */
};

/* An empty stored row of `table` in the maker's arena: for core's own rows, keys, and rows that a sink
 * fills in. Never NULL, as dcpipe_row_add. */
struct dcpipe_row *row_make (struct dcpipe_rows *maker, const struct dcpipe_table *table, int operation);

/* Notes what a plugin did wrong; of several mistakes the first counts. */
void rows_mistake (struct dcpipe_rows *rows, const char *format, ...)
    __attribute__ ((__format__ (__printf__, 2, 3)));

/* True after fail if a getter was called on this thread for a column that the table does not have, or of
 * another type, since this was asked last. The getter has given nothing. */
bool row_misread (void);

/* An empty key of `table`, in memory of the maker, which row_scratch_free ends. */
struct row_scratch {
  struct arena arena;
  struct dcpipe_rows maker;
};

struct dcpipe_row *row_scratch_key (struct row_scratch *scratch, const struct dcpipe_table *table);
void row_scratch_free (struct row_scratch *scratch);

#endif
