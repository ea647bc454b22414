/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of a table as the index needs them. */
#ifndef JSONL_SCHEMA_H
#define JSONL_SCHEMA_H

#include "dcpipe-plugin.h"
#include <jansson.h>

/* A set of columns. */
struct mask {
  uint64_t bits[DCPIPE_COLUMNS_MAX / 64];
};

static inline void
mask_add (struct mask *mask, size_t column)
{
  mask->bits[column / 64] |= UINT64_C (1) << column % 64;
}

static inline bool
mask_has (const struct mask *mask, size_t column)
{
  return (mask->bits[column / 64] >> column % 64 & 1) != 0;
}

static inline bool
mask_is_empty (const struct mask *mask)
{
  uint64_t all = 0;

  for (size_t word = 0; word < DCPIPE_COLUMNS_MAX / 64; word++)
    all |= mask->bits[word];
  return all == 0;
}

struct schema {
  const dcpipe_table *table;
  struct mask all;      /* every column */
  struct mask keys;     /* those of the key */
  struct mask replaced; /* those that an UPSERT sets in a row that exists */
};

void schema_make (struct schema *schema, const dcpipe_table *table);

/* The columns that the row sets in one that exists. */
struct mask schema_columns (const struct schema *schema, const dcpipe_row *row);

/* The table's text as it is written into the checkpoint file: an array with an item for each line. NULL if
 * there is no memory. */
json_t *schema_describe (const dcpipe_table *table);

/* As dcpipe_table_compare. */
int schema_compare (const dcpipe_table *table, const json_t *stored);

#endif
