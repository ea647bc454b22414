/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/checkpoint.h"
#include "data/table-text.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"

/* A sink built for an earlier minor version must not be given types and flags that it does not know, as the
 * header promises: tables that have them are to be refused for it where tables are prepared. */
_Static_assert(DCPIPE_API_MINOR == 0, "new types and flags of tables are to be kept from older sinks");

#define COLUMN_FLAGS (DCPIPE_COLUMN_KEEP_FIRST | DCPIPE_COLUMN_VOLATILE)
#define TABLE_FLAGS (DCPIPE_TABLE_LOG | DCPIPE_TABLE_LONG_KEYS)

static const struct dcpipe_column sync_status_columns[] = {
  [STATUS_TABLE_NAME] = { "table_name", DCPIPE_TEXT, 1, 0, 0, "the scope: all, or a label" },
  [STATUS_LAST_SYNCED_BLOCK_OFFSET] = { "last_synced_block_offset", DCPIPE_U64, 0, 0, 0,
                                        "position of the last block applied" },
  [STATUS_LAST_SYNCED_AT] = { "last_synced_at", DCPIPE_TIME, 0, 0, DCPIPE_COLUMN_VOLATILE,
                              "when, by this machine's clock" },
  [STATUS_TOTAL_RECORDS_SYNCED] = { "total_records_synced", DCPIPE_U64, 0, 0, 0, "entries applied" },
  [STATUS_SYNC_ERRORS] = { "sync_errors", DCPIPE_U64, 0, 0, 0, "runs that failed" },
  [STATUS_LAST_ERROR] = { "last_error", DCPIPE_TEXT, 0, 0, 0, "why the last one failed" },
  [STATUS_TRUST] = { "trust", DCPIPE_TEXT, 0, 0, 0, "how far the origin was checked" },
  [STATUS_DIGEST] = { "digest", DCPIPE_TEXT, 0, 0, 0, "sum of the decoded rows' hashes" },
};

static const struct dcpipe_column failed_entries_columns[] = {
  [FAILED_BLOCK_OFFSET] = { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0,
                            "the block's position" },
  [FAILED_ENTRY_INDEX] = { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0,
                           "the entry in the block" },
  [FAILED_DECODER] = { "decoder", DCPIPE_TEXT, 3, 0, 0, "who could not read it" },
  [FAILED_ITEM] = { "item", DCPIPE_U64, 4, 0, 0, "part of the entry, 0 for the whole" },
  [FAILED_LABEL] = { "label", DCPIPE_TEXT, 0, 0, 0, "the entry's label" },
  [FAILED_KEY] = { "key", DCPIPE_TEXT, 0, 0, 0, "the entry's key, hexadecimal" },
  [FAILED_REASON] = { "reason", DCPIPE_TEXT, 0, 0, 0, "what is wrong with it" },
};

static const struct dcpipe_table_def core_tables[CORE_TABLES] = {
  [CORE_SYNC_STATUS] = { .name = "sync_status",
                         .columns = DCPIPE_ARRAY (sync_status_columns),
                         .help = "the checkpoint, by scope" },
  [CORE_FAILED_ENTRIES] = { .name = "failed_entries",
                            .columns = DCPIPE_ARRAY (failed_entries_columns),
                            .flags = DCPIPE_TABLE_LOG | DCPIPE_TABLE_LONG_KEYS,
                            .help = "entries that a decoder could not read" },
};

/* The number of the column called `name` (`size` bytes), or SIZE_MAX. */
static size_t
find_column (const struct dcpipe_table *table, const char *name, size_t size)
{
  for (size_t i = 0; i < table->columns_count; i++)
    if (strlen (table->columns[i].name) == size && memcmp (table->columns[i].name, name, size) == 0)
      return i;
  return SIZE_MAX;
}

