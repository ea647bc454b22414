/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that are not sound are found out, each in words that name the plugin's file. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */

#include <string.h>

#include "log.h"
#include "plugin.h"
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
keyed_sink (void)
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
  struct plugin plugin = keyed_sink ();

  expect (&plugin, NULL);
  HAS (plugin, apply);
  expect (&plugin, "none of prepare, checkpoint_load, apply, get, scan and reset");
  plugin = keyed_sink ();
  plugin.u.sink.walk = NULL;
  expect (&plugin, "'walk' is missing");
  plugin = keyed_sink ();
  plugin.u.sink.put = NULL;
  expect (&plugin, "'put' is missing");
  plugin.u.sink.walk = NULL;
  expect (&plugin, "'prepare' is missing");
  plugin = keyed_sink ();
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
  struct plugin plugin = keyed_sink ();

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
  expect (&plugin, "column entry_index has no name, an unknown type or unknown flags");
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

int
main (void)
{
  const TTest *const tests[] = { a_sink_of_texts_has_nothing_of_rows, a_store_is_one_path_of_a_sink,
                                 tables_have_names_and_flags_that_are_known };

  return RUN_TESTS ("plugin-check", tests);
}
