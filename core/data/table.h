/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as the engine knows them: checked copies of what decoders and sources declare, and core's own. */
#ifndef DCPIPE_DATA_TABLE_H
#define DCPIPE_DATA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dcpipe-plugin.h"

#define TABLE_COLUMNS_MAX DCPIPE_COLUMNS_MAX
#define TABLE_KEYS_MAX 8

struct table_column {
  const char *name;
  int type;
  int fill;
  unsigned flags;
  unsigned key;
};

struct table_index {
  const char *name;
  size_t *columns;
  size_t columns_count;
};

struct dcpipe_table {
  const char *name;
  size_t number;  /* in its dcpipe_tables */
  size_t decoder; /* number of the decoder that it belongs to, or one of the two below */
  unsigned flags;
  const char *count_as;
  struct table_column *columns;
  size_t columns_count;
  size_t keys[TABLE_KEYS_MAX];
  size_t keys_count;
  struct table_index *indexes;
  size_t indexes_count;
  char *text;   /* dcpipe_table_text */
  char *remedy; /* tables_expect: earlier runs filled it, and this fills it anew; or NULL */
};

#define TABLE_CORE SIZE_MAX         /* core's own */
#define TABLE_SOURCE (SIZE_MAX - 1) /* the source's */

/* Core's own tables are the first ones of every set. */
enum core_table { CORE_SYNC_STATUS, CORE_FAILED_ENTRIES, CORE_TABLES };

extern const struct dcpipe_table_def core_tables[CORE_TABLES];

enum sync_status_column {
  STATUS_TABLE_NAME,
  STATUS_LAST_SYNCED_BLOCK_OFFSET,
  STATUS_LAST_SYNCED_AT,
  STATUS_TOTAL_RECORDS_SYNCED,
  STATUS_SYNC_ERRORS,
  STATUS_LAST_ERROR,
  STATUS_TRUST,
  STATUS_DIGEST
};

enum failed_entries_column {
  FAILED_BLOCK_OFFSET,
  FAILED_ENTRY_INDEX,
  FAILED_DECODER,
  FAILED_ITEM,
  FAILED_LABEL,
  FAILED_KEY,
  FAILED_REASON
};

struct dcpipe_tables {
  struct dcpipe_table *items;
  size_t count;
  size_t *first;  /* for each decoder, the number of its first table */
  size_t *source; /* for each of the source's tables, its number, or SIZE_MAX if it is not filled */
  struct {
    const char *name, *sql;
  } * views;
  size_t views_count;
};

/* What became of the rows of one table, since a commit or in a run. */
struct table_changes {
  uint64_t added, changed, removed;
};

/* The table of that name, or NULL. */
const struct dcpipe_table *tables_find (const struct dcpipe_tables *tables, const char *name);

#endif
