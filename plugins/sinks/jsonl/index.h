/* SPDX-License-Identifier: Apache-2.0 */
/* Where the rows of a table stand in its change log: for each live key, in order, the lines that its
 * columns come from.
 *
 * A line that sets some columns takes them away from the lines before it; a line that has none left is
 * dropped. So a row has at most one line for each column however often it was changed, and nearly always
 * one. Memory is in proportion to the live keys: about 90 bytes and the key for each. */
#ifndef JSONL_INDEX_H
#define JSONL_INDEX_H

#include "schema.h"

struct segment {
  uint64_t offset; /* of the line in the file */
  struct mask columns;
};

struct node {
  struct segment *segments; /* &own, or from malloc */
  struct segment own;
  size_t count;
  size_t key_size;
  uint8_t *key;
  struct node *next[]; /* a skip list's links: [0] is the next key in order */
};

struct index;

/* NULL if there is no memory. */
struct index *index_make (void);
void index_free (struct index *index);

/* The row with that key, or NULL. */
struct node *index_find (const struct index *index, const uint8_t *key, size_t size);

/* The first row whose key is not less; NULL if there is none. */
struct node *index_first (const struct index *index, const uint8_t *key, size_t size);

/* True if the node's key begins with these bytes. False for no node. */
bool node_has_prefix (const struct node *node, const uint8_t *prefix, size_t size);

struct effect {
  uint64_t added, changed, removed;
};

/* True if the operation would do anything: an INSERT of a key that is there, an UPDATE of one that is not,
 * and a DELETE of none would not. */
bool index_concerns (const struct index *index, int operation, const uint8_t *key, size_t size);

/* Applies the line at `offset`, which sets `columns` (of those, an UPSERT of an existing row takes
 * `replaced`). False if there is no memory. */
bool index_apply (struct index *index, const struct schema *schema, int operation, const uint8_t *key,
                  size_t size, const struct mask *columns, uint64_t offset, struct effect *effect);

#endif
