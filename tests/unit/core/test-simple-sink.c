/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that only keeps texts under keys: what the engine makes of it, compared with the plainest model of
 * rows. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "setup/tables.h"
#include "sink/sink-calls.h"
#include "support/run.h"
#include "unit/core/memory-store.h"
#include "unit/core/tables.h"

/* ---- texts in memory ----------------------------------------------------------------------------- */

struct text {
  char table[64];
  uint8_t key[256];
  size_t key_size;
  char text[512];
  size_t size;
};

struct texts {
  struct text *items;
  size_t count;
};

/* The handle: what is committed, and what was put since. */
struct text_map {
  struct texts now, committed;
  const char *refused; /* a text with these bytes is not taken */
  int result;          /* of the next put */
  unsigned puts;
};

static void
copy (struct texts *to, const struct texts *from)
{
  free (to->items);
  to->items = malloc ((from->count + 1) * sizeof *to->items);
  ck_assert_ptr_nonnull (to->items);
  if (from->count > 0)
    memcpy (to->items, from->items, from->count * sizeof *to->items);
  to->count = from->count;
}

static int
compare (const struct text *text, const char *table, struct dcpipe_bytes key)
{
  int order = strcmp (text->table, table);

  if (order == 0)
    order = memcmp (text->key, key.data, text->key_size < key.size ? text->key_size : key.size);
  return order != 0 ? order : (text->key_size > key.size) - (text->key_size < key.size);
}

static bool
begins_with (const struct text *text, const char *table, struct dcpipe_bytes key)
{
  return strcmp (text->table, table) == 0 && text->key_size >= key.size
         && (key.size == 0 || memcmp (text->key, key.data, key.size) == 0);
}

static void
take_away (struct texts *texts, const char *table, struct dcpipe_bytes key)
{
  size_t kept = 0;

  for (size_t i = 0; i < texts->count; i++)
    if (!begins_with (&texts->items[i], table, key))
      texts->items[kept++] = texts->items[i];
  texts->count = kept;
}

static void
put_in_order (struct texts *texts, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  size_t at = 0;
  struct text *item;

  take_away (texts, table, key);
  texts->items = realloc (texts->items, (texts->count + 1) * sizeof *texts->items);
  ck_assert_ptr_nonnull (texts->items);
  while (at < texts->count && compare (&texts->items[at], table, key) < 0)
    at++;
  item = &texts->items[at];
  memmove (item + 1, item, (texts->count++ - at) * sizeof *item);
  ck_assert (strlen (table) < sizeof item->table && key.size <= sizeof item->key
             && text.size <= sizeof item->text);
  memcpy (item->table, table, strlen (table) + 1);
  memcpy (item->key, key.data, key.size);
  item->key_size = key.size;
  memcpy (item->text, text.data, text.size);
  item->size = text.size;
}

/* ---- the sink ------------------------------------------------------------------------------------ */

static int
text_map_open (void *handle, int mode, const char *scratch)
{
  (void) handle, (void) mode, (void) scratch;
  return DCPIPE_OK;
}

static int
text_map_put (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  struct text_map *map = handle;
  int result = map->result;

  map->puts++;
  map->result = DCPIPE_OK;
  if (result != DCPIPE_OK)
    dcpipe_error ("the map is full");
  else if (text.data == NULL)
    take_away (&map->now, table, key);
  else if (map->refused != NULL && memmem (text.data, text.size, map->refused, strlen (map->refused))) {
    dcpipe_error ("too wide for the map");
    return DCPIPE_NONE;
  } else
    put_in_order (&map->now, table, key, text);
  return result;
}

static int
text_map_walk (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  const struct text_map *map = handle;

  for (size_t i = 0; i < map->now.count; i++)
    if (begins_with (&map->now.items[i], table, prefix)
        && !dcpipe_walk_text (walk, map->now.items[i].text, map->now.items[i].size))
      break;
  return DCPIPE_OK;
}

static int
text_map_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  struct text_map *map = handle;

  (void) checkpoint;
  copy (&map->committed, &map->now);
  return DCPIPE_OK;
}

static int
text_map_rollback (void *handle)
{
  struct text_map *map = handle;

  copy (&map->now, &map->committed);
  return DCPIPE_OK;
}

/* A test's sink, rows and model. */
struct trial {
  struct plugin plugin;
  struct instance sink;
  struct text_map map;
  struct dcpipe_tables *tables;
  struct emitter emitter;
  struct memory_store model, model_committed;
  struct row_effect effect; /* of the last row */
};

