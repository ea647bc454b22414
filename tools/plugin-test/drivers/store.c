/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/store.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "data/checkpoint.h"
#include "data/row-emit.h"
#include "data/row-json.h"
#include "data/row-merge.h"
#include "harness/options-file.h"
#include "harness/verdict.h"
#include "plugin/callback.h"
#include "plugin/instance.h"
#include "setup/setup.h"
#include "setup/tables.h"
#include "sink/recovery.h"
#include "sink/sink-calls.h"

/* ---- tables -------------------------------------------------------------------------------------- */

#define POSITION(key_)                                                                                       \
  { "block_offset", DCPIPE_U64, key_ ? 1 : 0, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },                             \
  {                                                                                                          \
    "entry_index", DCPIPE_U64, key_ ? 2 : 0, DCPIPE_FILL_ENTRY_INDEX, 0, ""                                  \
  }

static const struct dcpipe_column events[] = {
  POSITION (true),
  { "label", DCPIPE_TEXT, 0, 0, 0, "" },
  { "value", DCPIPE_BLOB, 0, 0, 0, "" },
  { "at", DCPIPE_TIME, 0, 0, 0, "" },
};

/* Every type outside of the key, and one column that the first UPSERT fills for good. */
static const struct dcpipe_column people[] = {
  { "name", DCPIPE_TEXT, 1, 0, 0, "" },
  { "part", DCPIPE_U64, 2, 0, 0, "" },
  { "flag", DCPIPE_BOOL, 0, 0, 0, "" },
  { "signed", DCPIPE_I64, 0, 0, 0, "" },
  { "number", DCPIPE_U64, 0, 0, 0, "" },
  { "words", DCPIPE_TEXT, 0, 0, 0, "" },
  { "data", DCPIPE_BLOB, 0, 0, 0, "" },
  { "at", DCPIPE_TIME, 0, 0, 0, "" },
  { "amount", DCPIPE_DECIMAL, 0, 0, 0, "" },
  { "extra", DCPIPE_JSON, 0, 0, 0, "" },
  { "created_at", DCPIPE_TIME, 0, 0, DCPIPE_COLUMN_KEEP_FIRST, "" },
  POSITION (false),
};

static const struct dcpipe_column plain[] = {
  { "id", DCPIPE_U64, 1, 0, 0, "" },
  { "words", DCPIPE_TEXT, 0, 0, 0, "" },
  POSITION (false),
};

/* What an earlier release of a decoder might have declared under the same name. */
static const struct dcpipe_column other_plain[] = {
  { "id", DCPIPE_U64, 1, 0, 0, "" },
  { "surprise", DCPIPE_BLOB, 0, 0, 0, "" },
  POSITION (false),
};

/* The key is not in the order of the columns, as a store that takes them as they come would have it. */
static const struct dcpipe_column sorted[] = {
  { "k_bool", DCPIPE_BOOL, 2, 0, 0, "" }, { "k_i64", DCPIPE_I64, 3, 0, 0, "" },
  { "k_u64", DCPIPE_U64, 1, 0, 0, "" },   { "k_text", DCPIPE_TEXT, 4, 0, 0, "" },
  { "k_blob", DCPIPE_BLOB, 5, 0, 0, "" }, { "k_time", DCPIPE_TIME, 6, 0, 0, "" },
  { "k_last", DCPIPE_U64, 7, 0, 0, "" },  POSITION (false),
};

/* An UPSERT of a row that is there changes nothing at all, and counts as a change all the same. */
static const struct dcpipe_column names[] = {
  { "name", DCPIPE_TEXT, 1, 0, 0, "" },
  { "block_offset", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_OFFSET, DCPIPE_COLUMN_KEEP_FIRST, "" },
  { "entry_index", DCPIPE_U64, 0, DCPIPE_FILL_ENTRY_INDEX, DCPIPE_COLUMN_KEEP_FIRST, "" },
};

