/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that are not sound are found out, each in words that name the plugin's file. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */

#include <string.h>

#include "base/log.h"
#include "plugin/plugin-check.h"
#include "plugin/plugin.h"
#include "support/run.h"

static void
expect (const struct plugin *plugin, const char *mistake)
{
  failure_clear ();
  ck_assert_msg (plugin_check (plugin) == (mistake == NULL), "%s", failure ());
  if (mistake == NULL)
    return;
  ck_assert_msg (strncmp (failure (), "x.so: ", 6) == 0, "%s", failure ());
  ck_assert_msg (strstr (failure (), mistake) != NULL, "'%s' instead of '%s'", failure (), mistake);
}

/* ---- sinks --------------------------------------------------------------------------------------- */

/* A callback that is there, and never called. */
#define HAS(plugin, callback) *(void **) (void *) &(plugin).u.sink.callback = &(plugin)

static struct plugin
simple_sink (void)
{
  static char path[] = "x.so";
  struct plugin plugin = { .kind = DCPIPE_KIND_SINK,
                           .path = path,
                           .u.sink = { .name = "x", .handle_size = 64 } };

  HAS (plugin, open);
  HAS (plugin, commit);
  HAS (plugin, rollback);
  HAS (plugin, put);
  HAS (plugin, walk);
  return plugin;
}

START_TEST (a_sink_of_texts_has_nothing_of_rows)
{
  struct plugin plugin = simple_sink ();

  expect (&plugin, NULL);
  HAS (plugin, apply);
  expect (&plugin, "none of prepare, checkpoint_load, apply, get, scan and reset");
  plugin = simple_sink ();
  plugin.u.sink.walk = NULL;
  expect (&plugin, "'walk' is missing");
  plugin = simple_sink ();
  plugin.u.sink.put = NULL;
  expect (&plugin, "'put' is missing");
  plugin.u.sink.walk = NULL;
  expect (&plugin, "'prepare' is missing");
  plugin = simple_sink ();
  plugin.u.sink.rollback = NULL;
  expect (&plugin, "'rollback' is missing");
}
END_TEST

START_TEST (a_store_is_one_path_of_a_sink)
{
  struct dcpipe_option items[] = {
    { .key = "path", .type = DCPIPE_OPTION_PATH, .flags = DCPIPE_OPTION_STORE },
    { .key = "other", .type = DCPIPE_OPTION_PATH, .offset = 8 },
  };
  struct plugin plugin = simple_sink ();

  plugin.u.sink.options = (struct dcpipe_options) DCPIPE_ARRAY (items);
  expect (&plugin, NULL);
  items[1].flags = DCPIPE_OPTION_STORE;
  expect (&plugin, "option other: only a sink has a store, in one option");
  items[1].flags = 0;
  items[0].type = DCPIPE_OPTION_TEXT;
  expect (&plugin, "option path: only a sink has a store, in one option, which is a path");
}
END_TEST

/* ---- decoders ------------------------------------------------------------------------------------ */

START_TEST (tables_have_names_and_flags_that_are_known)
{
  static char path[] = "x.so";
  struct dcpipe_column columns[] = {
    { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },
    { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "" },
  };
  struct dcpipe_table_def tables[] = { { .name = "rows", .columns = DCPIPE_ARRAY (columns) } };
  struct dcpipe_option items[] = { { .key = "path", .type = DCPIPE_OPTION_PATH } };
  struct plugin plugin = { .kind = DCPIPE_KIND_DECODER, .path = path };

  plugin.u.decoder = (struct dcpipe_decoder){
    .name = "x", .handle_size = 64, .tables = DCPIPE_ARRAY (tables), .options = DCPIPE_ARRAY (items)
  };
  *(void **) (void *) &plugin.u.decoder.decode = &plugin;
  expect (&plugin, NULL);
  tables[0].flags = 64;
  expect (&plugin, "table rows has unknown flags");
  tables[0].flags = 0;
  columns[1].flags = 64;
  expect (&plugin, "column entry_index has unknown flags");
  columns[1].flags = 0;
  tables[0].name = "dcpipe_rows";
  expect (&plugin, "table dcpipe_rows belongs to dcpipe itself");
  tables[0].name = "failed_entries";
  expect (&plugin, "table failed_entries belongs to dcpipe itself");
  tables[0].name = "rows";
  items[0].flags = DCPIPE_OPTION_STORE;
  expect (&plugin, "only a sink has a store");
}
END_TEST