static bool
check_column (const struct dcpipe_table *table, const struct table_column *column)
{
  static const int fill_types[] = { 0,           DCPIPE_U64, DCPIPE_U64,  DCPIPE_U64,
                                    DCPIPE_TIME, DCPIPE_U64, DCPIPE_TEXT, DCPIPE_TIME };
  const size_t fills = sizeof fill_types / sizeof *fill_types;

  if (column->name == NULL || column->name[0] == '\0') {
    fail ("table %s: a column has no name", table->name);
    return false;
  }
  if (column->type < DCPIPE_BOOL || column->type > DCPIPE_JSON) {
    fail ("table %s: column %s has an unknown type", table->name, column->name);
    return false;
  }
  if (column->flags & ~(unsigned) COLUMN_FLAGS) {
    fail ("table %s: column %s has unknown flags", table->name, column->name);
    return false;
  }
  if (column->fill < 0 || (size_t) column->fill >= fills
      || (column->fill && fill_types[column->fill] != column->type)) {
    fail ("table %s: column %s is filled with what is not of its type", table->name, column->name);
    return false;
  }
  if (column->key > 0 && (column->type == DCPIPE_DECIMAL || column->type == DCPIPE_JSON)) {
    fail ("table %s: column %s cannot be in the primary key, it is a decimal or JSON", table->name,
          column->name);
    return false;
  }
  if (column->fill == DCPIPE_FILL_IMPORT_TIME && !(column->flags & DCPIPE_COLUMN_VOLATILE)) {
    fail ("table %s: column %s holds the time of the import and must be volatile", table->name, column->name);
    return false;
  }
  return true;
}

static bool
add_columns (struct dcpipe_table *table, const struct dcpipe_columns *columns)
{
  table->columns = calloc (columns->count ? columns->count : 1, sizeof *table->columns);
  if (table->columns == NULL || columns->count > TABLE_COLUMNS_MAX) {
    fail ("table %s: more than %d columns, or no memory for them", table->name, TABLE_COLUMNS_MAX);
    return false;
  }
  for (size_t i = 0; i < columns->count; i++) {
    const struct dcpipe_column *column =
        (const struct dcpipe_column *) (const void *) ((const char *) columns->items
                                                       + i * columns->item_size);

    table->columns[table->columns_count++] =
        (struct table_column){ column->name, column->type, column->fill, column->flags, column->key };
    if (!check_column (table, &table->columns[i]))
      return false;
    if (find_column (table, column->name, strlen (column->name)) != i) {
      fail ("table %s: column %s is declared twice", table->name, column->name);
      return false;
    }
  }
  return true;
}

static bool
add_keys (struct dcpipe_table *table)
{
  for (unsigned key = 1; key <= TABLE_KEYS_MAX; key++) {
    size_t found = 0;

    for (size_t i = 0; i < table->columns_count; i++)
      if (table->columns[i].key == key) {
        table->keys[key - 1] = i;
        found++;
      }
    if (found == 0)
      break;
    if (found > 1) {
      fail ("table %s: two columns are number %u of the primary key", table->name, key);
      return false;
    }
    table->keys_count = key;
  }
  for (size_t i = 0; i < table->columns_count; i++)
    if (table->columns[i].key > table->keys_count) {
      fail ("table %s: column %s is number %u of the primary key, but number %zu is missing", table->name,
            table->columns[i].name, table->columns[i].key, table->keys_count + 1);
      return false;
    }
  if (table->keys_count == 0)
    fail ("table %s: no primary key", table->name);
  return table->keys_count > 0;
}

/* Every decoder's table says which entry changed its rows last; a log's key begins with that. */
static bool
check_positions (const struct dcpipe_table *table)
{
  size_t fills[2] = { SIZE_MAX, SIZE_MAX };

  for (size_t i = 0; i < table->columns_count; i++)
    if (table->columns[i].fill == DCPIPE_FILL_BLOCK_OFFSET
        || table->columns[i].fill == DCPIPE_FILL_ENTRY_INDEX)
      fills[table->columns[i].fill - DCPIPE_FILL_BLOCK_OFFSET] = i;
  if (fills[0] == SIZE_MAX || fills[1] == SIZE_MAX) {
    fail ("table %s: a column for the block's position and one for the entry's index are needed",
          table->name);
    return false;
  }
  if ((table->flags & DCPIPE_TABLE_LOG)
      && (table->keys_count < 2 || table->keys[0] != fills[0] || table->keys[1] != fills[1])) {
    fail ("table %s: the primary key of a log begins with the block's position and the entry's index",
          table->name);
    return false;
  }
  return true;
}

/* No entry stands behind a row of the source's tables. */
static bool
check_unfilled (const struct dcpipe_table *table)
{
  for (size_t i = 0; i < table->columns_count; i++)
    if (table->columns[i].fill != DCPIPE_FILL_NOTHING) {
      fail ("table %s: column %s of a source's table cannot be filled in by dcpipe", table->name,
            table->columns[i].name);
      return false;
    }
  if (table->flags & DCPIPE_TABLE_LOG)
    fail ("table %s: a source's table cannot be a log", table->name);
  return (table->flags & DCPIPE_TABLE_LOG) == 0;
}

