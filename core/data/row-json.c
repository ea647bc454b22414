/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/row-json.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/hex.h"

/* ---- text ---------------------------------------------------------------------------------------- */

/* Where `size` more bytes go; NULL when memory is short. That is noted, and writers go on: it is asked once,
 * at the end of the text, since what was left out cannot be told from the rest. */
static char *
room (struct json_text *text, size_t size)
{
  size_t capacity = text->capacity ? text->capacity : 512;
  char *data;

  if (text->capacity - text->size >= size)
    return text->data + text->size;
  while (capacity - text->size < size && capacity <= SIZE_MAX / 2)
    capacity *= 2;
  data = capacity - text->size >= size ? realloc (text->data, capacity) : NULL;
  if (data == NULL) {
    text->no_memory = true;
    return NULL;
  }
  text->data = data;
  text->capacity = capacity;
  return data + text->size;
}

static void
put (struct json_text *text, const void *data, size_t size)
{
  char *to = room (text, size);

  if (to == NULL)
    return;
  if (size > 0)
    memcpy (to, data, size);
  text->size += size;
}

#define PUT(text, literal) put (text, literal, sizeof literal - 1)

/* ---- values -------------------------------------------------------------------------------------- */

/* Without printf: every number of a dump and of a simple sink comes by here. */
static void
put_u64 (struct json_text *text, uint64_t value)
{
  char number[20];
  size_t at = sizeof number;

  do
    number[--at] = (char) ('0' + value % 10);
  while ((value /= 10) > 0);
  put (text, number + at, sizeof number - at);
}

static void
put_i64 (struct json_text *text, int64_t value)
{
  if (value < 0)
    PUT (text, "-");
  put_u64 (text, value < 0 ? UINT64_C (0) - (uint64_t) value : (uint64_t) value);
}

/* One form for each character, and no other that JSON would allow, so that equal rows are equal texts. */
static void
put_escape (struct json_text *text, uint8_t c)
{
  static const char names[] = "\"\\nrt", meanings[] = "\"\\\n\r\t";
  char escape[6] = "\\u00";
  const char *found = c != 0 ? strchr (meanings, c) : NULL;

  if (found != NULL)
    escape[1] = names[found - meanings];
  else
    hex_put (escape + 4, &c, 1);
  put (text, escape, found != NULL ? 2 : 6);
}

static void
put_string (struct json_text *text, struct dcpipe_bytes bytes)
{
  size_t at = 0;

  PUT (text, "\"");
  while (at < bytes.size) {
    size_t start = at;

    while (at < bytes.size && bytes.data[at] >= 0x20 && bytes.data[at] != '"' && bytes.data[at] != '\\')
      at++;
    put (text, bytes.data + start, at - start);
    if (at < bytes.size)
      put_escape (text, bytes.data[at++]);
  }
  PUT (text, "\"");
}

/* Written in place: to make the text first would copy the largest values twice. */
static void
put_blob (struct json_text *text, struct dcpipe_bytes bytes)
{
  char *to = bytes.size < SIZE_MAX / 2 ? room (text, 2 * bytes.size + 2) : NULL;

  if (to == NULL) {
    text->no_memory = true;
    return;
  }
  *to++ = '"';
  *hex_put (to, bytes.data, bytes.size) = '"';
  text->size += 2 * bytes.size + 2;
}

static void
put_time (struct json_text *text, uint64_t ns)
{
  char time[DCPIPE_TIME_SIZE];

  dcpipe_format_time (time, ns);
  PUT (text, "\"");
  put (text, time, DCPIPE_TIME_SIZE - 1);
  PUT (text, "\"");
}

/* A null that is a value of JSON has a space before it where it is to be told from no value. */
static void
put_json (struct json_text *text, struct dcpipe_bytes bytes, bool exact)
{
  if (exact && bytes.size == 4 && memcmp (bytes.data, "null", 4) == 0)
    PUT (text, " ");
  put (text, bytes.data, bytes.size);
}

static void
put_value (struct json_text *text, const struct dcpipe_row *row, size_t column, bool exact)
{
  if (dcpipe_is_null (row, column)) {
    PUT (text, "null");
    return;
  }
  switch (row->table->columns[column].type) {
  case DCPIPE_BOOL:
    if (dcpipe_get_bool (row, column))
      PUT (text, "true");
    else
      PUT (text, "false");
    break;
  case DCPIPE_I64:
    put_i64 (text, dcpipe_get_i64 (row, column));
    break;
  case DCPIPE_U64:
    put_u64 (text, dcpipe_get_u64 (row, column));
    break;
  case DCPIPE_TIME:
    put_time (text, dcpipe_get_u64 (row, column));
    break;
  case DCPIPE_BLOB:
    put_blob (text, dcpipe_get_bytes (row, column));
    break;
  case DCPIPE_JSON:
    put_json (text, dcpipe_get_bytes (row, column), exact);
    break;
  default:
    put_string (text, dcpipe_get_bytes (row, column));
  }
}

static void
put_name (struct json_text *text, const char *name, bool first)
{
  if (first)
    PUT (text, "\"");
  else
    PUT (text, ",\"");
  put (text, name, strlen (name));
  PUT (text, "\":");
}