static struct plugin
decoder_with (const struct dcpipe_table_def *tables, size_t count)
{
  static char path[] = "x.so";
  struct plugin plugin = { .kind = DCPIPE_KIND_DECODER, .path = path };

  plugin.u.decoder =
      (struct dcpipe_decoder){ .name = "x", .handle_size = 64, .tables = { tables, count, sizeof *tables } };
  *(void **) (void *) &plugin.u.decoder.decode = &plugin;
  return plugin;
}

static const struct dcpipe_column places[] = {
  { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },
  { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "" },
};

START_TEST (names_and_indexes_of_tables_are_sound)
{
  struct dcpipe_index indexes[] = { { "by_index", "entry_index" } };
  struct dcpipe_column columns[2];
  struct dcpipe_table_def tables[] = {
    { .name = "rows", .columns = DCPIPE_ARRAY (columns), .indexes = DCPIPE_ARRAY (indexes) },
    { .name = "others", .columns = DCPIPE_ARRAY (columns) },
  };
  struct plugin plugin = decoder_with (tables, 2);

  memcpy (columns, places, sizeof columns);
  expect (&plugin, NULL);
  tables[1].name = "rows";
  expect (&plugin, "table rows is declared twice");
  tables[1].name = "others";
  indexes[0].columns = NULL;
  expect (&plugin, "index by_index has no columns");
  indexes[0].columns = " ,";
  expect (&plugin, "index by_index has no columns");
  indexes[0] = (struct dcpipe_index){ "bad name", "entry_index" };
  expect (&plugin, "an index cannot be called 'bad name'");
  indexes[0].name = "by_index";
  columns[1].type = 99;
  expect (&plugin, "column entry_index has an unknown type");
  columns[1] = places[1];
  columns[1].name = "Entry";
  expect (&plugin, "a column cannot be called 'Entry'");
}
END_TEST

START_TEST (views_are_one_select_each)
{
  static const char *const good[] = { "SELECT ';', \"a;b\" FROM rows -- ; \n WHERE 1",
                                      "with x as (select 1) select * from x", "\n select /* ; */ 1" };
  static const char *const bad[] = { "SELECT 1; DROP TABLE rows", "DROP TABLE rows", "",
                                     "SELECT ''';'; DELETE FROM rows" };
  const struct dcpipe_table_def tables[] = { { .name = "rows", .columns = DCPIPE_ARRAY (places) } };
  struct dcpipe_view views[] = { { "shown", NULL } };
  struct plugin plugin = decoder_with (tables, 1);

  plugin.u.decoder.views = (struct dcpipe_views) DCPIPE_ARRAY (views);
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    views[0].sql = good[i];
    expect (&plugin, NULL);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    views[0].sql = bad[i];
    expect (&plugin, "the view shown is not one SELECT");
  }
  views[0] = (struct dcpipe_view){ "rows", good[0] };
  expect (&plugin, "the view rows has the name of another view or of a table");
}
END_TEST

START_TEST (labels_are_text_and_their_aliases_their_own)
{
  const struct dcpipe_table_def tables[] = { { .name = "rows", .columns = DCPIPE_ARRAY (places) } };
  struct dcpipe_label labels[] = { { "Alpha", "first A" }, { "Beta", NULL } };
  struct plugin plugin = decoder_with (tables, 1);

  plugin.u.decoder.labels = (struct dcpipe_labels) DCPIPE_ARRAY (labels);
  expect (&plugin, NULL);
  labels[0].aliases = "first Beta";
  expect (&plugin, "label Alpha has the alias Beta, which is another label");
  labels[0].aliases = "\xff";
  expect (&plugin, "label Alpha has aliases that are not valid UTF-8");
  labels[0].name = "\xff";
  expect (&plugin, "cannot be a label");
}
END_TEST

START_TEST (options_lie_where_they_can_and_have_flags_that_are_known)
{
  struct dcpipe_option items[] = { { .key = "number", .type = DCPIPE_OPTION_INT, .offset = 8 } };
  struct plugin plugin = simple_sink ();

  plugin.u.sink.options = (struct dcpipe_options) DCPIPE_ARRAY (items);
  expect (&plugin, NULL);
  items[0].offset = 3;
  expect (&plugin, "option number lies at offset 3 of the handle");
  items[0].offset = 8;
  items[0].flags = 0xff00;
  expect (&plugin, "option number has unknown flags");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_sink_of_texts_has_nothing_of_rows,
                                 a_store_is_one_path_of_a_sink,
                                 tables_have_names_and_flags_that_are_known,
                                 names_and_indexes_of_tables_are_sound,
                                 views_are_one_select_each,
                                 labels_are_text_and_their_aliases_their_own,
                                 options_lie_where_they_can_and_have_flags_that_are_known };

  return RUN_TESTS ("plugin-check", tests);
}
