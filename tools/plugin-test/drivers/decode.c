/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/decode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "data/block.h"
#include "data/row-emit.h"
#include "data/row-json.h"
#include "data/row.h"
#include "harness/verdict.h"
#include "plugin/callback.h"
#include "plugin/decoder-calls.h"
#include "plugin/instance.h"
#include "setup/tables.h"

/* Of the entry in its block. */
#define ENTRY_INDEX 3

/* ---- what rows hold ------------------------------------------------------------------------------ */

static void
check_json (const struct dcpipe_row *row, size_t column)
{
  struct dcpipe_bytes text = dcpipe_get_bytes (row, column);
  json_error_t error;
  json_t *value = json_loadb ((const char *) text.data, text.size,
                              JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);

  EXPECT (value != NULL || json_error_code (&error) == json_error_numeric_overflow,
          "column %s of table %s was set to what is no JSON: %.*s", row->table->columns[column].name,
          row->table->name, (int) (text.size < 200 ? text.size : 200), (const char *) text.data);
  json_decref (value);
}

static void
check_row (const struct dcpipe_row *row)
{
  struct dcpipe_bytes reason = { NULL, 0 };

  for (size_t column = 0; column < row->table->columns_count; column++)
    if (row->table->columns[column].type == DCPIPE_JSON && !dcpipe_is_null (row, column))
      check_json (row, column);
  if (row->table->decoder != TABLE_CORE)
    return;
  reason = dcpipe_get_bytes (row, FAILED_REASON);
  EXPECT (reason.size > 0 && memchr (reason.data, '\n', reason.size) == NULL,
          "dcpipe_fail_entry was given a reason that is empty or more than one line");
}

/* The plugin's decode: there is one plugin in a process. */
static int (*decode_of_plugin) (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows);

/* In its place: what it emitted is looked at before the engine makes a failed entry of what it cannot keep.
 */
static int
decode_and_look (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  size_t from = rows->list->count;
  int result = decode_of_plugin (handle, entry, rows);

  for (size_t i = from; rows->mistake == NULL && i < rows->list->count; i++)
    check_row (rows->list->items[i]);
  EXPECT (rows->no_json == NULL, "column %s was set to what is no JSON in one line", rows->no_json);
  return result;
}

/* ---- the decoder --------------------------------------------------------------------------------- */

void
decode_begin (struct bench_decoder *bench, const struct subject *subject)
{
  struct decoder *decoders[] = { &bench->decoder };
  struct setup setup = { .decoders = decoders, .decoders_count = 1 };
  struct instance *instance = subject_instance (subject);

  bench->plugin = *subject->plugin;
  decode_of_plugin = bench->plugin.u.decoder.decode;
  bench->plugin.u.decoder.decode = decode_and_look;
  bench->decoder = (struct decoder){ .instance = *instance };
  bench->decoder.instance.plugin = &bench->plugin;
  free (instance);
  bench->tables = tables_make (&setup);
  EXPECT (bench->tables != NULL, "%s", failure ());
}

void
decode_end (struct bench_decoder *bench)
{
  tables_free (bench->tables);
  instance_clear (&bench->decoder.instance);
  arena_pool_free ();
}

const char *
decode_label (const struct bench_decoder *bench, size_t number)
{
  static const char *const any[] = { "AnyLabel", "\xc3\xa4 label", "" };
  const struct dcpipe_labels *labels = &bench->decoder.instance.plugin->u.decoder.labels;

  if (labels->count > 0)
    return number < labels->count ? labels->items[number].name : NULL;
  return number < sizeof any / sizeof *any ? any[number] : NULL;
}

/* The number of the entry's label among the decoder's. */
static size_t
label_number (const struct bench_decoder *bench, struct dcpipe_bytes label)
{
  const struct dcpipe_labels *labels = &bench->decoder.instance.plugin->u.decoder.labels;

  for (size_t i = 0; i < labels->count; i++)
    if (strlen (labels->items[i].name) == label.size
        && memcmp (labels->items[i].name, label.data, label.size) == 0)
      return i;
  return 0;
}

/* ---- an entry in memory of its own --------------------------------------------------------------- */

struct placed {
  struct block_memory memory;
  struct dcpipe_block block;
  struct row_list list;
  void *mapping;
  size_t mapped;
};

