/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes any bytes with the decoder that is linked in, through the engine's door, and checks that it gives
 * the engine nothing to refuse: text is UTF-8, JSON is JSON, decimals are decimals. The first byte chooses
 * the label, and whether the key is long. */
#ifndef TESTS_FUZZ_DECODER_H
#define TESTS_FUZZ_DECODER_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "data/block.h"
#include "data/row-emit.h"
#include "data/row.h"
#include "fuzz/fuzz.h"
#include "plugin/decoder-calls.h"
#include "plugin/instance.h"
#include "setup/setup.h"
#include "setup/tables.h"

/* What resolve calls, which is not called here. */
int
dcpipe_lookup_get (dcpipe_lookup *lookup, const dcpipe_row *key, const dcpipe_row **found)
{
  (void) lookup, (void) key, (void) found;
  abort ();
}

dcpipe_row *
dcpipe_lookup_key (dcpipe_lookup *lookup, size_t table)
{
  (void) lookup, (void) table;
  abort ();
}

const void *
dcpipe_lookup_note (const dcpipe_lookup *lookup, size_t *size)
{
  (void) lookup, (void) size;
  abort ();
}

static int (*decode_of_plugin) (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows);

static void
check_row (const struct dcpipe_row *row)
{
  for (size_t i = 0; i < row->table->columns_count; i++) {
    struct dcpipe_bytes text;
    json_t *value;

    if (row->table->columns[i].type != DCPIPE_JSON || dcpipe_is_null (row, i))
      continue;
    text = dcpipe_get_bytes (row, i);
    value = json_loadb ((const char *) text.data, text.size, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
    require (value != NULL);
    json_decref (value);
  }
}

/* In the place of the plugin's decode: before the engine makes failed entries of what it refuses. */
static int
decode_and_check (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  int result = decode_of_plugin (handle, entry, rows);

  require (rows->mistake == NULL && rows->unreadable == NULL && rows->no_json == NULL);
  for (size_t i = 0; i < rows->list->count; i++)
    check_row (rows->list->items[i]);
  return result;
}

/* The decoder, made once. */
static const struct decoder *
fuzzed (struct dcpipe_tables **made)
{
  static int config[8] = { 2 }; /* verify_signatures = off: they are fuzzed elsewhere */
  static char name[] = "fuzzed";
  static struct plugin plugin = { .kind = DCPIPE_KIND_DECODER };
  static struct decoder decoder = { .instance = {
                                        .plugin = &plugin, .name = name, .title = name, .handle = config } };
  static struct dcpipe_tables *tables;
  struct decoder *decoders[] = { &decoder };
  const struct setup setup = { .decoders = decoders, .decoders_count = 1 };

  if (tables == NULL) {
    arena_pool_off ();
    plugin.u.decoder = *(const struct dcpipe_decoder *) dcpipe_plugin ()->plugin;
    decode_of_plugin = plugin.u.decoder.decode;
    plugin.u.decoder.decode = decode_and_check;
    tables = tables_make (&setup);
    require (tables != NULL);
  }
  *made = tables;
  return &decoder;
}

/* The input is the block's frame, the label lies in its buffer. */
static void
add_entry (struct dcpipe_block *block, const char *label, struct dcpipe_bytes key, struct dcpipe_bytes value)
{
  size_t size = strlen (label);
  uint8_t *buffer = dcpipe_block_buffer (block, size + 1);

  require (buffer != NULL);
  memcpy (buffer, label, size);
  dcpipe_block_entry (block, (struct dcpipe_bytes){ buffer, size }, key, value, false);
  dcpipe_block_header (block, 0, (struct dcpipe_bytes){ buffer, 1 }, (struct dcpipe_bytes){ NULL, 0 });
  require (block->fault == NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct dcpipe_tables *tables;
  const struct decoder *decoder = fuzzed (&tables);
  const struct dcpipe_decoder *plugin = &decoder->instance.plugin->u.decoder;
  struct block_memory memory = { .large = 0 };
  struct dcpipe_block block = { .memory = &memory, .frame = { .bytes = { data, size } } };
  struct row_list list = { .count = 0 };
  struct dcpipe_rows rows;

  if (size == 0)
    return 0;
  rows_begin (&rows, &memory.arena, tables, 0, decoder->instance.name, plugin->tables.count);
  rows.label = data[0] % plugin->labels.count;
  add_entry (&block, plugin->labels.items[rows.label].name,
             (struct dcpipe_bytes){ data, data[0] < 128 && size >= 32 ? 32 : size },
             (struct dcpipe_bytes){ data + 1, size - 1 });
  rows.entry = &block.entries[0];
  rows.list = &list;
  require (decoder_call_decode (&decoder->instance, &rows) == DCPIPE_OK);
  arena_free (&memory.arena);
  return 0;
}

#endif