static const struct dcpipe_column entries[] = {
  { "id", DCPIPE_U64, 0, DCPIPE_FILL_ORDINAL, 0, "" },
  { "label", DCPIPE_TEXT, 0, 0, 0, "" },
  { "key", DCPIPE_TEXT, 0, 0, 0, "" },
  { "value", DCPIPE_BLOB, 0, 0, 0, "" },
  { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },
  { "operation", DCPIPE_TEXT, 0, 0, 0, "" },
  { "migrated_at", DCPIPE_TIME, 0, DCPIPE_FILL_IMPORT_TIME, DCPIPE_COLUMN_VOLATILE, "" },
  { "icp_timestamp", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_TIME_NS, 0, "" },
  { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "" },
  { "block_hash", DCPIPE_TEXT, 0, DCPIPE_FILL_BLOCK_HASH, 0, "" },
};

static const struct dcpipe_index events_indexes[] = { { "events_label", "label, at" } };

#define DEFINITIONS(plain_)                                                                                  \
  {                                                                                                          \
    { .name = "events",                                                                                      \
      .columns = DCPIPE_ARRAY (events),                                                                      \
      .indexes = DCPIPE_ARRAY (events_indexes),                                                              \
      .flags = DCPIPE_TABLE_LOG },                                                                           \
        { .name = "people", .columns = DCPIPE_ARRAY (people), .flags = DCPIPE_TABLE_LONG_KEYS },             \
        { .name = "plain", .columns = DCPIPE_ARRAY (plain_) },                                               \
        { .name = "sorted", .columns = DCPIPE_ARRAY (sorted) },                                              \
        { .name = "names", .columns = DCPIPE_ARRAY (names) },                                                \
        { .name = "entries", .columns = DCPIPE_ARRAY (entries), .flags = DCPIPE_TABLE_LOG },                 \
  }

static const struct dcpipe_table_def usual[] = DEFINITIONS (plain);
static const struct dcpipe_table_def others[] = DEFINITIONS (other_plain);

static const struct dcpipe_view views[] = {
  { "labels", "SELECT label, count(*) AS entries FROM events GROUP BY label" },
  { "elsewhere", "SELECT * FROM table_of_another_decoder" },
};

struct dcpipe_tables *
bench_tables (bool other)
{
  struct plugin plugin = { .kind = DCPIPE_KIND_DECODER };
  struct decoder decoder = { .instance = { .plugin = &plugin } };
  struct decoder *decoders[] = { &decoder };
  struct setup setup = { .decoders = decoders, .decoders_count = 1 };
  struct dcpipe_tables *tables;

  plugin.u.decoder.tables =
      (struct dcpipe_table_defs){ other ? others : usual, sizeof usual / sizeof *usual, sizeof *usual };
  plugin.u.decoder.views = (struct dcpipe_views) DCPIPE_ARRAY (views);
  tables = tables_make (&setup);
  EXPECT (tables != NULL, "%s", failure ());
  return tables;
}

void
bench_begin (struct bench *bench, const struct sink_under_test *sink)
{
  bench->sink = sink;
  snprintf (bench->directory, sizeof bench->directory, "%.480s/dcpipe-sink-XXXXXX",
            getenv ("TMPDIR") ? getenv ("TMPDIR") : "/tmp");
  EXPECT (mkdtemp (bench->directory) != NULL, "%s cannot be made: %s", bench->directory, strerror (errno));
  bench->tables = bench_tables (false);
}

bool
bench_can_read (const struct bench *bench)
{
  return plugin_looks_up (bench->sink->plugin);
}

static int
remove_entry (const char *path, const struct stat *status, int type, struct FTW *walk)
{
  (void) status, (void) type, (void) walk;
  return remove (path);
}