static struct dcpipe_bytes
put (struct dcpipe_bytes from, uint8_t **at)
{
  struct dcpipe_bytes copy = { *at, from.size };

  if (from.size > 0)
    memcpy (*at, from.data, from.size);
  *at += from.size;
  return copy;
}

/* Makes memory of so many bytes that end where a page begins that cannot be read. */
static uint8_t *
map (struct placed *placed, size_t size)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE), room = (size + page) / page * page;

  *placed = (struct placed){ .mapped = room + page };
  placed->mapping = mmap (NULL, placed->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT (placed->mapping != MAP_FAILED, "no memory for an entry");
  EXPECT (mprotect ((uint8_t *) placed->mapping + room, page, PROT_NONE) == 0, "memory cannot be protected");
  return (uint8_t *) placed->mapping + room - size;
}

/* A block whose frame is the entry's bytes, which nobody can write. The entry is its last one. */
static void
place (struct placed *placed, const struct test_entry *entry, bool value_last)
{
  static const uint8_t hash[] = { 1, 2, 3, 4 };
  const struct dcpipe_bytes none = { NULL, 0 };
  size_t size = entry->label.size + entry->key.size + entry->value.size;
  uint8_t *at = map (placed, size);
  struct dcpipe_block *block = &placed->block;
  struct dcpipe_bytes label, first, last;

  block->memory = &placed->memory;
  block->frame = (struct dcpipe_frame){ .position = 4096, .bytes = { at, size } };
  block->first_ordinal = 1;
  label = put (entry->label, &at);
  first = put (value_last ? entry->key : entry->value, &at);
  last = put (value_last ? entry->value : entry->key, &at);
  EXPECT (mprotect (placed->mapping, placed->mapped - (size_t) sysconf (_SC_PAGESIZE), PROT_READ) == 0,
          "memory cannot be protected");
  for (size_t i = 0; i < ENTRY_INDEX; i++)
    dcpipe_block_entry (block, none, none, none, false);
  dcpipe_block_entry (block, label, value_last ? first : last, value_last ? last : first, entry->deleted);
  dcpipe_block_header (block, UINT64_C (1700000000123456789), (struct dcpipe_bytes){ hash, sizeof hash },
                       none);
  EXPECT (block->fault == NULL, "the test made a bad block: %s", block->fault);
}

static void
unplace (struct placed *placed)
{
  arena_free (&placed->memory.arena);
  munmap (placed->mapping, placed->mapped);
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static char *
describe (const struct row_list *list)
{
  static const char *const operations[] = { "INSERT", "UPSERT", "UPDATE", "DELETE" };
  char *text = NULL;
  size_t size;
  FILE *stream = open_memstream (&text, &size);

  EXPECT_MEMORY (stream);
  for (size_t i = 0; i < list->count; i++) {
    fprintf (stream, "%s %s ", operations[list->items[i]->operation], list->items[i]->table->name);
    dump_row (stream, list->items[i], false);
  }
  for (size_t i = 0; i < list->notes_count; i++)
    fprintf (stream, "note of %zu bytes\n", list->notes[i].size);
  EXPECT (fclose (stream) == 0 && text != NULL, "no memory for the test");
  return text;
}

char *
decode_entry (const struct bench_decoder *bench, const struct test_entry *entry, bool value_last)
{
  const struct instance *decoder = &bench->decoder.instance;
  struct placed placed;
  struct dcpipe_rows rows;
  char *text;
  int result;

  place (&placed, entry, value_last);
  rows_begin (&rows, &placed.memory.arena, bench->tables, 0, decoder->name,
              decoder->plugin->u.decoder.tables.count);
  rows.entry = &placed.block.entries[ENTRY_INDEX];
  rows.list = &placed.list;
  rows.label = label_number (bench, entry->label);
  result = decoder_call_decode (decoder, &rows);
  EXPECT (rows.mistake == NULL, "%s", failure ());
  EXPECT (result == DCPIPE_OK,
          "decode returned %s (%s): an entry that cannot be read is told with dcpipe_fail_entry, and the "
          "result is DCPIPE_OK",
          RESULT_NAME (result), failure ());
  text = describe (&placed.list);
  unplace (&placed);
  return text;
}
