/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format.h"

#include <string.h>

#include "line.h"

static const char digits[] = "0123456789abcdef";

#define PUT(table, literal) table_put (table, literal, sizeof literal - 1)

static void
put_u64 (struct table *table, uint64_t value)
{
  char text[20];
  size_t at = sizeof text;

  do
    text[--at] = (char) ('0' + value % 10);
  while ((value /= 10) > 0);
  table_put (table, text + at, sizeof text - at);
}

static void
put_i64 (struct table *table, int64_t value)
{
  if (value < 0)
    PUT (table, "-");
  put_u64 (table, value < 0 ? UINT64_C (0) - (uint64_t) value : (uint64_t) value);
}

static void
put_escape (struct table *table, uint8_t c)
{
  static const char names[] = "\"\\bfnrt", meanings[] = "\"\\\b\f\n\r\t";
  char text[6] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };
  const char *found = c != 0 ? strchr (meanings, c) : NULL;

  if (found != NULL)
    text[1] = names[found - meanings];
  table_put (table, text, found != NULL ? 2 : 6);
}

static void
put_text (struct table *table, struct dcpipe_bytes bytes)
{
  size_t at = 0;

  PUT (table, "\"");
  while (at < bytes.size) {
    size_t start = at;

    while (at < bytes.size && bytes.data[at] >= 0x20 && bytes.data[at] != '"' && bytes.data[at] != '\\')
      at++;
    table_put (table, bytes.data + start, at - start);
    if (at < bytes.size)
      put_escape (table, bytes.data[at++]);
  }
  PUT (table, "\"");
}

static void
put_blob (struct table *table, struct dcpipe_bytes bytes)
{
  const uint8_t *p = bytes.data;
  size_t left = bytes.size;

  PUT (table, "\"");
  while (left > 0) {
    size_t part = left < TABLE_PUT_MAX / 2 ? left : TABLE_PUT_MAX / 2;
    char *room = table_room (table, 2 * part);

    for (size_t i = 0; i < part; i++) {
      *room++ = digits[p[i] >> 4];
      *room++ = digits[p[i] & 15];
    }
    table_took (table, 2 * part);
    p += part;
    left -= part;
  }
  PUT (table, "\"");
}

static void
put_time (struct table *table, uint64_t ns)
{
  char text[DCPIPE_TIME_SIZE];

  dcpipe_format_time (text, ns);
  PUT (table, "\"");
  table_put (table, text, DCPIPE_TIME_SIZE - 1);
  PUT (table, "\"");
}

/* JSON stands in the line as it is. A null that is a value has a blank before it, so that it reads back as
 * one. */
static void
put_json (struct table *table, struct dcpipe_bytes bytes)
{
  if (bytes.size == 4 && memcmp (bytes.data, "null", 4) == 0)
    PUT (table, " ");
  table_put (table, bytes.data, bytes.size);
}

static void
put_value (struct table *table, const dcpipe_row *row, size_t column, int type)
{
  if (dcpipe_is_null (row, column)) {
    PUT (table, "null");
    return;
  }
  switch (type) {
  case DCPIPE_BOOL:
    if (dcpipe_get_bool (row, column))
      PUT (table, "true");
    else
      PUT (table, "false");
    break;
  case DCPIPE_I64:
    put_i64 (table, dcpipe_get_i64 (row, column));
    break;
  case DCPIPE_U64:
    put_u64 (table, dcpipe_get_u64 (row, column));
    break;
  case DCPIPE_TIME:
    put_time (table, dcpipe_get_u64 (row, column));
    break;
  case DCPIPE_BLOB:
    put_blob (table, dcpipe_get_bytes (row, column));
    break;
  case DCPIPE_JSON:
    put_json (table, dcpipe_get_bytes (row, column));
    break;
  default:
    put_text (table, dcpipe_get_bytes (row, column));
  }
}

void
format_row (struct table *table, const dcpipe_row *row)
{
  static const char *const starts[] = { [DCPIPE_INSERT] = "{",
                                        [DCPIPE_UPSERT] = "{\"_op\":\"upsert\"",
                                        [DCPIPE_UPDATE] = "{\"_op\":\"update\"",
                                        [DCPIPE_DELETE] = "{\"_op\":\"delete\"" };
  const char *start = starts[dcpipe_row_operation (row)];
  const struct schema *schema = table->schema;
  bool first = start[1] == '\0', delete = dcpipe_row_operation (row) == DCPIPE_DELETE;

  table_put (table, start, strlen (start));
  for (size_t i = 0; i < schema->count; i++) {
    if (!dcpipe_is_set (row, i) || (delete && !schema->columns[i].key))
      continue;
    if (!first)
      PUT (table, ",");
    first = false;
    table_put (table, schema->columns[i].lead, schema->columns[i].lead_size);
    put_value (table, row, i, schema->columns[i].type);
  }
  PUT (table, "}\n");
}