/* Reads "label, key" into column numbers. */
static bool
add_index_columns (const struct dcpipe_table *table, struct table_index *index, const char *list)
{
  const char *p = list;

  index->columns = calloc (table->columns_count, sizeof *index->columns);
  if (index->columns == NULL) {
    fail ("no memory for an index of table %s", table->name);
    return false;
  }
  while (*(p += strspn (p, ", ")) != '\0') {
    size_t size = strcspn (p, ", ");
    size_t column = find_column (table, p, size);

    if (column == SIZE_MAX || index->columns_count == table->columns_count) {
      fail ("table %s: index %s names no column with '%s'", table->name, index->name, list);
      return false;
    }
    index->columns[index->columns_count++] = column;
    p += size;
  }
  return true;
}

static bool
add_indexes (struct dcpipe_table *table, const struct dcpipe_indexes *indexes)
{
  table->indexes = calloc (indexes->count ? indexes->count : 1, sizeof *table->indexes);
  if (table->indexes == NULL) {
    fail ("no memory for the indexes of table %s", table->name);
    return false;
  }
  for (size_t i = 0; i < indexes->count; i++) {
    const struct dcpipe_index *index =
        (const struct dcpipe_index *) (const void *) ((const char *) indexes->items + i * indexes->item_size);

    table->indexes[i].name = index->name;
    table->indexes_count++;
    if (!add_index_columns (table, &table->indexes[i], index->columns))
      return false;
  }
  return true;
}

static bool
add_text (struct dcpipe_table *table)
{
  table->text = table_text_make (table);
  if (table->text == NULL)
    fail ("no memory for table %s", table->name);
  return table->text != NULL;
}

/* Fills `table` from a declaration. What it holds is freed with free_table even after a failure. */
static bool
make_table (struct dcpipe_table *table, const struct dcpipe_table_def *def, size_t owner)
{
  if (def->name == NULL || def->name[0] == '\0') {
    fail ("a table has no name");
    return false;
  }
  if (def->flags & ~(unsigned) TABLE_FLAGS) {
    fail ("table %s has unknown flags", def->name);
    return false;
  }
  table->name = def->name;
  table->decoder = owner;
  table->flags = def->flags;
  table->count_as = def->count_as;
  return add_columns (table, &def->columns) && add_keys (table) && add_indexes (table, &def->indexes)
         && add_text (table)
         && (owner == TABLE_CORE     ? true
             : owner == TABLE_SOURCE ? check_unfilled (table)
                                     : check_positions (table));
}

static void
free_table (struct dcpipe_table *table)
{
  for (size_t i = 0; i < table->indexes_count; i++)
    free (table->indexes[i].columns);
  free (table->indexes);
  free (table->columns);
  free (table->text);
  free (table->remedy);
}

static const struct dcpipe_table_def *
def_at (const struct dcpipe_table_defs *defs, size_t i)
{
  return (const struct dcpipe_table_def *) (const void *) ((const char *) defs->items + i * defs->item_size);
}

/* Core's own, and what sinks keep beside the tables. */
static bool
is_own (const char *name)
{
  for (size_t core = 0; core < CORE_TABLES; core++)
    if (strcmp (name, core_tables[core].name) == 0)
      return true;
  return strncmp (name, "dcpipe_", 7) == 0;
}

bool
tables_check (const struct dcpipe_table_defs *defs, size_t owner)
{
  bool good = true;

  for (size_t i = 0; i < defs->count && good; i++) {
    struct dcpipe_table table = { 0 };

    good = make_table (&table, def_at (defs, i), owner);
    if (good && is_own (table.name)) {
      fail ("table %s belongs to dcpipe itself", table.name);
      good = false;
    }
    free_table (&table);
  }
  return good;
}

static bool
add_table (struct dcpipe_tables *tables, const struct dcpipe_table_def *def, size_t owner)
{
  struct dcpipe_table *table = &tables->items[tables->count];

  table->number = tables->count++;
  return make_table (table, def, owner);
}

