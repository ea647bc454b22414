/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
schema_make (struct schema *schema, const dcpipe_table *table)
{
  *schema = (struct schema){ .table = table };
  for (size_t i = 0; i < dcpipe_table_columns (table); i++) {
    mask_add (&schema->all, i);
    if (!(dcpipe_column_flags (table, i) & DCPIPE_COLUMN_KEEP_FIRST))
      mask_add (&schema->replaced, i);
  }
  for (size_t i = 0; i < dcpipe_table_keys (table); i++)
    mask_add (&schema->keys, dcpipe_table_key (table, i));
}

/* All but an UPDATE set every column, and then the lines before are of no use any more. */
struct mask
schema_columns (const struct schema *schema, const dcpipe_row *row)
{
  struct mask mask = { 0 };

  if (dcpipe_row_operation (row) != DCPIPE_UPDATE)
    return schema->all;
  for (size_t i = 0; i < dcpipe_table_columns (schema->table); i++)
    if (!mask_has (&schema->keys, i) && dcpipe_is_set (row, i))
      mask_add (&mask, i);
  return mask;
}

/* ---- in the checkpoint file --------------------------------------------------------------------- */

/* A line an item, so that a difference can be seen where two files are compared. */
json_t *
schema_describe (const dcpipe_table *table)
{
  struct dcpipe_bytes text = dcpipe_table_text (table);
  const char *line = (const char *) text.data, *end = line + text.size, *next;
  json_t *columns = json_array ();

  for (; columns != NULL && line < end; line = next + 1) {
    next = memchr (line, '\n', (size_t) (end - line));
    if (json_array_append_new (columns, json_stringn (line, (size_t) (next - line))) < 0) {
      json_decref (columns);
      return NULL;
    }
  }
  return columns;
}

/* By the engine's own comparison, which says in which column two tables differ, for all sinks alike. */
int
schema_compare (const dcpipe_table *table, const json_t *stored)
{
  char *text = NULL;
  size_t size;
  FILE *to = open_memstream (&text, &size);
  int result = DCPIPE_FAIL;

  for (size_t i = 0; to != NULL && i < json_array_size (stored); i++) {
    const char *line = json_string_value (json_array_get (stored, i));

    fprintf (to, "%s\n", line != NULL ? line : "");
  }
  if (to != NULL && fclose (to) == 0)
    result = dcpipe_table_compare (table, (struct dcpipe_bytes){ (const uint8_t *) text, size },
                                   dcpipe_table_text (table));
  else
    dcpipe_error ("no memory for table %s", dcpipe_table_name (table));
  free (text);
  return result;
}
