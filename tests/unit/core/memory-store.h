/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in memory, with the meaning of operations written down once more in the plainest way: a sink for tests
 * of the row cache, and the model that it is compared with. */
#ifndef TESTS_CORE_MEMORY_STORE_H
#define TESTS_CORE_MEMORY_STORE_H

#include "data/row.h"
#include "plugin/plugin.h"

#define STORE_COLUMNS 12

struct cell {
  bool null;
  uint64_t number; /* or the bits of an I64, or a BOOL */
  uint8_t *data;
  size_t size;
};

struct stored_row {
  const struct dcpipe_table *table;
  uint8_t *key;
  size_t key_size;
  struct cell cells[STORE_COLUMNS];
};

/* In the order of tables, then keys. */
struct memory_store {
  struct stored_row *rows;
  size_t count, capacity;
  uint64_t applied; /* calls of store_apply */
};

void store_apply (struct memory_store *store, const struct dcpipe_row *row);
void store_copy (struct memory_store *to, const struct memory_store *from);
void store_clear (struct memory_store *store);

/* The row with the key of `key`, or NULL. */
const struct stored_row *store_find (const struct memory_store *store, const struct dcpipe_row *key);

/* True if the rows have the same values; `row` may be NULL for none. */
bool stored_equal (const struct stored_row *stored, const struct dcpipe_row *row);

/* Fails unless both hold the same rows. */
void expect_same_stores (const struct memory_store *a, const struct memory_store *b);

/* The store as a sink that looks rows up; its handle is the store. */
extern const struct dcpipe_sink memory_sink;

#endif