static struct trial trial;

static void
begin (void)
{
  memset (&trial, 0, sizeof trial);
  trial.plugin.kind = DCPIPE_KIND_SINK;
  trial.plugin.u.sink = (struct dcpipe_sink){ .name = "text_map",
                                              .open = text_map_open,
                                              .put = text_map_put,
                                              .walk = text_map_walk,
                                              .commit = text_map_commit,
                                              .rollback = text_map_rollback };
  trial.sink = (struct instance){ .plugin = &trial.plugin, .handle = &trial.map };
  trial.tables = test_tables ();
  ck_assert_int_eq (sink_call_open (&trial.sink, DCPIPE_WRITE, NULL), DCPIPE_OK);
  ck_assert_int_eq (sink_call_prepare (&trial.sink, trial.tables), DCPIPE_OK);
  emitter_begin (&trial.emitter, trial.tables);
}

static void
end (void)
{
  sink_call_close (&trial.sink);
  emitter_end (&trial.emitter);
  tables_free (trial.tables);
  free (trial.map.now.items);
  free (trial.map.committed.items);
  store_clear (&trial.model);
  store_clear (&trial.model_committed);
}

static int
apply (const struct dcpipe_row *row)
{
  struct row_list list = { .items = &row, .count = 1 };
  struct dcpipe_rows rows = { .list = &list, .tables = trial.tables, .effects = &trial.effect };

  trial.effect = (struct row_effect){ 0 };
  return sink_call_apply (&trial.sink, &rows);
}

static int
commit (const char *text)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  int result;

  dcpipe_checkpoint_set (&checkpoint, text, strlen (text));
  result = sink_call_commit (&trial.sink, &checkpoint);
  checkpoint_free (&checkpoint);
  return result;
}

/* ---- rows ---------------------------------------------------------------------------------------- */

/* Rows of few keys, so that most are there already. */
static struct dcpipe_row *
random_row (uint64_t *state)
{
  static const int operations[] = { DCPIPE_INSERT, DCPIPE_UPSERT, DCPIPE_UPSERT,
                                    DCPIPE_UPDATE, DCPIPE_UPDATE, DCPIPE_DELETE };
  int operation = operations[random_below (state, 6)];
  struct dcpipe_row *row;
  size_t keys = operation == DCPIPE_DELETE ? random_below (state, 9) : 9;
  char name[2] = { (char) ('a' + random_below (state, 4)), '\0' };

  emitter_move (&trial.emitter, random_below (state, 1000), 0);
  row = emit (&trial.emitter, PEOPLE, operation);
  if (keys > 0)
    dcpipe_set_string (row, PEOPLE_NAME, name);
  if (keys > 3)
    dcpipe_set_i64 (row, PEOPLE_PART, (int64_t) random_below (state, 4) - 2);
  if (operation == DCPIPE_DELETE)
    return row;
  if (random_below (state, 2))
    dcpipe_set_u64 (row, PEOPLE_TOTAL, random_below (state, 100));
  if (random_below (state, 2))
    dcpipe_set_string (row, PEOPLE_FIRST, random_below (state, 2) ? "first\n" : NULL);
  if (random_below (state, 2))
    dcpipe_set_string (row, PEOPLE_WORDS, "\"words\"");
  return row;
}

static bool
expect_stored (void *context, const struct dcpipe_row *row)
{
  ++*(size_t *) context;
  ck_assert (stored_equal (store_find (&trial.model, row), row));
  return true;
}

static void
expect_as_model (void)
{
  struct row_scratch scratch = { 0 };
  size_t count = 0;

  ck_assert_int_eq (sink_scan (&trial.sink, row_scratch_key (&scratch, &trial.tables->items[PEOPLE]),
                               expect_stored, &count),
                    DCPIPE_OK);
  ck_assert_uint_eq (count, trial.model.count);
  row_scratch_free (&scratch);
}

/* What the sink said of the row, by what it did to the model. */
static void
expect_effect (const struct dcpipe_row *row, size_t before, bool there)
{
  bool changes = there && (row->operation == DCPIPE_UPSERT || row->operation == DCPIPE_UPDATE);

  ck_assert_ptr_null (trial.effect.refused);
  ck_assert_uint_eq (trial.effect.added, trial.model.count > before);
  ck_assert_uint_eq (trial.effect.removed, trial.model.count < before ? before - trial.model.count : 0);
  ck_assert_uint_eq (trial.effect.changed, changes);
}

