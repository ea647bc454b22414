/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
  [DCPIPE_BOOL] = "bool", [DCPIPE_I64] = "i64",   [DCPIPE_U64] = "u64",         [DCPIPE_TEXT] = "text",
  [DCPIPE_BLOB] = "blob", [DCPIPE_TIME] = "time", [DCPIPE_DECIMAL] = "decimal", [DCPIPE_JSON] = "json",
};

static bool
known_type (int type)
{
  return type >= 0 && (size_t) type < sizeof type_names / sizeof *type_names;
}

static bool
add_column (struct schema *schema, size_t i)
{
  struct column *column = &schema->columns[i];
  const char *name = dcpipe_column_name (schema->table, i);
  size_t size = strlen (name) + sizeof "\"\":";

  column->type = dcpipe_column_type (schema->table, i);
  column->keep_first = (dcpipe_column_flags (schema->table, i) & DCPIPE_COLUMN_KEEP_FIRST) != 0;
  column->lead = malloc (size);
  if (column->lead == NULL)
    return false;
  column->lead_size = size - 1;
  snprintf (column->lead, size, "\"%s\":", name);
  schema->count++;
  mask_add (&schema->all, i);
  if (!column->keep_first)
    mask_add (&schema->replaced, i);
  return true;
}

/* False after dcpipe_error if this sink cannot hold the table. */
static bool
check_table (const dcpipe_table *table)
{
  const char *name = dcpipe_table_name (table);
  size_t count = dcpipe_table_columns (table);
  unsigned unknown = dcpipe_table_flags (table) & ~(unsigned) (DCPIPE_TABLE_LOG | DCPIPE_TABLE_LONG_KEYS);

  if (count > COLUMNS_MAX)
    dcpipe_error ("table %s has %zu columns, and this sink stores at most %d", name, count, COLUMNS_MAX);
  else if (unknown != 0)
    dcpipe_error ("table %s has flags that this sink does not know: 0x%x", name, unknown);
  for (size_t i = 0; i < count && count <= COLUMNS_MAX && unknown == 0; i++)
    if (!known_type (dcpipe_column_type (table, i))) {
      dcpipe_error ("column %s of table %s has a type that this sink does not know: %d",
                    dcpipe_column_name (table, i), name,
                    dcpipe_column_type (table, i));
      return false;
    }
  return count <= COLUMNS_MAX && unknown == 0;
}

struct schema *
schema_make (const dcpipe_table *table)
{
  size_t count = dcpipe_table_columns (table);
  struct schema *schema;
  bool good;

  if (!check_table (table))
    return NULL;
  schema = calloc (1, sizeof *schema);
  good = schema != NULL;
  if (good) {
    schema->table = table;
    schema->keys_count = dcpipe_table_keys (table);
    schema->columns = calloc (count ? count : 1, sizeof *schema->columns);
    schema->keys = calloc (schema->keys_count ? schema->keys_count : 1, sizeof *schema->keys);
    good = schema->columns != NULL && schema->keys != NULL;
  }
  for (size_t i = 0; good && i < count; i++)
    good = add_column (schema, i);
  if (!good) {
    schema_free (schema);
    dcpipe_error ("no memory for table %s", dcpipe_table_name (table));
    return NULL;
  }
  for (size_t i = 0; i < schema->keys_count; i++) {
    schema->keys[i] = dcpipe_table_key (table, i);
    schema->columns[schema->keys[i]].key = true;
  }
  return schema;
}

void
schema_free (struct schema *schema)
{
  if (schema == NULL)
    return;
  for (size_t i = 0; i < schema->count; i++)
    free (schema->columns[i].lead);
  free (schema->columns);
  free (schema->keys);
  free (schema);
}

/* Number of the column in the key, from 1, or 0. */
static size_t
key_number (const dcpipe_table *table, size_t column)
{
  for (size_t i = 0; i < dcpipe_table_keys (table); i++)
    if (dcpipe_table_key (table, i) == column)
      return i + 1;
  return 0;
}

static json_t *
describe_column (const dcpipe_table *table, size_t column)
{
  const char *name = dcpipe_column_name (table, column);
  const char *type = type_names[dcpipe_column_type (table, column)];
  const char *keep = dcpipe_column_flags (table, column) & DCPIPE_COLUMN_KEEP_FIRST ? " keep_first" : "";
  size_t key = key_number (table, column);

  if (key > 0)
    return json_sprintf ("%s %s key %d%s", name, type, (int) key, keep);
  return json_sprintf ("%s %s%s", name, type, keep);
}

json_t *
schema_describe (const dcpipe_table *table)
{
  json_t *columns = json_array ();

  for (size_t i = 0; columns != NULL && i < dcpipe_table_columns (table); i++)
    if (json_array_append_new (columns, describe_column (table, i)) < 0) {
      json_decref (columns);
      return NULL;
    }
  return columns;
}

int
schema_compare (const dcpipe_table *table, const json_t *stored, const char *file)
{
  json_t *columns = schema_describe (table);
  size_t count, i = 0;
  int result = DCPIPE_FAIL;

  if (columns == NULL) {
    dcpipe_error ("no memory for table %s", dcpipe_table_name (table));
    return DCPIPE_FAIL;
  }
  count = json_array_size (columns);
  while (i < count && json_equal (json_array_get (columns, i), json_array_get (stored, i)))
    i++;
  if (i == count && json_array_size (stored) == count)
    result = DCPIPE_OK;
  else if (i == count)
    dcpipe_error ("%s: the stored table has a column %zu, '%s', which table %s does not have any more",
                  file, i + 1,
                  json_string_value (json_array_get (stored, i)), dcpipe_table_name (table));
  else if (i >= json_array_size (stored))
    dcpipe_error ("%s: the stored table lacks column %zu, '%s'", file, i + 1,
                  json_string_value (json_array_get (columns, i)));
  else
    dcpipe_error ("%s: column %zu of the stored table is '%s', expected '%s'", file, i + 1,
                  json_string_value (json_array_get (stored, i)),
                      json_string_value (json_array_get (columns, i)));
  json_decref (columns);
  return result;
}
