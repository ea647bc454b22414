/* SPDX-License-Identifier: Apache-2.0 */
/* Rows out of JSON: the text that dcpipe_row_json writes, and any other with the same members. What is not
 * understood to its last byte is refused: a row that was read by half would be changed and stored again by
 * half. */
#include "config.h"

#include <string.h>

#include "base/json-scan.h"
#include "base/log.h"
#include "bytes/hex.h"
#include "bytes/utf8.h"
#include "data/row-json.h"

struct reader {
  const char *at, *end;
  struct dcpipe_row *row;
  size_t next; /* the column that is expected */
  bool seen[TABLE_COLUMNS_MAX];
};

static bool
take (struct reader *reader, const char *text, size_t size)
{
  if ((size_t) (reader->end - reader->at) < size || memcmp (reader->at, text, size) != 0)
    return false;
  reader->at += size;
  return true;
}

#define TAKE(reader, literal) take (reader, literal, sizeof literal - 1)

/* ---- numbers ------------------------------------------------------------------------------------- */

/* A number that does not fit is refused, not cut. */
static bool
take_number (struct reader *reader, uint64_t *value)
{
  const char *start = reader->at;

  for (*value = 0; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++) {
    unsigned digit = (unsigned) (*reader->at - '0');

    if (*value > (UINT64_MAX - digit) / 10)
      return false;
    *value = *value * 10 + digit;
  }
  return reader->at > start;
}

static bool
take_signed (struct reader *reader, int64_t *value)
{
  bool negative = TAKE (reader, "-");
  uint64_t number;

  if (!take_number (reader, &number) || number > (uint64_t) INT64_MAX + negative)
    return false;
  *value = negative ? (int64_t) (UINT64_C (0) - number) : (int64_t) number;
  return true;
}

/* ---- strings ------------------------------------------------------------------------------------- */

/* Four hexadecimal digits. */
static bool
take_unit (struct reader *reader, uint32_t *unit)
{
  if (reader->end - reader->at < 4)
    return false;
  *unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit (*reader->at++);

    if (digit < 0)
      return false;
    *unit = *unit << 4 | (uint32_t) digit;
  }
  return true;
}

/* No check of the character: surrogates were put together before, and text is checked as a whole at its
 * end. */
static char *
put_utf8 (char *to, uint32_t point)
{
  if (point < 0x80) {
    *to++ = (char) point;
    return to;
  }
  if (point < 0x800)
    *to++ = (char) (0xc0 | point >> 6);
  else {
    if (point < 0x10000)
      *to++ = (char) (0xe0 | point >> 12);
    else {
      *to++ = (char) (0xf0 | point >> 18);
      *to++ = (char) (0x80 | (point >> 12 & 0x3f));
    }
    *to++ = (char) (0x80 | (point >> 6 & 0x3f));
  }
  *to++ = (char) (0x80 | (point & 0x3f));
  return to;
}

/* What comes behind \u: a character, or the first of a pair of surrogates. What comes of it is never longer
 * than what it stood for. */
static bool
take_character (struct reader *reader, char **to)
{
  uint32_t point, low;

  if (!take_unit (reader, &point))
    return false;
  if (point >= 0xd800 && point < 0xdc00) {
    if (!TAKE (reader, "\\u") || !take_unit (reader, &low) || low < 0xdc00 || low > 0xdfff)
      return false;
    point = 0x10000 + ((point & 0x3ff) << 10 | (low & 0x3ff));
  } else if (point >= 0xdc00 && point < 0xe000)
    return false;
  *to = put_utf8 (*to, point);
  return true;
}

static bool
take_escape (struct reader *reader, char **to)
{
  static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (reader->at == reader->end)
    return false;
  if (TAKE (reader, "u"))
    return take_character (reader, to);
  found = *reader->at != '\0' ? strchr (names, *reader->at) : NULL;
  reader->at++;
  if (found != NULL)
    *(*to)++ = meanings[found - names];
  return found != NULL;
}

/* A string without its escapes, in memory that lives as long as the row. */
static bool
take_string (struct reader *reader, struct dcpipe_bytes *bytes)
{
  const char *end = json_scan_end (reader->at, reader->end);
  char *memory, *to;

  if (end == NULL || !TAKE (reader, "\""))
    return false;
  to = memory = arena_bytes (reader->row->maker->arena, (size_t) (end - reader->at));
  if (memory == NULL) {
    reader->row->maker->no_memory = true;
    return false;
  }
  while (*reader->at != '"') {
    const char *start = reader->at;

    while (*reader->at != '"' && *reader->at != '\\')
      reader->at++;
    memcpy (to, start, (size_t) (reader->at - start));
    to += reader->at - start;
    if (TAKE (reader, "\\") && !take_escape (reader, &to))
      return false;
  }
  reader->at = end;
  *bytes = (struct dcpipe_bytes){ (const uint8_t *) memory, (size_t) (to - memory) };
  return true;
}

/* ---- columns ------------------------------------------------------------------------------------- */

static bool
take_text (struct reader *reader, size_t column)
{
  struct dcpipe_row *row = reader->row;

  if (!take_string (reader, &row->values[column].bytes))
    return false;
  if (row->maker->unreadable == NULL
      && !utf8_valid (row->values[column].bytes.data, row->values[column].bytes.size))
    row->maker->unreadable = row->table->columns[column].name;
  return true;
}

