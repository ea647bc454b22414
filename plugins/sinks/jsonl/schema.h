/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of a table as the files need them. */
#ifndef JSONL_SCHEMA_H
#define JSONL_SCHEMA_H

#include "dcpipe-plugin.h"
#include <jansson.h>

/* A set of columns. */
#define COLUMNS_MAX 128
struct mask {
  uint64_t bits[COLUMNS_MAX / 64];
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

  for (size_t word = 0; word < COLUMNS_MAX / 64; word++)
    all |= mask->bits[word];
  return all == 0;
}

struct column {
  char *lead; /* "name":  as it stands before the value */
  size_t lead_size;
  int type;
  bool key;
  bool keep_first;
};

struct schema {
  const dcpipe_table *table;
  struct column *columns;
  size_t count;
  size_t *keys; /* column numbers in the order of the key */
  size_t keys_count;
  struct mask all;      /* every column */
  struct mask replaced; /* those that an UPSERT sets in a row that exists */
};

/* NULL after dcpipe_error: a column type or table flag that this sink does not know, too many columns, no
 * memory. */
struct schema *schema_make (const dcpipe_table *table);
void schema_free (struct schema *schema);

/* The columns as they are written into the checkpoint file: one text for each, "name type", with " key N" and
 * " keep_first" after it where they apply. NULL if there is no memory. */
json_t *schema_describe (const dcpipe_table *table);

/* DCPIPE_OK if the stored description is that of `table`, otherwise DCPIPE_FAIL after dcpipe_error, which
 * says what differs. `file` is named in the message. */
int schema_compare (const dcpipe_table *table, const json_t *stored, const char *file);

#endif