void
bench_end (struct bench *bench)
{
  tables_free (bench->tables);
  nftw (bench->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- options ------------------------------------------------------------------------------------- */

static struct instance *
make_sink (const struct bench *bench)
{
  const struct sink_under_test *sink = bench->sink;
  struct ini_file *file = options_file_make (bench->directory);
  struct instance *instance;

  if (sink->path != NULL)
    options_file_set (file, "path", sink->path);
  for (const char *const *pair = sink->settings; pair != NULL && pair[0] != NULL; pair += 2)
    options_file_set (file, pair[0], pair[1]);
  instance = options_file_instance (file, sink->plugin);
  EXPECT (instance != NULL, "config_complete: %s", options_file_reason (file));
  ini_free (file);
  return instance;
}

/* ---- a handle ------------------------------------------------------------------------------------ */

int
try_open (struct store_handle *store, const struct bench *bench, int mode)
{
  char scratch[600];

  *store = (struct store_handle){ .bench = bench };
  store->rows = (struct dcpipe_rows){ .arena = &store->arena, .tables = bench->tables, .list = &store->list };
  store->sink = make_sink (bench);
  snprintf (scratch, sizeof scratch, "%s/scratch", bench->directory);
  if (mode == DCPIPE_SCRATCH)
    EXPECT (mkdir (scratch, 0700) == 0, "%s: %s", scratch, strerror (errno));
  return sink_call_open (store->sink, mode, mode == DCPIPE_SCRATCH ? scratch : NULL);
}

void
store_open_prepared (struct store_handle *store, const struct bench *bench, int mode)
{
  EXPECT (try_open (store, bench, mode) == DCPIPE_OK, "%s", failure ());
  EXPECT (sink_call_prepare (store->sink, bench->tables) == DCPIPE_OK, "%s", failure ());
}

/* Effects are told of the last apply alone. */
static void
forget_rows (struct store_handle *store)
{
  for (size_t i = 0; i < store->applied; i++)
    free (store->effects[i].refused);
  free (store->effects);
  store->effects = NULL;
  store->applied = 0;
}

void
store_end (struct store_handle *store)
{
  sink_call_close (store->sink);
  instance_free (store->sink);
  free (store->lists);
  forget_rows (store);
  arena_free (&store->arena);
  arena_pool_free ();
}

void
store_rollback (struct store_handle *store)
{
  EXPECT (sink_call_rollback (store->sink) == DCPIPE_OK, "rollback: %s", failure ());
  store->lists_count = 0;
}

char *
store_checkpoint (struct store_handle *store)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  int result = sink_call_load (store->sink, &checkpoint);
  struct dcpipe_bytes got = dcpipe_checkpoint_text (&checkpoint);
  char *text;

  EXPECT (result == DCPIPE_OK, "checkpoint_load gives %s: %s", RESULT_NAME (result), failure ());
  text = got.data != NULL ? strndup ((const char *) got.data, got.size) : NULL;
  checkpoint_free (&checkpoint);
  return text;
}

void
expect_checkpoint (struct store_handle *store, const char *text)
{
  CLEANUP_FREE char *got = store_checkpoint (store);

  EXPECT (text == NULL ? got == NULL : got != NULL && strcmp (got, text) == 0,
          "checkpoint_load gives %s%s%s instead of %s%s%s", got ? "'" : "", got ? got : "nothing",
          got ? "'" : "", text ? "'" : "", text ? text : "nothing", text ? "'" : "");
}

/* ---- rows ---------------------------------------------------------------------------------------- */

struct dcpipe_row *
make_row (struct store_handle *store, size_t table)
{
  return row_make (&store->rows, &store->bench->tables->items[table], DCPIPE_INSERT);
}

struct dcpipe_row *
add (struct store_handle *store, size_t table, int operation)
{
  struct dcpipe_row *row = row_make (&store->rows, &store->bench->tables->items[table], operation);

  if (!row_list_add (&store->arena, &store->list, row))
    verdict_fail ("no memory for a row");
  return row;
}

/* Gives the rows of one list to the sink. */
static int
apply_list (struct store_handle *store, const struct row_list *list)
{
  struct dcpipe_rows rows = store->rows;
  struct row_list copy = *list;

  forget_rows (store);
  store->effects = calloc (copy.count + 1, sizeof *store->effects);
  EXPECT_MEMORY (store->effects);
  store->applied = copy.count;
  rows.list = &copy;
  rows.effects = store->effects;
  return sink_call_apply (store->sink, &rows);
}

/* The list is kept until the commit, as the engine keeps its parcels: a sink may lose the transaction and ask
 * for all of it again. */
int
try_apply (struct store_handle *store)
{
  struct row_list *more = realloc (store->lists, (store->lists_count + 1) * sizeof *more);
  struct row_list list = store->list;

  EXPECT_MEMORY (more);
  EXPECT (store->rows.mistake == NULL && store->rows.unreadable == NULL && store->rows.no_json == NULL
              && !store->rows.no_memory,
          "the test made a bad row: %s", store->rows.mistake ? store->rows.mistake : "");
  store->lists = more;
  store->lists[store->lists_count++] = list;
  store->list = (struct row_list){ 0 };
  return apply_list (store, &list);
}

static int
roll_back (void *context)
{
  struct store_handle *store = context;

  return sink_call_rollback (store->sink);
}

static int
repeat_lists (void *context)
{
  struct store_handle *store = context;
  int result = DCPIPE_OK;

  for (size_t done = 0; done < store->lists_count && result == DCPIPE_OK; done++)
    result = apply_list (store, &store->lists[done]);
  return result;
}

/* All since the last commit once more, if the sink asks for that. A pause is not waited for: no check needs
 * one. */
static int
recover (struct store_handle *store, int result)
{
  struct recovery recovery = { .roll_back = roll_back, .repeat = repeat_lists, .context = store };

  return result == DCPIPE_AGAIN ? recovery_run (&recovery, result) : result;
}

void
store_apply (struct store_handle *store)
{
  int result = recover (store, try_apply (store));

  EXPECT (result == DCPIPE_OK, "apply gives %s: %s", RESULT_NAME (result), failure ());
  for (size_t i = 0; i < store->applied; i++)
    EXPECT (store->effects[i].refused == NULL, "row %zu was refused: %s", i, store->effects[i].refused);
}

int
try_commit (struct store_handle *store, const char *text)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  int result;

  dcpipe_checkpoint_set (&checkpoint, text, strlen (text));
  result = sink_call_commit (store->sink, &checkpoint);
  checkpoint_free (&checkpoint);
  return result;
}