START_TEST (operations_do_what_they_say)
{
  uint64_t state = 815;

  begin ();
  for (int round = 0; round < 20000; round++) {
    struct dcpipe_row *row = random_row (&state);
    bool there = row->operation != DCPIPE_DELETE && store_find (&trial.model, row) != NULL;
    size_t before = trial.model.count;

    ck_assert_msg (apply (row) == DCPIPE_OK, "%s", failure ());
    store_apply (&trial.model, row);
    expect_effect (row, before, there);
    if (round % 50 == 7) {
      ck_assert_int_eq (commit ("1"), DCPIPE_OK);
      store_copy (&trial.model_committed, &trial.model);
    } else if (round % 50 == 29) {
      ck_assert_int_eq (sink_call_rollback (&trial.sink), DCPIPE_OK);
      store_copy (&trial.model, &trial.model_committed);
    }
    if (round % 10 == 0)
      expect_as_model ();
    emitter_end (&trial.emitter);
    emitter_begin (&trial.emitter, trial.tables);
  }
  end ();
}
END_TEST

START_TEST (an_update_that_sets_nothing_costs_nothing)
{
  struct dcpipe_row *row;

  begin ();
  row = row_make (&trial.emitter.rows, &trial.tables->items[PEOPLE], DCPIPE_UPDATE);
  dcpipe_set_string (row, PEOPLE_NAME, "a");
  dcpipe_set_i64 (row, PEOPLE_PART, 1);
  ck_assert_int_eq (apply (row), DCPIPE_OK);
  ck_assert_uint_eq (trial.map.puts, 0);
  ck_assert_uint_eq (trial.effect.changed, 0);
  end ();
}
END_TEST

static struct dcpipe_row *
thing (const char *words)
{
  struct dcpipe_row *row = emit (&trial.emitter, THINGS, DCPIPE_INSERT);

  dcpipe_set_blob (row, THINGS_ID, words, strlen (words));
  dcpipe_set_u64 (row, THINGS_SUB, 1);
  dcpipe_set_string (row, THINGS_WORDS, words);
  return row;
}

START_TEST (a_text_that_is_not_taken_is_a_row_refused)
{
  static const int results[] = { DCPIPE_RETRY, DCPIPE_AGAIN, DCPIPE_FAIL };

  begin ();
  trial.map.refused = "wide";
  ck_assert_int_eq (apply (thing ("wide words")), DCPIPE_OK);
  ck_assert_str_eq (trial.effect.refused, "too wide for the map");
  ck_assert_uint_eq (trial.effect.added, 0);
  free (trial.effect.refused);
  ck_assert_int_eq (apply (thing ("words")), DCPIPE_OK);
  ck_assert_uint_eq (trial.effect.added, 1);
  for (size_t i = 0; i < 3; i++) {
    trial.map.result = results[i];
    ck_assert_int_eq (apply (thing ("more words")), results[i]);
    ck_assert_ptr_null (trial.effect.refused);
  }
  /* What must be kept beside rows cannot be refused. */
  trial.map.refused = "checkpoint";
  ck_assert_int_eq (commit ("a checkpoint"), DCPIPE_FAIL);
  ck_assert_str_eq (failure (), "too wide for the map");
  end ();
}
END_TEST

START_TEST (a_text_that_is_no_row_is_told)
{
  struct dcpipe_row *row, *got;

  begin ();
  row = thing ("words");
  ck_assert_int_eq (apply (row), DCPIPE_OK);
  memcpy (trial.map.now.items[0].text, "{}x", sizeof "{}x");
  trial.map.now.items[0].size = 3;
  ck_assert_int_eq (sink_get (&trial.sink, row, &got), DCPIPE_FAIL);
  ck_assert_msg (strstr (failure (), "row of table things is not JSON") != NULL, "%s", failure ());
  memcpy (trial.map.now.items[0].text, "{}", sizeof "{}");
  trial.map.now.items[0].size = 2;
  ck_assert_int_eq (sink_get (&trial.sink, row, &got), DCPIPE_FAIL);
  ck_assert_msg (strstr (failure (), "without its key column id") != NULL, "%s", failure ());
  end ();
}
END_TEST

/* ---- what is kept beside rows -------------------------------------------------------------------- */

static void
expect_checkpoint (const char *text)
{
  struct dcpipe_checkpoint stored = { 0 };
  struct dcpipe_bytes got;

  ck_assert_int_eq (sink_call_load (&trial.sink, &stored), DCPIPE_OK);
  got = dcpipe_checkpoint_text (&stored);
  ck_assert_uint_eq (got.size, strlen (text));
  if (got.size > 0)
    ck_assert_mem_eq (got.data, text, got.size);
  checkpoint_free (&stored);
}

