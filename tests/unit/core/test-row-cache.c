/* SPDX-License-Identifier: Apache-2.0 */
/* The row cache in front of a sink against a store to which every operation is applied at once: whatever is
 * done in whatever order, all lookups and the rows in the sink in the end are the same. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "setup/tables.h"
#include "sink/row-cache.h"
#include "sink/sink-calls.h"
#include "support/run.h"
#include "unit/core/memory-store.h"
#include "unit/core/tables.h"

#define SEEDS 300 /* unless DCPIPE_SEEDS says otherwise */
#define STEPS 400
#define BATCH 1024 /* rows between commits at the most: they live that long */
#define HELD 200

struct trial {
  uint64_t random;
  struct dcpipe_tables *tables;
  struct emitter *emitters[BATCH]; /* one for each row, so that all rows of a batch can be read */
  size_t emitters_count;
  struct plugin plugin;
  struct instance instance;
  struct memory_store sink, sink_committed, model, model_committed;
  struct row_cache cache;
  struct memory_store held_rows[HELD]; /* of one row each: what a row got must be until it settles */
  const struct dcpipe_row *held[HELD];
  size_t held_count;
  uint64_t position;
};

static int
apply (void *context, const struct dcpipe_row **rows, size_t count)
{
  struct trial *trial = context;

  for (size_t i = 0; i < count; i++)
    store_apply (&trial->sink, rows[i]);
  return DCPIPE_OK;
}

static uint64_t
below (struct trial *trial, uint64_t bound)
{
  return random_below (&trial->random, bound);
}

static struct emitter *
next_emitter (struct trial *trial)
{
  struct emitter *emitter = malloc (sizeof *emitter);

  ck_assert_ptr_nonnull (emitter);
  emitter_begin (emitter, trial->tables);
  trial->position += below (trial, 3);
  emitter_move (emitter, trial->position, (uint32_t) below (trial, 3));
  trial->emitters[trial->emitters_count++] = emitter;
  return emitter;
}

static void
drop_emitter (struct trial *trial)
{
  struct emitter *emitter = trial->emitters[--trial->emitters_count];

  emitter_end (emitter);
  free (emitter);
}

static void
drop_emitters (struct trial *trial)
{
  while (trial->emitters_count > 0)
    drop_emitter (trial);
}

/* ---- random rows --------------------------------------------------------------------------------- */

static const struct dcpipe_bytes texts[] = {
  { NULL, 0 },
  { (const uint8_t *) "a", 1 },
  { (const uint8_t *) "a\0", 2 },
  { (const uint8_t *) "a\0b", 3 },
  { (const uint8_t *) "ab", 2 },
  { (const uint8_t *) "\0", 1 },
  { (const uint8_t *) "\0\x01", 2 },
};

static struct dcpipe_bytes
random_text (struct trial *trial)
{
  return texts[below (trial, sizeof texts / sizeof *texts)];
}

