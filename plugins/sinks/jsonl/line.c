/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "line.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 512

/* ---- JSON values -------------------------------------------------------------------------------- */

static const char *
skip_blanks (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  return p;
}

static bool
is_digit (const char *p, const char *end)
{
  return p < end && *p >= '0' && *p <= '9';
}

static const char *
digits_end (const char *p, const char *end)
{
  if (!is_digit (p, end))
    return NULL;
  while (is_digit (p, end))
    p++;
  return p;
}

static const char *
number_end (const char *p, const char *end)
{
  if (p < end && *p == '-')
    p++;
  if (p < end && *p == '0')
    p++;
  else
    p = digits_end (p, end);
  if (p != NULL && p < end && *p == '.')
    p = digits_end (p + 1, end);
  if (p != NULL && p < end && (*p == 'e' || *p == 'E')) {
    p++;
    if (p < end && (*p == '+' || *p == '-'))
      p++;
    p = digits_end (p, end);
  }
  return p;
}

static int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* `p` is behind the opening quote. */
static const char *
string_end (const char *p, const char *end)
{
  for (; p < end && *p != '"'; p++) {
    if ((unsigned char) *p < 0x20)
      return NULL;
    if (*p != '\\')
      continue;
    if (++p == end || *p == '\0' || strchr ("\"\\/bfnrtu", *p) == NULL)
      return NULL;
    if (*p == 'u')
      for (int i = 0; i < 4; i++)
        if (++p == end || hex_digit (*p) < 0)
          return NULL;
  }
  return p < end ? p + 1 : NULL;
}

static const char *
literal_end (const char *p, const char *end)
{
  static const char *const literals[] = { "true", "false", "null" };

  for (size_t i = 0; i < 3; i++)
    if ((size_t) (end - p) >= strlen (literals[i]) && memcmp (p, literals[i], strlen (literals[i])) == 0)
      return p + strlen (literals[i]);
  return NULL;
}

static const char *value_end (const char *p, const char *end, int depth);

/* `p` is behind the opening bracket. */
static const char *
items_end (const char *p, const char *end, char close, int depth)
{
  p = skip_blanks (p, end);
  if (p < end && *p == close)
    return p + 1;
  for (;;) {
    if (close == '}') {
      p = p < end && *p == '"' ? string_end (p + 1, end) : NULL;
      p = p ? skip_blanks (p, end) : NULL;
      if (p == NULL || p == end || *p++ != ':')
        return NULL;
    }
    p = value_end (skip_blanks (p, end), end, depth + 1);
    p = p ? skip_blanks (p, end) : NULL;
    if (p == NULL || p == end)
      return NULL;
    if (*p == close)
      return p + 1;
    if (*p != ',')
      return NULL;
    p = skip_blanks (p + 1, end);
  }
}

static const char *
value_end (const char *p, const char *end, int depth)
{
  if (p == end || depth > DEPTH_MAX)
    return NULL;
  switch (*p) {
  case '"':
    return string_end (p + 1, end);
  case '{':
    return items_end (p + 1, end, '}', depth);
  case '[':
    return items_end (p + 1, end, ']', depth);
  case 't':
  case 'f':
  case 'n':
    return literal_end (p, end);
  default:
    return number_end (p, end);
  }
}

const char *
json_value_end (const char *p, const char *end)
{
  return value_end (p, end, 0);
}

/* ---- values of columns -------------------------------------------------------------------------- */

struct parser {
  char *at, *end;
};

static bool
take (struct parser *parser, const char *text, size_t size)
{
  if ((size_t) (parser->end - parser->at) < size || memcmp (parser->at, text, size) != 0)
    return false;
  parser->at += size;
  return true;
}

static bool
take_number (struct parser *parser, uint64_t *value)
{
  const char *start = parser->at;

  for (*value = 0; is_digit (parser->at, parser->end); parser->at++) {
    unsigned digit = (unsigned) (*parser->at - '0');

    if (*value > (UINT64_MAX - digit) / 10)
      return false;
    *value = *value * 10 + digit;
  }
  return parser->at > start;
}

static bool
take_signed (struct parser *parser, int64_t *value)
{
  bool negative = take (parser, "-", 1);
  uint64_t number;

  if (!take_number (parser, &number) || number > (uint64_t) INT64_MAX + negative)
    return false;
  *value = negative ? (int64_t) (UINT64_C (0) - number) : (int64_t) number;
  return true;
}

/* One escape, of which we write \uXXXX for control characters only. */
static bool
unescape (struct parser *parser, char *to)
{
  static const char names[] = "\"\\bfnrt", meanings[] = "\"\\\b\f\n\r\t";
  const char *found;

  if (parser->end - parser->at < 2)
    return false;
  if (parser->at[1] == 'u') {
    if (parser->end - parser->at < 6 || memcmp (parser->at + 2, "00", 2) != 0 || hex_digit (parser->at[4]) < 0
        || hex_digit (parser->at[5]) < 0)
      return false;
    *to = (char) (hex_digit (parser->at[4]) * 16 + hex_digit (parser->at[5]));
    parser->at += 6;
    return (unsigned char) *to < 0x20;
  }
  found = parser->at[1] != '\0' ? strchr (names, parser->at[1]) : NULL;
  if (found == NULL)
    return false;
  *to = meanings[found - names];
  parser->at += 2;
  return true;
}

static bool
take_string (struct parser *parser, struct dcpipe_bytes *bytes)
{
  char *to;

  if (!take (parser, "\"", 1))
    return false;
  to = parser->at;
  bytes->data = (const uint8_t *) to;
  while (parser->at < parser->end && *parser->at != '"') {
    if (*parser->at != '\\')
      *to++ = *parser->at++;
    else if (!unescape (parser, to++))
      return false;
  }
  bytes->size = (size_t) (to - (const char *) bytes->data);
  return take (parser, "\"", 1);
}

