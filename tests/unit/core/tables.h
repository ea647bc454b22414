/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, blocks and rows for tests of the engine, without a plugin. */
#ifndef TESTS_CORE_TABLES_H
#define TESTS_CORE_TABLES_H

#include "data/block.h"
#include "data/row.h"
#include "data/table.h"

/* Tables 0 and 1 are core's. */
enum {
  PEOPLE =
      CORE_TABLES, /* name, part | total, first (kept), words, created (kept), block_offset, entry_index */
  THINGS,          /* nothing is kept: id, sub | words, block_offset, entry_index */
  EVENTS,          /* a log: block_offset, entry_index, item | words */
  KEYS,            /* a key of all types that a key may have */
  LONG,            /* keys without a bound */
  TABLES
};

enum {
  PEOPLE_NAME,
  PEOPLE_PART,
  PEOPLE_TOTAL,
  PEOPLE_FIRST,
  PEOPLE_WORDS,
  PEOPLE_CREATED,
  PEOPLE_OFFSET,
  PEOPLE_INDEX
};
enum { THINGS_ID, THINGS_SUB, THINGS_WORDS, THINGS_OFFSET, THINGS_INDEX };
enum { EVENTS_OFFSET, EVENTS_INDEX, EVENTS_ITEM, EVENTS_WORDS };
enum {
  KEYS_TEXT,
  KEYS_I64,
  KEYS_BOOL,
  KEYS_BLOB,
  KEYS_U64,
  KEYS_TIME,
  KEYS_OFFSET,
  KEYS_INDEX,
  KEYS_AMOUNT,
  KEYS_EXTRA
};
enum { LONG_ID, LONG_OFFSET, LONG_INDEX };

/* The set of them, belonging to decoder 0. */
struct dcpipe_tables *test_tables (void);

/* What a decoder's callback is given: rows that go into `list`, of one entry in a block. */
struct emitter {
  struct dcpipe_tables *tables;
  struct arena arena;
  struct block_memory memory;
  struct dcpipe_block block;
  struct dcpipe_entry entry;
  struct row_list list;
  struct dcpipe_rows rows;
};

void emitter_begin (struct emitter *emitter, struct dcpipe_tables *tables);
void emitter_end (struct emitter *emitter);

/* The entry that the rows to come belong to. Rows made earlier must not be read any more after a change of
 * `position`. */
void emitter_move (struct emitter *emitter, uint64_t position, uint32_t index);

/* A row of table `table` of the enum above. */
struct dcpipe_row *emit (struct emitter *emitter, size_t table, int operation);

/* A number below `bound`, from a state that is not 0. */
uint64_t random_below (uint64_t *state, uint64_t bound);

#endif