/* Sets `columns` columns of the key. */
static void
set_key (struct trial *trial, struct dcpipe_row *row, size_t columns)
{
  static const int64_t parts[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
  struct dcpipe_bytes text = random_text (trial);

  if (columns > 0 && row->table->number == PEOPLE)
    dcpipe_set_text (row, PEOPLE_NAME, text.data, text.size);
  if (columns > 0 && row->table->number == THINGS)
    dcpipe_set_blob (row, THINGS_ID, text.data, text.size);
  if (columns > 1 && row->table->number == PEOPLE)
    dcpipe_set_i64 (row, PEOPLE_PART, parts[below (trial, 5)]);
  if (columns > 1 && row->table->number == THINGS)
    dcpipe_set_u64 (row, THINGS_SUB, below (trial, 3) * (UINT64_MAX / 2));
}

static void
set_values (struct trial *trial, struct dcpipe_row *row)
{
  struct dcpipe_bytes text = random_text (trial);

  if (row->table->number == THINGS) {
    if (below (trial, 3) > 0)
      dcpipe_set_text (row, THINGS_WORDS, text.data, text.size);
    return;
  }
  if (below (trial, 3) > 0)
    dcpipe_set_u64 (row, PEOPLE_TOTAL, below (trial, 1000));
  if (below (trial, 3) > 0)
    dcpipe_set_text (row, PEOPLE_FIRST, text.data, text.size);
  if (below (trial, 3) > 0)
    dcpipe_set_text (row, PEOPLE_WORDS, text.data, text.size);
  if (below (trial, 5) == 0)
    dcpipe_set_null (row, PEOPLE_WORDS);
}

/* ---- steps --------------------------------------------------------------------------------------- */

/* The row is that of the newest emitter, and some do not outlive this. */
static void
fold (struct trial *trial, const struct dcpipe_row *row)
{
  bool lasts = below (trial, 2) == 0;

  store_apply (&trial->model, row);
  ck_assert_int_eq (cache_fold (&trial->cache, row, lasts), DCPIPE_OK);
  if (!lasts)
    drop_emitter (trial);
}

static void
change (struct trial *trial)
{
  struct emitter *emitter = next_emitter (trial);
  int operation = (int) below (trial, 4);
  struct dcpipe_row *row = emit (emitter, below (trial, 2) ? PEOPLE : THINGS, operation);
  size_t columns = 2;

  if (operation == DCPIPE_DELETE && below (trial, 4) == 0)
    columns = below (trial, 8) == 0 ? 0 : 1;
  set_key (trial, row, columns);
  if (operation != DCPIPE_DELETE)
    set_values (trial, row);
  fold (trial, row);
}

/* The same event may come twice. */
static void
add_event (struct trial *trial)
{
  struct emitter *emitter = next_emitter (trial);
  struct dcpipe_row *row = emit (emitter, EVENTS, DCPIPE_INSERT);
  struct dcpipe_bytes text = random_text (trial);

  dcpipe_set_u64 (row, EVENTS_ITEM, below (trial, 2));
  dcpipe_set_text (row, EVENTS_WORDS, text.data, text.size);
  fold (trial, row);
}

static void
hold (struct trial *trial, const struct dcpipe_row *row)
{
  if (row == NULL || trial->held_count == HELD)
    return;
  store_apply (&trial->held_rows[trial->held_count], row);
  trial->held[trial->held_count++] = row;
}

static void
look_up (struct trial *trial)
{
  struct emitter emitter;
  struct dcpipe_row *key;
  const struct dcpipe_row *row;
  const struct stored_row *expected;
  int result;

  emitter_begin (&emitter, trial->tables);
  key = row_make (&emitter.rows, &trial->tables->items[below (trial, 2) ? PEOPLE : THINGS], DCPIPE_INSERT);
  set_key (trial, key, 2);
  expected = store_find (&trial->model, key);
  result = cache_get (&trial->cache, key, &row);
  ck_assert_int_eq (result, expected != NULL ? DCPIPE_OK : DCPIPE_NONE);
  ck_assert (stored_equal (expected, row));
  hold (trial, row);
  emitter_end (&emitter);
}

struct scanned {
  const struct memory_store *model;
  size_t at, stop;
  bool same;
  uint8_t prefix[64];
  size_t size, table;
};

static bool
compare_scanned (void *context, const struct dcpipe_row *row)
{
  struct scanned *scanned = context;
  const struct memory_store *model = scanned->model;

  while (scanned->at < model->count
         && (model->rows[scanned->at].table->number != scanned->table
             || model->rows[scanned->at].key_size < scanned->size
             || memcmp (model->rows[scanned->at].key, scanned->prefix, scanned->size) != 0))
    scanned->at++;
  scanned->same &= scanned->at < model->count && stored_equal (&model->rows[scanned->at++], row);
  return scanned->same && --scanned->stop > 0;
}

static void
scan (struct trial *trial)
{
  struct scanned scanned = { .model = &trial->model,
                             .same = true,
                             .stop = below (trial, 4) == 0 ? 1 : SIZE_MAX };
  struct emitter emitter;
  struct dcpipe_row *prefix;

  emitter_begin (&emitter, trial->tables);
  scanned.table = PEOPLE + below (trial, 3);
  prefix = row_make (&emitter.rows, &trial->tables->items[scanned.table], DCPIPE_INSERT);
  set_key (trial, prefix, below (trial, 2));
  scanned.size = dcpipe_row_key (prefix, scanned.prefix, sizeof scanned.prefix);
  ck_assert_int_eq (cache_scan (&trial->cache, prefix, compare_scanned, &scanned), DCPIPE_OK);
  ck_assert (scanned.same);
  /* Nothing more was to come. */
  if (scanned.stop > 1 || scanned.stop == SIZE_MAX)
    for (; scanned.at < trial->model.count; scanned.at++)
      ck_assert (trial->model.rows[scanned.at].table->number != scanned.table
                 || trial->model.rows[scanned.at].key_size < scanned.size
                 || memcmp (trial->model.rows[scanned.at].key, scanned.prefix, scanned.size) != 0);
  emitter_end (&emitter);
}

/* What was got since the last time must still read as it did. */
static void
settle (struct trial *trial)
{
  while (trial->held_count > 0) {
    struct memory_store *held = &trial->held_rows[--trial->held_count];

    ck_assert (stored_equal (&held->rows[0], trial->held[trial->held_count]));
    store_clear (held);
  }
  ck_assert_int_eq (cache_settle (&trial->cache), DCPIPE_OK);
}

static void
commit (struct trial *trial)
{
  settle (trial);
  ck_assert_int_eq (cache_flush (&trial->cache), DCPIPE_OK);
  expect_same_stores (&trial->sink, &trial->model);
  store_copy (&trial->sink_committed, &trial->sink);
  store_copy (&trial->model_committed, &trial->model);
  ck_assert_int_eq (cache_settle (&trial->cache), DCPIPE_OK);
  drop_emitters (trial);
}

static void
roll_back (struct trial *trial)
{
  settle (trial);
  cache_clear (&trial->cache);
  store_copy (&trial->sink, &trial->sink_committed);
  store_copy (&trial->model, &trial->model_committed);
  drop_emitters (trial);
}

static void
step (struct trial *trial)
{
  uint64_t choice = below (trial, 100);

  if (choice < 50)
    change (trial);
  else if (choice < 60)
    add_event (trial);
  else if (choice < 85)
    look_up (trial);
  else if (choice < 90)
    scan (trial);
  else if (choice < 96)
    settle (trial);
  else if (choice < 99)
    commit (trial);
  else
    roll_back (trial);
}

static void
run_trial (uint64_t seed, size_t limit)
{
  static struct trial trial;

  memset (&trial, 0, sizeof trial);
  trial.random = seed * UINT64_C (0x9e3779b97f4a7c15) + 1;
  trial.tables = test_tables ();
  trial.plugin.u.sink = memory_sink;
  trial.plugin.kind = DCPIPE_KIND_SINK;
  trial.instance = (struct instance){ .plugin = &trial.plugin, .handle = &trial.sink };
  ck_assert_int_eq (sink_call_open (&trial.instance, DCPIPE_WRITE, NULL), DCPIPE_OK);
  trial.cache = (struct row_cache){
    .sink = &trial.instance, .tables = trial.tables, .limit = limit, .apply = apply, .context = &trial
  };
  for (size_t i = 0; i < STEPS; i++)
    step (&trial);
  commit (&trial);
  cache_clear (&trial.cache);
  sink_call_close (&trial.instance);
  store_clear (&trial.sink);
  store_clear (&trial.model);
  store_clear (&trial.sink_committed);
  store_clear (&trial.model_committed);
  tables_free (trial.tables);
}

START_TEST (folds_as_if_each_row_were_stored_at_once)
{
  static const size_t limits[] = { 0, 300, 2000, 1 << 20 };
  const char *seeds = getenv ("DCPIPE_SEEDS");
  uint64_t last = seeds != NULL ? strtoull (seeds, NULL, 10) : SEEDS;

  for (uint64_t seed = 1; seed <= last; seed++)
    run_trial (seed, limits[seed % 4]);
}
END_TEST

/* ---- economy ------------------------------------------------------------------------------------- */

START_TEST (writes_each_changed_row_once)
{
  static struct trial trial;
  struct emitter emitter;

  memset (&trial, 0, sizeof trial);
  trial.tables = test_tables ();
  trial.plugin.u.sink = memory_sink;
  trial.plugin.kind = DCPIPE_KIND_SINK;
  trial.instance = (struct instance){ .plugin = &trial.plugin, .handle = &trial.sink };
  ck_assert_int_eq (sink_call_open (&trial.instance, DCPIPE_WRITE, NULL), DCPIPE_OK);
  trial.cache = (struct row_cache){
    .sink = &trial.instance, .tables = trial.tables, .limit = 1 << 20, .apply = apply, .context = &trial
  };
  emitter_begin (&emitter, trial.tables);
  for (uint64_t i = 0; i < 1000; i++) {
    struct dcpipe_row *row = emit (&emitter, PEOPLE, DCPIPE_UPSERT);

    dcpipe_set_string (row, PEOPLE_NAME, "one");
    dcpipe_set_i64 (row, PEOPLE_PART, (int64_t) (i % 2));
    dcpipe_set_u64 (row, PEOPLE_TOTAL, i);
    ck_assert_int_eq (cache_fold (&trial.cache, row, true), DCPIPE_OK);
    ck_assert_int_eq (cache_settle (&trial.cache), DCPIPE_OK);
  }
  ck_assert_int_eq (cache_flush (&trial.cache), DCPIPE_OK);
  ck_assert_uint_eq (trial.sink.applied, 2);
  ck_assert_uint_eq (trial.sink.rows[1].cells[PEOPLE_TOTAL].number, 999);
  ck_assert_int_eq (cache_flush (&trial.cache), DCPIPE_OK);
  ck_assert_uint_eq (trial.sink.applied, 2);
  cache_clear (&trial.cache);
  sink_call_close (&trial.instance);
  store_clear (&trial.sink);
  emitter_end (&emitter);
  tables_free (trial.tables);
}
END_TEST

START_TEST (stays_within_its_limit)
{
  static struct trial trial;

  memset (&trial, 0, sizeof trial);
  trial.tables = test_tables ();
  trial.plugin.u.sink = memory_sink;
  trial.plugin.kind = DCPIPE_KIND_SINK;
  trial.instance = (struct instance){ .plugin = &trial.plugin, .handle = &trial.sink };
  ck_assert_int_eq (sink_call_open (&trial.instance, DCPIPE_WRITE, NULL), DCPIPE_OK);
  trial.cache = (struct row_cache){
    .sink = &trial.instance, .tables = trial.tables, .limit = 4096, .apply = apply, .context = &trial
  };
  for (uint64_t i = 0; i < 2000; i++) {
    struct emitter emitter;
    struct dcpipe_row *row;

    emitter_begin (&emitter, trial.tables);
    row = emit (&emitter, THINGS, DCPIPE_UPSERT);
    dcpipe_set_blob (row, THINGS_ID, &i, sizeof i);
    dcpipe_set_u64 (row, THINGS_SUB, 1);
    ck_assert_int_eq (cache_fold (&trial.cache, row, true), DCPIPE_OK);
    ck_assert_int_eq (cache_settle (&trial.cache), DCPIPE_OK);
    ck_assert_uint_le (trial.cache.size, 8192);
    emitter_end (&emitter);
  }
  ck_assert_int_eq (cache_flush (&trial.cache), DCPIPE_OK);
  ck_assert_uint_eq (trial.sink.count, 2000);
  cache_clear (&trial.cache);
  ck_assert_uint_eq (trial.cache.size, 0);
  sink_call_close (&trial.instance);
  store_clear (&trial.sink);
  tables_free (trial.tables);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { folds_as_if_each_row_were_stored_at_once, writes_each_changed_row_once,
                                 stays_within_its_limit };

  return RUN_TESTS ("cache", tests);
}