static bool
add_source (struct dcpipe_tables *tables, const struct instance *source)
{
  const struct dcpipe_table_defs *defs = plugin_tables (source->plugin);

  for (size_t i = 0; i < defs->count; i++) {
    bool filled = source->lacking || source_call_fills_table (source, i);

    tables->source[i] = filled ? tables->count : SIZE_MAX;
    if (filled && !add_table (tables, def_at (defs, i), TABLE_SOURCE))
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
    if (!add_table (tables, def_at (defs, i), number))
      return false;
  for (size_t i = 0; i < views->count; i++) {
    const struct dcpipe_view *view =
        (const struct dcpipe_view *) (const void *) ((const char *) views->items + i * views->item_size);

    tables->views[tables->views_count].name = view->name;
    tables->views[tables->views_count++].sql = view->sql;
  }
  return true;
}

struct dcpipe_tables *
tables_make (const struct setup *setup)
{
  struct dcpipe_tables *tables = calloc (1, sizeof *tables);
  size_t of_source = setup->source != NULL ? plugin_tables (setup->source->plugin)->count : 0;
  size_t count = CORE_TABLES + of_source, views = 1;
  bool good;

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
  if (tables == NULL || tables->items == NULL || tables->views == NULL || tables->first == NULL
      || tables->source == NULL) {
    tables_free (tables);
    fail ("no memory for the tables");
    return NULL;
  }
  good = true;
  for (size_t i = 0; i < CORE_TABLES && good; i++)
    good = add_table (tables, &core_tables[i], TABLE_CORE);
  for (size_t i = 0; i < setup->decoders_count && good; i++)
    good = add_decoder (tables, setup->decoders[i]->instance.plugin, i);
  good = good && (setup->source == NULL || add_source (tables, setup->source));
  if (!good) {
    tables_free (tables);
    return NULL;
  }
  return tables;
}

void
tables_free (struct dcpipe_tables *tables)
{
  if (tables == NULL)
    return;
  for (size_t i = 0; tables->items != NULL && i < tables->count; i++)
    free_table (&tables->items[i]);
  free (tables->items);
  free (tables->views);
  free (tables->first);
  free (tables->source);
  free (tables);
}

const struct dcpipe_table *
tables_find (const struct dcpipe_tables *tables, const char *name)
{
  for (size_t i = 0; i < tables->count; i++)
    if (strcmp (tables->items[i].name, name) == 0)
      return &tables->items[i];
  return NULL;
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

int
dcpipe_table_missing (const dcpipe_table *table)
{
  if (table->remedy == NULL)
    return DCPIPE_OK;
  fail ("the table %s is gone, though earlier runs filled it. Fill it anew: %s", table->name, table->remedy);
  return DCPIPE_FAIL;
}

/* ---- what sinks may ask ------------------------------------------------------------------------- */

size_t
dcpipe_tables_count (const dcpipe_tables *tables)
{
  return tables->count;
}

const dcpipe_table *
dcpipe_tables_at (const dcpipe_tables *tables, size_t number)
{
  return &tables->items[number];
}

size_t
dcpipe_tables_views (const dcpipe_tables *tables)
{
  return tables->views_count;
}

const char *
dcpipe_tables_view_name (const dcpipe_tables *tables, size_t number)
{
  return tables->views[number].name;
}

const char *
dcpipe_tables_view_sql (const dcpipe_tables *tables, size_t number)
{
  return tables->views[number].sql;
}

size_t
dcpipe_table_number (const dcpipe_table *table)
{
  return table->number;
}

const char *
dcpipe_table_name (const dcpipe_table *table)
{
  return table->name;
}

unsigned
dcpipe_table_flags (const dcpipe_table *table)
{
  return table->flags;
}

size_t
dcpipe_table_columns (const dcpipe_table *table)
{
  return table->columns_count;
}

const char *
dcpipe_column_name (const dcpipe_table *table, size_t column)
{
  return table->columns[column].name;
}

int
dcpipe_column_type (const dcpipe_table *table, size_t column)
{
  return table->columns[column].type;
}

unsigned
dcpipe_column_flags (const dcpipe_table *table, size_t column)
{
  return table->columns[column].flags;
}

size_t
dcpipe_table_keys (const dcpipe_table *table)
{
  return table->keys_count;
}

size_t
dcpipe_table_key (const dcpipe_table *table, size_t number)
{
  return table->keys[number];
}

size_t
dcpipe_table_indexes (const dcpipe_table *table)
{
  return table->indexes_count;
}

const char *
dcpipe_table_index_name (const dcpipe_table *table, size_t number)
{
  return table->indexes[number].name;
}

size_t
dcpipe_table_index_columns (const dcpipe_table *table, size_t number)
{
  return table->indexes[number].columns_count;
}

size_t
dcpipe_table_index_column (const dcpipe_table *table, size_t number, size_t i)
{
  return table->indexes[number].columns[i];
}