void
store_commit (struct store_handle *store, const char *checkpoint)
{
  int result = try_commit (store, checkpoint);

  for (unsigned attempt = 0; result == DCPIPE_AGAIN && attempt < RECOVERY_AGAIN_MAX; attempt++) {
    result = recover (store, result);
    if (result == DCPIPE_OK)
      result = try_commit (store, checkpoint);
  }
  EXPECT (result == DCPIPE_OK, "commit gives %s: %s", RESULT_NAME (result), failure ());
  store->lists_count = 0;
}

void
expect_effect (struct store_handle *store, size_t i, uint64_t added, uint64_t changed, uint64_t removed)
{
  const struct row_effect *effect = &store->effects[i];

  if (!bench_can_read (store->bench))
    return;
  EXPECT (i < store->applied, "the test applied fewer rows");
  EXPECT (effect->added == added && effect->changed == changed && effect->removed == removed,
          "dcpipe_row_applied said of row %zu: %" PRIu64 " added, %" PRIu64 " changed, %" PRIu64
          " removed, instead of %" PRIu64 ", %" PRIu64 ", %" PRIu64,
          i, effect->added, effect->changed, effect->removed, added, changed, removed);
}

/* A map that had to grow is met by the engine with rollback and all rows once more. */
static int
get_again (struct store_handle *store, const struct dcpipe_row *key, struct dcpipe_row **row)
{
  int result = sink_get (store->sink, key, row);

  if (result == DCPIPE_AGAIN && recover (store, result) == DCPIPE_OK)
    result = sink_get (store->sink, key, row);
  return result;
}

