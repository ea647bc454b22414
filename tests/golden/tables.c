/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "golden/tables.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bytes/cleanup.h"

#define TABLES_MAX 64

static struct table tables[TABLES_MAX];
static size_t tables_count;

static unsigned wrong;

void
complain (const char *format, ...)
{
  va_list arguments;

  if (wrong++ >= 20)
    return;
  va_start (arguments, format);
  fputs ("decoded: ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
}

unsigned
complaints (void)
{
  return wrong;
}

static void __attribute__ ((noreturn)) give_up (const char *what, const char *path)
{
  fprintf (stderr, "decoded: %s %s\n", what, path);
  exit (99);
}

/* ---- reading --------------------------------------------------------------------------------------- */

char *
next_line (void *file)
{
  static char *line;
  static size_t capacity;
  size_t used = 0;

  do {
    if (capacity - used < 65536 && (line = realloc (line, capacity += 1 << 20)) == NULL)
      give_up ("no memory for", "a line");
    if (gzgets (file, line + used, (int) (capacity - used)) == NULL)
      break;
    used += strlen (line + used);
  } while (used == 0 || line[used - 1] != '\n');
  return used > 0 ? line : NULL;
}

/* A copy of the line with quotes around each number. */
static char *
quote_numbers (const char *line)
{
  char *copy = malloc (3 * strlen (line) + 1), *out = copy;
  bool in_text = false;

  if (copy == NULL)
    give_up ("no memory for", "a row");
  while (*line != '\0') {
    size_t digits = in_text ? 0 : strspn (line, "+-.0123456789eE");

    if (digits > 0 && strchr ("-0123456789", *line) != NULL) {
      *out++ = '"';
      memcpy (out, line, digits);
      out += digits;
      *out++ = '"';
      line += digits;
      continue;
    }
    if (in_text && *line == '\\')
      *out++ = *line++;
    else if (*line == '"')
      in_text = !in_text;
    *out++ = *line++;
  }
  *out = '\0';
  return copy;
}

static void
key_of (char key[64], const char *position, const char *index)
{
  snprintf (key, 64, "%s/%s", position ? position : "", index ? index : "");
}

static void
add_row (struct table *table, json_t *row)
{
  char key[64];
  json_t *rows;

  key_of (key, json_string_value (json_object_get (row, "block_offset")),
          json_string_value (json_object_get (row, "entry_index")));
  rows = json_object_get (table->at, key);
  if (rows == NULL) {
    rows = json_array ();
    json_object_set_new (table->at, key, rows);
  }
  json_array_append (rows, row);
  json_array_append_new (table->rows, row);
}

static void
read_table (struct table *table)
{
  gzFile file = gzopen (table->path, "rb");
  char *line;

  if (file == NULL)
    give_up ("cannot read", table->path);
  while ((line = next_line (file)) != NULL) {
    CLEANUP_FREE char *quoted = quote_numbers (line);
    json_t *row = json_loads (quoted, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    const char *operation = json_string_value (json_object_get (row, "_op"));

    if (row == NULL)
      give_up ("a row is no JSON in", table->path);
    if (operation != NULL && strcmp (operation, "delete") == 0)
      json_decref (row);
    else
      add_row (table, row);
  }
  gzclose (file);
}

const struct table *
table_open (const char *directory, const char *name)
{
  char path[4096];
  struct table *table;

  snprintf (path, sizeof path, "%s/%s.jsonl", directory, name);
  for (size_t i = 0; i < tables_count; i++)
    if (strcmp (tables[i].path, path) == 0)
      return &tables[i];
  if (tables_count == TABLES_MAX)
    give_up ("no room for", path);
  table = &tables[tables_count++];
  *table = (struct table){ strdup (path), json_array (), json_object () };
  read_table (table);
  return table;
}

/* ---- finding --------------------------------------------------------------------------------------- */

json_t *
table_at (const struct table *table, json_t *position, json_t *index)
{
  char key[64];

  snprintf (key, sizeof key, "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT, json_integer_value (position),
            json_integer_value (index));
  return json_object_get (table->at, key);
}

json_t *
table_one (const struct table *table, json_t *position, json_t *index)
{
  json_t *rows = table_at (table, position, index);

  return json_array_size (rows) == 1 ? json_array_get (rows, 0) : NULL;
}

json_t *
table_find (const struct table *table, const char *column, const char *text)
{
  size_t i;
  json_t *row;

  json_array_foreach (table->rows, i, row) {
    const char *value = json_string_value (json_object_get (row, column));

    if (value != NULL && strcmp (value, text) == 0)
      return row;
  }
  return NULL;
}

/* ---- comparing ------------------------------------------------------------------------------------- */

static bool
same_array (json_t *found, json_t *expected)
{
  size_t i;
  json_t *item;

  if (!json_is_array (found) || json_array_size (found) != json_array_size (expected))
    return false;
  json_array_foreach (expected, i, item)
    if (!same_value (json_array_get (found, i), item))
      return false;
  return true;
}

bool
same_value (json_t *found, json_t *expected)
{
  char number[32];

  if (expected == NULL || json_is_null (expected))
    return found == NULL || json_is_null (found);
  if (json_is_array (expected))
    return same_array (found, expected);
  if (json_is_boolean (expected))
    return found != NULL && json_is_true (found) == json_is_true (expected) && json_is_boolean (found);
  if (!json_is_string (found))
    return false;
  if (json_is_real (expected)) {
    double value = strtod (json_string_value (found), NULL);

    return value >= json_real_value (expected) && value <= json_real_value (expected);
  }
  if (json_is_integer (expected)) {
    snprintf (number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value (expected));
    return strcmp (json_string_value (found), number) == 0;
  }
  return json_is_string (expected) && json_equal (found, expected);
}