/* ---- rows ---------------------------------------------------------------------------------------- */

/* A delete names nothing but its key. */
static bool
is_written (const struct dcpipe_row *row, size_t column)
{
  return dcpipe_is_set (row, column)
         && (row->operation != DCPIPE_DELETE || row->table->columns[column].key > 0);
}

void
row_json_write (struct json_text *text, const struct dcpipe_row *row)
{
  static const char *const starts[] = { [DCPIPE_INSERT] = "{",
                                        [DCPIPE_UPSERT] = "{\"_op\":\"upsert\"",
                                        [DCPIPE_UPDATE] = "{\"_op\":\"update\"",
                                        [DCPIPE_DELETE] = "{\"_op\":\"delete\"" };
  /* The member "_op" comes before all columns, so a reader knows at once what the rest means. */
  bool first = row->operation == DCPIPE_INSERT;

  put (text, starts[row->operation], strlen (starts[row->operation]));
  for (size_t i = 0; i < row->table->columns_count; i++) {
    if (!is_written (row, i))
      continue;
    put_name (text, row->table->columns[i].name, first);
    put_value (text, row, i, true);
    first = false;
  }
  PUT (text, "}");
}

/* A dump has all columns in every line, null or not, so that lines can be compared as texts. */
static void
write_dumped (struct json_text *text, const struct dcpipe_row *row, bool all_columns)
{
  bool first = true;

  PUT (text, "{");
  for (size_t i = 0; i < row->table->columns_count; i++) {
    if ((row->table->columns[i].flags & DCPIPE_COLUMN_VOLATILE) && !all_columns)
      continue;
    put_name (text, row->table->columns[i].name, first);
    put_value (text, row, i, false);
    first = false;
  }
  PUT (text, "}\n");
}

/* ---- what each thread has one of
 * ------------------------------------------------------------------------ */

/* What a text keeps for the next one at the most. */
#define KEEP_MAX ((size_t) 1 << 20)

struct scratch {
  struct json_text text;
  struct arena arena;
  struct dcpipe_rows maker;
};

/* Not _Thread_local, as other scratch is: what it holds must be freed when the thread ends. */
static pthread_key_t key;
static bool key_made;

static void
forget (void *memory)
{
  struct scratch *scratch = memory;

  free (scratch->text.data);
  arena_free (&scratch->arena);
  free (scratch);
}

static void
make_key (void)
{
  key_made = pthread_key_create (&key, forget) == 0;
}

/* NULL when memory is short. */
static struct scratch *
thread_scratch (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct scratch *scratch;

  pthread_once (&once, make_key);
  scratch = key_made ? pthread_getspecific (key) : NULL;
  if (scratch != NULL || !key_made)
    return scratch;
  scratch = calloc (1, sizeof *scratch);
  if (scratch != NULL && pthread_setspecific (key, scratch) == 0)
    return scratch;
  free (scratch);
  return NULL;
}

/* The thread's text, empty. NULL after fail. */
static struct json_text *
scratch_text (void)
{
  struct scratch *scratch = thread_scratch ();
  struct json_text *text = scratch != NULL ? &scratch->text : NULL;

  if (text == NULL) {
    fail ("no memory for a text");
    return NULL;
  }
  /* One huge row should not keep its memory for as long as the thread lives. */
  if (text->capacity > KEEP_MAX) {
    free (text->data);
    *text = (struct json_text){ NULL, 0, 0, false };
  }
  text->size = 0;
  text->no_memory = false;
  return text;
}

dcpipe_row *
dcpipe_row_scratch (const dcpipe_table *table)
{
  struct scratch *scratch = thread_scratch ();

  if (scratch == NULL)
    return NULL;
  arena_free (&scratch->arena);
  scratch->maker = (struct dcpipe_rows){ .arena = &scratch->arena };
  return row_make (&scratch->maker, table, DCPIPE_INSERT);
}

/* ---- out ------------------------------------------------------------------------------------------ */

struct dcpipe_bytes
dcpipe_row_json (const dcpipe_row *row)
{
  struct json_text *text = scratch_text ();

  if (text == NULL)
    return (struct dcpipe_bytes){ NULL, 0 };
  row_json_write (text, row);
  if (text->no_memory) {
    fail ("no memory for a row of table %s as JSON", row->table->name);
    return (struct dcpipe_bytes){ NULL, 0 };
  }
  return (struct dcpipe_bytes){ (const uint8_t *) text->data, text->size };
}

bool
dump_row (FILE *file, const struct dcpipe_row *row, bool all_columns)
{
  struct json_text *text = scratch_text ();

  if (text == NULL)
    return false;
  write_dumped (text, row, all_columns);
  return !text->no_memory && fwrite (text->data, 1, text->size, file) == text->size;
}

void
dump_value (FILE *file, const struct dcpipe_row *row, size_t column)
{
  struct json_text *text = scratch_text ();

  if (text == NULL)
    return;
  put_value (text, row, column, false);
  if (!text->no_memory)
    fwrite (text->data, 1, text->size, file);
}