static void
report_difference (const struct dcpipe_row *expected, const struct dcpipe_row *got, size_t column)
{
  CLEANUP_FREE char *text = NULL;
  size_t size;
  FILE *stream = open_memstream (&text, &size);

  EXPECT_MEMORY (stream);
  dump_value (stream, got, column);
  fputs (" instead of ", stream);
  dump_value (stream, expected, column);
  fclose (stream);
  verdict_fail ("column %s of table %s is %.300s", expected->table->columns[column].name,
                expected->table->name, text);
}

void
expect_row (struct store_handle *store, const struct dcpipe_row *expected)
{
  struct dcpipe_row *got;
  size_t column;
  int result;

  if (!bench_can_read (store->bench))
    return;
  result = get_again (store, expected, &got);
  EXPECT (result == DCPIPE_OK, "get gives %s for a row of table %s: %s", RESULT_NAME (result),
          expected->table->name, failure ());
  for (column = 0; column < expected->table->columns_count; column++)
    EXPECT (got->states[column] != VALUE_UNSET, "get left column %s of table %s unset",
            expected->table->columns[column].name, expected->table->name);
  if (!row_equal (expected, got, &column))
    report_difference (expected, got, column);
  free (got);
}

void
expect_absent (struct store_handle *store, const struct dcpipe_row *key)
{
  struct dcpipe_row *got;

  EXPECT (!bench_can_read (store->bench) || get_again (store, key, &got) == DCPIPE_NONE,
          "get finds a row of table %s that must not be there", key->table->name);
}

/* The row cache, dumps and verify merge what a scan gives with rows of their own, so one key out of order, or
 * given twice, would be a row lost or doubled there. */
struct order {
  size_t rows;
  size_t size; /* of the key before, whole */
  uint8_t key[8192];
};

static bool
check_order (void *context, const struct dcpipe_row *row)
{
  struct order *order = context;
  uint8_t key[sizeof order->key];
  size_t size = dcpipe_row_key (row, key, sizeof key), common = size < order->size ? size : order->size;
  int compared = memcmp (order->key, key, common);

  EXPECT (size <= sizeof key, "the test has a key of %zu bytes", size);
  EXPECT (
      order->rows == 0 || compared < 0 || (compared == 0 && order->size < size),
      "row %zu of a scan of table %s does not come after the one before it, in the order of dcpipe_row_key",
      order->rows, row->table->name);
  memcpy (order->key, key, size);
  order->size = size;
  order->rows++;
  return true;
}

size_t
count_rows (struct store_handle *store, const struct dcpipe_row *prefix)
{
  struct order order = { 0 };
  int result = sink_scan (store->sink, prefix, check_order, &order);

  if (result == DCPIPE_AGAIN && recover (store, result) == DCPIPE_OK) {
    order = (struct order){ 0 };
    result = sink_scan (store->sink, prefix, check_order, &order);
  }
  EXPECT (result == DCPIPE_OK, "scan gives %s: %s", RESULT_NAME (result), failure ());
  return order.rows;
}

size_t
count_table (struct store_handle *store, size_t table)
{
  return count_rows (store, make_row (store, table));
}

void
expect_rows (struct store_handle *store, const struct dcpipe_row *prefix, size_t count)
{
  size_t rows = bench_can_read (store->bench) ? count_rows (store, prefix) : count;

  EXPECT (rows == count, "a scan of table %s gives %zu rows instead of %zu", prefix->table->name, rows,
          count);
}

void
expect_count (struct store_handle *store, size_t table, size_t count)
{
  expect_rows (store, make_row (store, table), count);
}
