/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the rest of the engine takes for granted of a table is checked here, once, when the plugin
 * is loaded: that names are there, that a key is whole, that columns exist which the engine fills. Nobody
 * asks again later. */
#include "config.h"

#include "data/table-make.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/table-text.h"

/* A sink built for an earlier minor version must not be given types and flags that it does not know, as the
 * header promises: tables that have them are to be refused for it where tables are prepared. */
_Static_assert(DCPIPE_API_MINOR == 0, "new types and flags of tables are to be kept from older sinks");

#define COLUMN_FLAGS (DCPIPE_COLUMN_KEEP_FIRST | DCPIPE_COLUMN_VOLATILE)
#define TABLE_FLAGS (DCPIPE_TABLE_LOG | DCPIPE_TABLE_LONG_KEYS)

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
  /* In the order of enum dcpipe_fill. */
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
  /* Numbers as text have no order of bytes that is the order of numbers, and JSON has no order at all. */
  if (column->key > 0 && (column->type == DCPIPE_DECIMAL || column->type == DCPIPE_JSON)) {
    fail ("table %s: column %s cannot be in the primary key, it is a decimal or JSON", table->name,
          column->name);
    return false;
  }
  /* Two imports of one ledger must be equal but for what is declared volatile; `verify` relies on it. */
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
  /* Who walks over columns has arrays of that size on the stack. */
  if (table->columns == NULL || columns->count > TABLE_COLUMNS_MAX) {
    fail ("table %s: more than %d columns, or no memory for them", table->name, TABLE_COLUMNS_MAX);
    return false;
  }
  for (size_t i = 0; i < columns->count; i++) {
    const struct dcpipe_column *column = &columns->items[i];

    /* Our own form of a column: this is what every value that is set or read looks at. */
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

/* Numbers of key columns begin at 1 and have no gaps; the first gap ends the key, and a number behind it is
 * told. Which column has a number is looked up for each, since they may stand in any order. */
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

/* Every decoder's table says which entry changed its rows last; a log's key begins with that. Without it
 * `verify` could not tell rows behind a frontier from those before. */
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
    const struct dcpipe_index *index = &indexes->items[i];

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

bool
table_fill (struct dcpipe_table *table, const struct dcpipe_table_def *def, size_t owner)
{
  /* The loader has copied a plugin's arrays to elements of our size. */
  assert (def->columns.count == 0 || def->columns.item_size == sizeof *def->columns.items);
  assert (def->indexes.count == 0 || def->indexes.item_size == sizeof *def->indexes.items);
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

void
table_clear (struct dcpipe_table *table)
{
  for (size_t i = 0; i < table->indexes_count; i++)
    free (table->indexes[i].columns);
  free (table->indexes);
  free (table->columns);
  free (table->text);
  free (table->remedy);
}

/* Core's own, and what sinks keep beside the tables. A prefix is kept free for the latter, since core does
 * not know them. */
static bool
is_own (const char *name)
{
  for (size_t core = 0; core < CORE_TABLES; core++)
    if (strcmp (name, core_tables[core].name) == 0)
      return true;
  return strncmp (name, "dcpipe_", 7) == 0;
}

/* By making them: so what is checked, and what is made later, cannot come apart. */
bool
tables_check (const struct dcpipe_table_defs *defs, size_t owner)
{
  bool good = true;

  for (size_t i = 0; i < defs->count && good; i++) {
    struct dcpipe_table table = { 0 };

    good = table_fill (&table, &defs->items[i], owner);
    if (good && is_own (table.name)) {
      fail ("table %s belongs to dcpipe itself", table.name);
      good = false;
    }
    table_clear (&table);
  }
  return good;
}
