/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"
#include "host.h"
#include "scan.h"
#include "setup.h"

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

static const struct dcpipe_column other_plain[] = {
  { "id", DCPIPE_U64, 1, 0, 0, "" },
  { "surprise", DCPIPE_BLOB, 0, 0, 0, "" },
  POSITION (false),
};

static const struct dcpipe_column sorted[] = {
  { "k_bool", DCPIPE_BOOL, 2, 0, 0, "" }, { "k_i64", DCPIPE_I64, 3, 0, 0, "" },
  { "k_u64", DCPIPE_U64, 1, 0, 0, "" },   { "k_text", DCPIPE_TEXT, 4, 0, 0, "" },
  { "k_blob", DCPIPE_BLOB, 5, 0, 0, "" }, { "k_time", DCPIPE_TIME, 6, 0, 0, "" },
  { "k_last", DCPIPE_U64, 7, 0, 0, "" },  POSITION (false),
};

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
      .flags = DCPIPE_TABLE_LOG,                                                                             \
      .count_as = "events" },                                                                                \
        { .name = "people",                                                                                  \
          .columns = DCPIPE_ARRAY (people),                                                                  \
          .flags = DCPIPE_TABLE_LONG_KEYS,                                                                   \
          .count_as = "people" },                                                                            \
        { .name = "plain", .columns = DCPIPE_ARRAY (plain_) },                                               \
        { .name = "sorted", .columns = DCPIPE_ARRAY (sorted) },                                              \
        { .name = "names", .columns = DCPIPE_ARRAY (names), .count_as = "names" },                           \
        { .name = "entries",                                                                                 \
          .columns = DCPIPE_ARRAY (entries),                                                                 \
          .flags = DCPIPE_TABLE_LOG,                                                                         \
          .count_as = "entries" },                                                                           \
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
  ck_assert_msg (tables != NULL, "%s", host_error ());
  return tables;
}