/* Two digits become one byte, in the place of the first. */
static bool
take_blob (struct reader *reader, struct dcpipe_bytes *bytes)
{
  char *text;

  if (!take_string (reader, bytes) || bytes->size % 2 != 0)
    return false;
  text = (char *) (uintptr_t) bytes->data;
  for (size_t i = 0; i < bytes->size; i += 2) {
    int high = hex_digit (text[i]), low = hex_digit (text[i + 1]);

    if (high < 0 || low < 0)
      return false;
    text[i / 2] = (char) (high * 16 + low);
  }
  bytes->size /= 2;
  return true;
}

static bool
take_time (struct reader *reader, uint64_t *ns)
{
  struct dcpipe_bytes text;

  return take_string (reader, &text) && dcpipe_parse_time ((const char *) text.data, text.size, ns);
}

static bool
take_decimal (struct reader *reader, size_t column)
{
  struct dcpipe_bytes text;

  if (!take_string (reader, &text))
    return false;
  dcpipe_set_decimal (reader->row, column, (const char *) text.data, text.size);
  return reader->row->maker->mistake == NULL;
}

static bool
take_json (struct reader *reader, size_t column)
{
  const char *end = json_scan_end (reader->at, reader->end);

  if (end == NULL)
    return false;
  dcpipe_set_json (reader->row, column, reader->at, (size_t) (end - reader->at));
  reader->at = end;
  return true;
}

/* The column's type chooses what is read, so numbers and times need none of the setters' checks. */
static bool
take_value (struct reader *reader, size_t column)
{
  struct dcpipe_row *row = reader->row;
  union value *value = &row->values[column];

  row->states[column] = VALUE_SET;
  switch (row->table->columns[column].type) {
  case DCPIPE_BOOL:
    value->b = TAKE (reader, "true");
    return value->b || TAKE (reader, "false");
  case DCPIPE_I64:
    return take_signed (reader, &value->i);
  case DCPIPE_U64:
    return take_number (reader, &value->u);
  case DCPIPE_TIME:
    return take_time (reader, &value->u);
  case DCPIPE_BLOB:
    return take_blob (reader, &value->bytes);
  case DCPIPE_DECIMAL:
    return take_decimal (reader, column);
  case DCPIPE_JSON:
    return take_json (reader, column);
  default:
    return take_text (reader, column);
  }
}

/* Null is no value, but for JSON after a space: there it is one. */
static bool
take_column (struct reader *reader, size_t column)
{
  const struct table_column *declared = &reader->row->table->columns[column];
  bool spaced = reader->at < reader->end && *reader->at == ' ';

  if (reader->seen[column])
    return false;
  reader->seen[column] = true;
  reader->next = column + 1;
  reader->at = json_scan_skip (reader->at, reader->end);
  if ((declared->type == DCPIPE_JSON && spaced) || !TAKE (reader, "null"))
    return take_value (reader, column);
  reader->row->states[column] = VALUE_NULL;
  return declared->key == 0;
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static bool
take_operation (struct reader *reader)
{
  static const char *const names[] = {
    [DCPIPE_UPSERT] = "\"upsert\"", [DCPIPE_UPDATE] = "\"update\"", [DCPIPE_DELETE] = "\"delete\""
  };

  reader->at = json_scan_skip (reader->at, reader->end);
  for (uint8_t i = DCPIPE_UPSERT; i <= DCPIPE_DELETE; i++)
    if (take (reader, names[i], strlen (names[i]))) {
      reader->row->operation = i;
      return true;
    }
  return false;
}

/* The column of that name. Most texts have them in order. */
static size_t
find_column (const struct reader *reader, const char *name, size_t size)
{
  const struct dcpipe_table *table = reader->row->table;

  for (size_t i = 0; i < table->columns_count; i++) {
    size_t column = (reader->next + i) % table->columns_count;

    if (strncmp (table->columns[column].name, name, size) == 0 && table->columns[column].name[size] == '\0')
      return column;
  }
  return SIZE_MAX;
}

/* Other members than columns are refused: a store with more columns was made by another plugin, and rows
 * would lose what they hold. */
static bool
take_member (struct reader *reader)
{
  const char *name, *end;
  size_t column, size;

  reader->at = json_scan_skip (reader->at, reader->end);
  if (!TAKE (reader, "\""))
    return false;
  name = reader->at;
  end = memchr (name, '"', (size_t) (reader->end - name));
  if (end == NULL)
    return false;
  size = (size_t) (end - name);
  reader->at = json_scan_skip (end + 1, reader->end);
  if (!TAKE (reader, ":"))
    return false;
  if (size == 3 && memcmp (name, "_op", 3) == 0)
    return take_operation (reader);
  column = find_column (reader, name, size);
  return column != SIZE_MAX && take_column (reader, column);
}

static bool
take_row (struct reader *reader)
{
  if (!TAKE (reader, "{"))
    return false;
  reader->at = json_scan_skip (reader->at, reader->end);
  if (TAKE (reader, "}"))
    return reader->at == reader->end;
  do {
    if (!take_member (reader))
      return false;
    reader->at = json_scan_skip (reader->at, reader->end);
  } while (TAKE (reader, ","));
  return TAKE (reader, "}") && reader->at == reader->end;
}

int
dcpipe_row_from_json (dcpipe_row *row, const void *json, size_t size)
{
  const char *text = json;
  struct reader reader = { .at = text, .end = text + size, .row = row };

  row->operation = DCPIPE_INSERT;
  if (take_row (&reader))
    return DCPIPE_OK;
  /* To the functions above short memory looks like a bad text; the one is this row's fault, the other ends
   * the run. */
  if (row->maker->no_memory) {
    fail ("no memory for a row of table %s", row->table->name);
    return DCPIPE_FAIL;
  }
  fail ("a stored row of table %s is not JSON with its columns, from byte %zu on", row->table->name,
        (size_t) (reader.at - text));
  return DCPIPE_NONE;
}