static bool
take_blob (struct parser *parser, struct dcpipe_bytes *bytes)
{
  char *to;

  if (!take_string (parser, bytes) || bytes->size % 2 != 0)
    return false;
  to = (char *) (uintptr_t) bytes->data;
  for (size_t i = 0; i < bytes->size; i += 2) {
    int high = hex_digit (to[i]), low = hex_digit (to[i + 1]);

    if (high < 0 || low < 0)
      return false;
    to[i / 2] = (char) (high * 16 + low);
  }
  bytes->size /= 2;
  return true;
}

static bool
take_json (struct parser *parser, struct dcpipe_bytes *bytes)
{
  const char *end = json_value_end (parser->at, parser->end);

  if (end == NULL)
    return false;
  *bytes = (struct dcpipe_bytes) { (const uint8_t *) parser->at, (size_t) (end - parser->at) };
  parser->at += bytes->size;
  return true;
}

static bool
take_value (struct parser *parser, int type, struct value *value)
{
  struct dcpipe_bytes text;

  value->set = true;
  value->null = take (parser, "null", 4);
  if (value->null)
    return true;
  switch (type) {
  case DCPIPE_BOOL:
    value->b = take (parser, "true", 4);
    return value->b || take (parser, "false", 5);
  case DCPIPE_I64:
    return take_signed (parser, &value->i);
  case DCPIPE_U64:
    return take_number (parser, &value->u);
  case DCPIPE_TIME:
    return take_string (parser, &text) && dcpipe_parse_time ((const char *) text.data, text.size, &value->u);
  case DCPIPE_BLOB:
    return take_blob (parser, &value->bytes);
  case DCPIPE_JSON:
    take (parser, " ", 1); /* before a null that is a value */
    return take_json (parser, &value->bytes);
  default:
    return take_string (parser, &value->bytes);
  }
}

/* ---- lines -------------------------------------------------------------------------------------- */

static bool
take_operation (struct parser *parser, int *operation)
{
  static const struct {
    const char *text;
    int operation;
  } operations[] = { { "\"_op\":\"upsert\"", DCPIPE_UPSERT },
                     { "\"_op\":\"update\"", DCPIPE_UPDATE },
                     { "\"_op\":\"delete\"", DCPIPE_DELETE } };

  for (size_t i = 0; i < 3; i++)
    if (take (parser, operations[i].text, strlen (operations[i].text))) {
      *operation = operations[i].operation;
      return true;
    }
  return false;
}

bool
line_parse (struct line *line, const struct schema *schema, char *text, size_t size)
{
  struct parser parser = { text, text + size };
  bool first;

  line->operation = DCPIPE_INSERT;
  line->columns = (struct mask) { 0 };
  if (!take (&parser, "{", 1))
    return false;
  first = !take_operation (&parser, &line->operation);
  for (size_t i = 0; i < schema->count; i++) {
    const struct column *column = &schema->columns[i];
    char *before = parser.at;
    bool whole = line->operation == DCPIPE_INSERT || line->operation == DCPIPE_UPSERT;

    line->values[i].set = false;
    if ((!first && !take (&parser, ",", 1)) || !take (&parser, column->lead, column->lead_size)) {
      if (whole)
        return false;
      parser.at = before;
      continue;
    }
    first = false;
    if (!take_value (&parser, column->type, &line->values[i]))
      return false;
    if (whole || !column->key)
      mask_add (&line->columns, i);
  }
  return take (&parser, "}", 1) && parser.at == parser.end;
}

/* ---- keys --------------------------------------------------------------------------------------- */

bool
key_reserve (struct key *key, size_t size)
{
  size_t capacity = key->capacity ? key->capacity : 512;
  uint8_t *data;

  if (size <= key->capacity)
    return true;
  while (capacity < size)
    capacity = capacity > SIZE_MAX / 2 ? size : 2 * capacity;
  data = realloc (key->data, capacity);
  if (data == NULL)
    return false;
  key->data = data;
  key->capacity = capacity;
  return true;
}

static void
put_number (struct key *key, uint64_t value)
{
  for (int shift = 56; shift >= 0; shift -= 8)
    key->data[key->size++] = (uint8_t) (value >> shift);
}

static bool
put_bytes (struct key *key, struct dcpipe_bytes bytes)
{
  if (bytes.size > (SIZE_MAX - key->size - 2) / 2 || !key_reserve (key, key->size + 2 * bytes.size + 2))
    return false;
  for (size_t i = 0; i < bytes.size; i++) {
    key->data[key->size++] = bytes.data[i];
    if (bytes.data[i] == 0)
      key->data[key->size++] = 0xff;
  }
  key->data[key->size++] = 0;
  key->data[key->size++] = 0;
  return true;
}

bool
line_key (const struct line *line, const struct schema *schema, struct key *key)
{
  key->size = 0;
  for (size_t i = 0; i < schema->keys_count; i++) {
    const struct value *value = &line->values[schema->keys[i]];

    if (!value->set)
      break;
    if (!key_reserve (key, key->size + 8))
      return false;
    switch (schema->columns[schema->keys[i]].type) {
    case DCPIPE_BOOL:
      key->data[key->size++] = value->b;
      break;
    case DCPIPE_I64:
      put_number (key, (uint64_t) value->i ^ UINT64_C (1) << 63);
      break;
    case DCPIPE_U64:
    case DCPIPE_TIME:
      put_number (key, value->u);
      break;
    default:
      if (!put_bytes (key, value->bytes))
        return false;
    }
  }
  return true;
}