/* The text of the table's columns that is stored, or NULL. */
static struct text *
columns_of (const char *table)
{
  char key[100];
  size_t size = (size_t) snprintf (key, sizeof key, "table %s", table) + 1;

  for (size_t i = 0; i < trial.map.now.count; i++)
    if (strcmp (trial.map.now.items[i].table, "dcpipe_about") == 0
        && begins_with (&trial.map.now.items[i], "dcpipe_about",
                        (struct dcpipe_bytes){ (const uint8_t *) key, size }))
      return &trial.map.now.items[i];
  return NULL;
}

START_TEST (the_checkpoint_is_stored_with_the_rows)
{
  begin ();
  expect_checkpoint ("");
  ck_assert_int_eq (apply (thing ("one")), DCPIPE_OK);
  ck_assert_int_eq (commit ("first"), DCPIPE_OK);
  expect_checkpoint ("first");
  ck_assert_int_eq (apply (thing ("two")), DCPIPE_OK);
  expect_checkpoint (
      "first"); /* and what was not committed is forgotten, for the engine asks for it then only */
  ck_assert_uint_eq (trial.map.now.count, 1 + TABLES + 1);
  ck_assert_int_eq (commit ("second"), DCPIPE_OK);
  expect_checkpoint ("second");
  end ();
}
END_TEST

START_TEST (columns_are_stored_with_the_first_commit_and_compared)
{
  struct text *columns;

  begin ();
  ck_assert_ptr_null (columns_of ("people"));
  ck_assert_int_eq (commit ("1"), DCPIPE_OK);
  columns = columns_of ("people");
  ck_assert_ptr_nonnull (columns);
  ck_assert_int_eq (sink_call_prepare (&trial.sink, trial.tables), DCPIPE_OK);
  memcpy (columns->text, "NAME", 4);
  ck_assert_int_eq (sink_call_prepare (&trial.sink, trial.tables), DCPIPE_FAIL);
  ck_assert_msg (strstr (failure (), "table people has other columns") != NULL, "%s", failure ());
  end ();
}
END_TEST

/* A rolled back commit leaves them to the next one. */
START_TEST (columns_are_put_until_a_commit_has_stored_them)
{
  begin ();
  trial.map.refused = "a checkpoint";
  ck_assert_int_eq (commit ("a checkpoint"), DCPIPE_FAIL);
  ck_assert_int_eq (sink_call_rollback (&trial.sink), DCPIPE_OK);
  ck_assert_ptr_null (columns_of ("people"));
  ck_assert_int_eq (commit ("another"), DCPIPE_OK);
  ck_assert_ptr_nonnull (columns_of ("people"));
  end ();
}
END_TEST

START_TEST (reset_takes_away_rows_and_columns)
{
  begin ();
  ck_assert_int_eq (apply (thing ("one")), DCPIPE_OK);
  ck_assert_int_eq (commit ("1"), DCPIPE_OK);
  ck_assert_int_eq (sink_call_reset (&trial.sink, "things"), DCPIPE_OK);
  ck_assert_int_eq (sink_call_reset (&trial.sink, "not_there"), DCPIPE_OK);
  ck_assert_ptr_null (columns_of ("things"));
  ck_assert_ptr_nonnull (columns_of ("people"));
  ck_assert_uint_eq (trial.map.now.count, 1 + TABLES - 1);
  end ();
}
END_TEST

/* A table that earlier runs filled, and of which nothing is left. */
START_TEST (a_table_that_is_gone_is_missed)
{
  begin ();
  trial.tables->items[THINGS].remedy = strdup ("reset it");
  ck_assert_int_eq (sink_call_prepare (&trial.sink, trial.tables), DCPIPE_FAIL);
  ck_assert_msg (strstr (failure (), "the table things is gone") != NULL, "%s", failure ());
  end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { operations_do_what_they_say,
                                 an_update_that_sets_nothing_costs_nothing,
                                 a_text_that_is_not_taken_is_a_row_refused,
                                 a_text_that_is_no_row_is_told,
                                 the_checkpoint_is_stored_with_the_rows,
                                 columns_are_stored_with_the_first_commit_and_compared,
                                 columns_are_put_until_a_commit_has_stored_them,
                                 reset_takes_away_rows_and_columns,
                                 a_table_that_is_gone_is_missed };

  return RUN_TESTS ("simple-sink", tests);
}
