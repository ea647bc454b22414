/* SPDX-License-Identifier: Apache-2.0 */
/* Tables are numbered through: core's own, then each decoder's, then those of the source. What is kept for
 * each table, in the cache or as counts, is an array by that number. */
#include "config.h"

#include "setup/tables.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "data/table-make.h"
#include "plugin/source-calls.h"

static bool
add_table (struct dcpipe_tables *tables, const struct dcpipe_table_def *def, size_t owner)
{
  struct dcpipe_table *table = &tables->items[tables->count];

  table->number = tables->count++;
  return table_fill (table, def, owner);
}

static bool
add_source (struct dcpipe_tables *tables, const struct instance *source)
{
  const struct dcpipe_table_defs *defs = plugin_tables (source->plugin);

  for (size_t i = 0; i < defs->count; i++) {
    /* A source whose options are not all known cannot be asked; of a table too many nothing comes. */
    bool filled = source->lacking || source_call_fills_table (source, i);

    tables->source[i] = filled ? tables->count : SIZE_MAX;
    if (filled && !add_table (tables, &defs->items[i], TABLE_SOURCE))
      return false;
  }
  return true;
}

static bool
add_decoder (struct dcpipe_tables *tables, const struct plugin *decoder, size_t number)
{
  const struct dcpipe_table_defs *defs = plugin_tables (decoder);
  const struct dcpipe_views *views = plugin_views (decoder);

  tables->first[number] = tables->count;
  for (size_t i = 0; i < defs->count; i++)
    if (!add_table (tables, &defs->items[i], number))
      return false;
  for (size_t i = 0; i < views->count; i++) {
    tables->views[tables->views_count].name = views->items[i].name;
    tables->views[tables->views_count++].sql = views->items[i].sql;
  }
  return true;
}

/* Room for all that may be declared. One more of each than there are, since calloc may give NULL for none. */
static struct dcpipe_tables *
make_room (const struct setup *setup, size_t of_source)
{
  struct dcpipe_tables *tables = calloc (1, sizeof *tables);
  size_t count = CORE_TABLES + of_source, views = 1;

  for (size_t i = 0; i < setup->decoders_count; i++) {
    count += plugin_tables (setup->decoders[i]->instance.plugin)->count;
    views += plugin_views (setup->decoders[i]->instance.plugin)->count;
  }
  if (tables != NULL) {
    tables->items = calloc (count, sizeof *tables->items);
    tables->views = calloc (views, sizeof *tables->views);
    tables->first = calloc (setup->decoders_count + 1, sizeof *tables->first);
    tables->source = calloc (of_source + 1, sizeof *tables->source);
  }
  if (tables != NULL && tables->items != NULL && tables->views != NULL && tables->first != NULL
      && tables->source != NULL)
    return tables;
  tables_free (tables);
  fail ("no memory for the tables");
  return NULL;
}

/* The source's come last: it may find out only when it is asked which of them it fills, and a table that
 * comes or goes with its configuration moves no other one's number. */
struct dcpipe_tables *
tables_make (const struct setup *setup)
{
  size_t of_source = setup->source != NULL ? plugin_tables (setup->source->plugin)->count : 0;
  struct dcpipe_tables *tables = make_room (setup, of_source);
  bool good = tables != NULL;

  for (size_t i = 0; i < CORE_TABLES && good; i++)
    good = add_table (tables, &core_tables[i], TABLE_CORE);
  for (size_t i = 0; i < setup->decoders_count && good; i++)
    good = add_decoder (tables, setup->decoders[i]->instance.plugin, i);
  if (good && setup->source != NULL)
    good = add_source (tables, setup->source);
  if (good)
    return tables;
  tables_free (tables);
  return NULL;
}

void
tables_free (struct dcpipe_tables *tables)
{
  if (tables == NULL)
    return;
  for (size_t i = 0; tables->items != NULL && i < tables->count; i++)
    table_clear (&tables->items[i]);
  free (tables->items);
  free (tables->views);
  free (tables->first);
  free (tables->source);
  free (tables);
}

/* ---- what a store has ---------------------------------------------------------------------------- */

/* Rows may have been stored: a frontier stands at a block, or was passed by runs of some labels. */
static bool
is_filled (const struct frontier *frontier)
{
  return frontier != NULL && (frontier->at.known || frontier->ahead_count > 0);
}

static bool
any_filled (const struct dcpipe_checkpoint *checkpoint)
{
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    if (is_filled (&checkpoint->frontiers[i]))
      return true;
  return false;
}

/* A store may lack a table for two reasons: nothing was ever stored there, or somebody removed it. A frontier
 * that has moved tells the second, and then the sink must not begin with an empty table. Tables of the source
 * have no frontier and are filled anew by whoever emits them. */
bool
tables_expect (struct dcpipe_tables *tables, const struct setup *setup, const char *sink,
               const struct dcpipe_checkpoint *checkpoint)
{
  for (size_t i = 0; i < tables->count; i++) {
    struct dcpipe_table *table = &tables->items[i];
    const char *decoder =
        table->decoder < setup->decoders_count ? setup->decoders[table->decoder]->instance.name : NULL;
    bool filled = decoder != NULL ? is_filled (checkpoint_find (checkpoint, decoder))
                                  : table->decoder == TABLE_CORE && any_filled (checkpoint);

    free (table->remedy);
    table->remedy = NULL;
    if (filled
        && asprintf (&table->remedy, "dcpipe -c %s reset --sink %s%s%s", setup->path, sink,
                     decoder != NULL ? " --decoder " : "", decoder != NULL ? decoder : "")
               < 0) {
      table->remedy = NULL;
      fail ("no memory for the tables");
      return false;
    }
  }
  return true;
}
