/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/core/tables.h"

#include <check.h>
#include <string.h>

#include "data/row-emit.h"
#include "setup/setup.h"
#include "setup/tables.h"

#define POSITION(first_, second_)                                                                            \
  { "block_offset", DCPIPE_U64, first_, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },                                   \
  {                                                                                                          \
    "entry_index", DCPIPE_U64, second_, DCPIPE_FILL_ENTRY_INDEX, 0, ""                                       \
  }

static const struct dcpipe_column people[] = {
  { "name", DCPIPE_TEXT, 1, 0, 0, "" },
  { "part", DCPIPE_I64, 2, 0, 0, "" },
  { "total", DCPIPE_U64, 0, 0, 0, "" },
  { "first", DCPIPE_TEXT, 0, 0, DCPIPE_COLUMN_KEEP_FIRST, "" },
  { "words", DCPIPE_TEXT, 0, 0, 0, "" },
  { "created", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_TIME_NS, DCPIPE_COLUMN_KEEP_FIRST, "" },
  POSITION (0, 0),
};

static const struct dcpipe_column things[] = {
  { "id", DCPIPE_BLOB, 1, 0, 0, "" },
  { "sub", DCPIPE_U64, 2, 0, 0, "" },
  { "words", DCPIPE_TEXT, 0, 0, 0, "" },
  POSITION (0, 0),
};

static const struct dcpipe_column events[] = {
  POSITION (1, 2),
  { "item", DCPIPE_U64, 3, 0, 0, "" },
  { "words", DCPIPE_TEXT, 0, 0, 0, "" },
};

static const struct dcpipe_column keys[] = {
  { "k_text", DCPIPE_TEXT, 3, 0, 0, "" },
  { "k_i64", DCPIPE_I64, 2, 0, 0, "" },
  { "k_bool", DCPIPE_BOOL, 1, 0, 0, "" },
  { "k_blob", DCPIPE_BLOB, 4, 0, 0, "" },
  { "k_u64", DCPIPE_U64, 5, 0, 0, "" },
  { "k_time", DCPIPE_TIME, 6, 0, 0, "" },
  POSITION (0, 0),
  { "amount", DCPIPE_DECIMAL, 0, 0, 0, "" },
  { "extra", DCPIPE_JSON, 0, 0, 0, "" },
};

static const struct dcpipe_column longs[] = {
  { "id", DCPIPE_BLOB, 1, 0, 0, "" },
  POSITION (0, 0),
};

static const struct dcpipe_table_def definitions[] = {
  { .name = "people", .columns = DCPIPE_ARRAY (people) },
  { .name = "things", .columns = DCPIPE_ARRAY (things) },
  { .name = "events", .columns = DCPIPE_ARRAY (events), .flags = DCPIPE_TABLE_LOG },
  { .name = "keys", .columns = DCPIPE_ARRAY (keys) },
  { .name = "longs", .columns = DCPIPE_ARRAY (longs), .flags = DCPIPE_TABLE_LONG_KEYS },
};

struct dcpipe_tables *
test_tables (void)
{
  struct plugin plugin = { .kind = DCPIPE_KIND_DECODER };
  struct decoder decoder = { .instance = { .plugin = &plugin } };
  struct decoder *decoders[] = { &decoder };
  struct setup setup = { .decoders = decoders, .decoders_count = 1 };
  struct dcpipe_tables *tables;

  plugin.u.decoder.tables = (struct dcpipe_table_defs) DCPIPE_ARRAY (definitions);
  tables = tables_make (&setup);
  ck_assert_ptr_nonnull (tables);
  ck_assert_uint_eq (tables->count, TABLES);
  return tables;
}

void
emitter_begin (struct emitter *emitter, struct dcpipe_tables *tables)
{
  memset (emitter, 0, sizeof *emitter);
  emitter->tables = tables;
  emitter->block.memory = &emitter->memory;
  emitter->entry.block = &emitter->block;
  emitter->entry.label = (struct dcpipe_bytes){ (const uint8_t *) "label", 5 };
  emitter->entry.key = (struct dcpipe_bytes){ (const uint8_t *) "key", 3 };
  rows_begin (&emitter->rows, &emitter->arena, tables, 0, "test", TABLES - CORE_TABLES);
  emitter->rows.entry = &emitter->entry;
  emitter->rows.list = &emitter->list;
}

void
emitter_end (struct emitter *emitter)
{
  arena_free (&emitter->arena);
}

void
emitter_move (struct emitter *emitter, uint64_t position, uint32_t index)
{
  emitter->block.frame.position = position;
  emitter->block.time_ns = 1000 * position + 1;
  emitter->entry.index = index;
}

struct dcpipe_row *
emit (struct emitter *emitter, size_t table, int operation)
{
  return dcpipe_row_add (&emitter->rows, table - CORE_TABLES, operation);
}

uint64_t
random_below (uint64_t *state, uint64_t bound)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (*state * UINT64_C (0x2545f4914f6cdd1d) >> 11) % bound;
}