void
bench_begin (struct bench *bench, const struct sink_under_test *sink)
{
  bench->sink = sink;
  snprintf (bench->directory, sizeof bench->directory, "%s/dcpipe-sink-XXXXXX",
            getenv ("TMPDIR") ? getenv ("TMPDIR") : "/tmp");
  ck_assert_ptr_nonnull (mkdtemp (bench->directory));
  bench->tables = bench_tables (false);
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

static uint64_t
scaled (const char *text, int type)
{
  static const struct {
    const char *suffix;
    int type;
    uint64_t factor;
  } units[] = { { "k", DCPIPE_OPTION_SIZE, 1 << 10 },
                { "M", DCPIPE_OPTION_SIZE, 1 << 20 },
                { "G", DCPIPE_OPTION_SIZE, 1 << 30 },
                { "ms", DCPIPE_OPTION_DURATION, 1 },
                { "s", DCPIPE_OPTION_DURATION, 1000 } };
  char *end;
  uint64_t value = strtoull (text, &end, 10);

  if (*end == '\0')
    return type == DCPIPE_OPTION_DURATION ? 1000 * value : value;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (units[i].type == type && strcmp (units[i].suffix, end) == 0)
      return units[i].factor * value;
  ck_abort_msg ("'%s' is no value of an option", text);
}

/* The number of `text` among choices parted by '|'. */
static int
choice (const char *choices, const char *text)
{
  for (int number = 0;; number++) {
    size_t size = strcspn (choices, "|");

    if (strlen (text) == size && strncmp (choices, text, size) == 0)
      return number;
    ck_assert_msg (choices[size] != '\0', "'%s' is not among the choices", text);
    choices += size + 1;
  }
}

static void
set_option (void *handle, const struct dcpipe_option *option, const char *text)
{
  void *place = (char *) handle + option->offset;

  switch (option->type) {
  case DCPIPE_OPTION_BOOL:
    *(bool *) place = strcmp (text, "yes") == 0 || strcmp (text, "true") == 0 || strcmp (text, "on") == 0;
    break;
  case DCPIPE_OPTION_INT:
    *(int64_t *) place = strtoll (text, NULL, 10);
    break;
  case DCPIPE_OPTION_SIZE:
  case DCPIPE_OPTION_DURATION:
    *(uint64_t *) place = scaled (text, option->type);
    break;
  case DCPIPE_OPTION_ENUM:
    *(int *) place = choice (option->values, text);
    break;
  case DCPIPE_OPTION_TEXT:
  case DCPIPE_OPTION_PATH:
    *(const char **) place = text;
    break;
  default:
    ck_abort_msg ("option %s has a type that this test does not know", option->key);
  }
}

static const char *
setting (const struct sink_under_test *sink, const struct dcpipe_option *option)
{
  for (const char *const *pair = sink->settings; pair != NULL && pair[0] != NULL; pair += 2)
    if (strcmp (pair[0], option->key) == 0)
      return pair[1];
  return option->default_value;
}

static void
set_options (struct store_handle *store)
{
  const struct sink_under_test *sink = store->bench->sink;

  for (size_t i = 0; i < sink->plugin->options.count; i++) {
    const struct dcpipe_option *option = &sink->plugin->options.items[i];
    const char *text = setting (sink, option);

    if (strcmp (option->key, "path") == 0) {
      char *path;

      ck_assert (asprintf (&path, "%s/%s", store->bench->directory, sink->path) > 0);
      store->strings[store->strings_count++] = path;
      text = path;
    }
    if (text != NULL)
      set_option (store->handle, option, text);
  }
}

/* ---- a handle ------------------------------------------------------------------------------------ */

int
try_open (struct store_handle *store, const struct bench *bench, int mode)
{
  char scratch[96];
  int result;

  host_clear ();
  *store = (struct store_handle){ .bench = bench };
  store->rows = (struct dcpipe_rows){ .arena = &store->arena, .tables = bench->tables, .list = &store->list };
  store->handle = calloc (1, bench->sink->plugin->handle_size);
  ck_assert_ptr_nonnull (store->handle);
  set_options (store);
  if (bench->sink->plugin->config_complete != NULL)
    ck_assert_int_eq (bench->sink->plugin->config_complete (store->handle), DCPIPE_OK);
  snprintf (scratch, sizeof scratch, "%s/scratch", bench->directory);
  if (mode == DCPIPE_SCRATCH)
    ck_assert_int_eq (mkdir (scratch, 0700), 0);
  result = bench->sink->plugin->open (store->handle, mode, mode == DCPIPE_SCRATCH ? scratch : NULL);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    ck_assert_str_ne (host_error (), "");
  return result;
}

void
store_open_prepared (struct store_handle *store, const struct bench *bench, int mode)
{
  ck_assert_msg (try_open (store, bench, mode) == DCPIPE_OK, "%s", host_error ());
  ck_assert_msg (bench->sink->plugin->prepare (store->handle, bench->tables) == DCPIPE_OK, "%s",
                 host_error ());
}

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
  const struct dcpipe_sink *plugin = store->bench->sink->plugin;

  if (plugin->close != NULL)
    plugin->close (store->handle);
  if (plugin->config_free != NULL)
    plugin->config_free (store->handle);
  for (size_t i = 0; i < store->strings_count; i++)
    free (store->strings[i]);
  free (store->handle);
  forget_rows (store);
  arena_free (&store->arena);
  arena_pool_free ();
}

int
try_commit (struct store_handle *store, const char *text)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  int result;

  dcpipe_checkpoint_set (&checkpoint, text, strlen (text));
  result = store->bench->sink->plugin->commit (store->handle, &checkpoint);
  checkpoint_free (&checkpoint);
  return result;
}

void
store_commit (struct store_handle *store, const char *checkpoint)
{
  ck_assert_msg (try_commit (store, checkpoint) == DCPIPE_OK, "%s", host_error ());
}

void
store_rollback (struct store_handle *store)
{
  ck_assert_msg (store->bench->sink->plugin->rollback (store->handle) == DCPIPE_OK, "%s", host_error ());
}

void
expect_checkpoint (struct store_handle *store, const char *text)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  struct dcpipe_bytes got;

  ck_assert_msg (store->bench->sink->plugin->checkpoint_load (store->handle, &checkpoint) == DCPIPE_OK, "%s",
                 host_error ());
  got = dcpipe_checkpoint_text (&checkpoint);
  if (text == NULL)
    ck_assert_ptr_null (got.data);
  else {
    ck_assert_uint_eq (got.size, strlen (text));
    ck_assert_mem_eq (got.data, text, got.size);
  }
  checkpoint_free (&checkpoint);
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
    ck_abort_msg ("no memory for a row");
  return row;
}

