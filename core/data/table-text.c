/* SPDX-License-Identifier: Apache-2.0 */
/* The text is what sinks store, so it must stay as it is: a word that changed would make every store look
 * like one of another decoder. */
#include "config.h"

#include "data/table-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

char *
table_text_make (const struct dcpipe_table *table)
{
  static const char *const types[] = { "bool", "i64", "u64", "text", "blob", "time", "decimal", "json" };
  char *text = NULL;
  size_t size;
  FILE *to = open_memstream (&text, &size);

  if (to == NULL)
    return NULL;
  for (size_t i = 0; i < table->columns_count; i++) {
    const struct table_column *column = &table->columns[i];

    fprintf (to, "%s %s", column->name, types[column->type]);
    if (column->key > 0)
      fprintf (to, " key %u", column->key);
    fputs (column->flags & DCPIPE_COLUMN_KEEP_FIRST ? " keep_first\n" : "\n", to);
  }
  if (fclose (to) == 0)
    return text;
  free (text);
  return NULL;
}

struct dcpipe_bytes
dcpipe_table_text (const dcpipe_table *table)
{
  return (struct dcpipe_bytes){ (const uint8_t *) table->text, strlen (table->text) };
}

/* ---- comparing ----------------------------------------------------------------------------------- */

/* Takes the first line off the text, without spaces before it. */
static struct dcpipe_bytes
take_line (struct dcpipe_bytes *text)
{
  const uint8_t *end = text->size > 0 ? memchr (text->data, '\n', text->size) : NULL;
  struct dcpipe_bytes line = { text->data, end != NULL ? (size_t) (end - text->data) : text->size };

  text->data += line.size + (end != NULL);
  text->size -= line.size + (end != NULL);
  while (line.size > 0 && *line.data == ' ') {
    line.data++;
    line.size--;
  }
  return line;
}

static bool
is_same (struct dcpipe_bytes a, struct dcpipe_bytes b)
{
  return a.size == b.size && (a.size == 0 || memcmp (a.data, b.data, a.size) == 0);
}

int
dcpipe_table_compare (const dcpipe_table *table, struct dcpipe_bytes stored, struct dcpipe_bytes expected)
{
  struct dcpipe_bytes found, wanted;

  if (is_same (stored, expected))
    return DCPIPE_OK;
  do {
    found = take_line (&stored);
    wanted = take_line (&expected);
  } while (is_same (found, wanted) && (stored.size > 0 || expected.size > 0));
  fail ("table %s has other columns than this run: it has '%.*s' where '%.*s' is expected; reset its "
        "decoder, or use another store",
        table->name, (int) found.size, (const char *) found.data, (int) wanted.size,
        (const char *) wanted.data);
  return DCPIPE_FAIL;
}