int
try_apply (struct store_handle *store)
{
  int result;

  ck_assert_msg (store->rows.mistake == NULL, "%s", store->rows.mistake);
  ck_assert (store->rows.unreadable == NULL && !store->rows.no_memory);
  forget_rows (store);
  store->effects = calloc (store->list.count + 1, sizeof *store->effects);
  store->applied = store->list.count;
  store->rows.effects = store->effects;
  result = store->bench->sink->plugin->apply (store->handle, &store->rows);
  store->list = (struct row_list){ 0 };
  return result;
}

void
store_apply (struct store_handle *store)
{
  ck_assert_msg (try_apply (store) == DCPIPE_OK, "%s", host_error ());
  for (size_t i = 0; i < store->applied; i++)
    if (store->effects[i].refused != NULL)
      ck_abort_msg ("row %zu: %s", i, store->effects[i].refused);
}

void
expect_effect (struct store_handle *store, size_t i, uint64_t added, uint64_t changed, uint64_t removed)
{
  ck_assert_uint_lt (i, store->applied);
  ck_assert_msg (store->effects[i].added == added && store->effects[i].changed == changed
                     && store->effects[i].removed == removed,
                 "row %zu: %llu added, %llu changed, %llu removed", i,
                 (unsigned long long) store->effects[i].added, (unsigned long long) store->effects[i].changed,
                 (unsigned long long) store->effects[i].removed);
}

static struct instance
instance_of (struct store_handle *store, struct plugin *plugin)
{
  plugin->kind = DCPIPE_KIND_SINK;
  plugin->u.sink = *store->bench->sink->plugin;
  return (struct instance){ .plugin = plugin, .handle = store->handle };
}

void
expect_row (struct store_handle *store, const struct dcpipe_row *expected)
{
  struct plugin plugin = { 0 };
  struct instance sink = instance_of (store, &plugin);
  struct dcpipe_row *got;
  size_t column;
  int result = sink_get (&sink, expected, &got);

  ck_assert_msg (result == DCPIPE_OK, "%s: get gives %d: %s", expected->table->name, result, host_error ());
  for (column = 0; column < expected->table->columns_count; column++)
    ck_assert_int_ne (got->states[column], VALUE_UNSET);
  ck_assert_msg (row_equal (expected, got, &column), "table %s differs in column %s", expected->table->name,
                 expected->table->columns[column].name);
  free (got);
}

void
expect_absent (struct store_handle *store, const struct dcpipe_row *key)
{
  struct plugin plugin = { 0 };
  struct instance sink = instance_of (store, &plugin);
  struct dcpipe_row *got;

  ck_assert_int_eq (sink_get (&sink, key, &got), DCPIPE_NONE);
}

struct order {
  size_t rows;
  size_t size; /* of the key before, whole */
  uint8_t key[4096];
};

static bool
check_order (void *context, const struct dcpipe_row *row)
{
  struct order *order = context;
  uint8_t key[sizeof order->key];
  size_t size = dcpipe_row_key (row, key, sizeof key), common = size < order->size ? size : order->size;
  int compared = memcmp (order->key, key, common);

  ck_assert_uint_le (size, sizeof key);
  ck_assert_msg (order->rows == 0 || compared < 0 || (compared == 0 && order->size < size),
                 "row %zu of table %s is out of order", order->rows, row->table->name);
  memcpy (order->key, key, size);
  order->size = size;
  order->rows++;
  return true;
}

size_t
count_rows (struct store_handle *store, const struct dcpipe_row *prefix)
{
  struct plugin plugin = { 0 };
  struct instance sink = instance_of (store, &plugin);
  struct order order = { 0 };
  int result = sink_scan (&sink, prefix, check_order, &order);

  ck_assert_msg (result == DCPIPE_OK, "scan gives %d: %s", result, host_error ());
  return order.rows;
}

size_t
count_table (struct store_handle *store, size_t table)
{
  return count_rows (store, make_row (store, table));
}
