/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dumprow.h"

#include <inttypes.h>

void
dump_string (FILE *file, const void *text, size_t size)
{
  const unsigned char *p = text, *end = p + size, *start = p;

  putc ('"', file);
  for (; p < end; p++) {
    if (*p >= 0x20 && *p != '"' && *p != '\\')
      continue;
    fwrite (start, 1, (size_t) (p - start), file);
    start = p + 1;
    switch (*p) {
    case '"':
      fputs ("\\\"", file);
      break;
    case '\\':
      fputs ("\\\\", file);
      break;
    case '\n':
      fputs ("\\n", file);
      break;
    case '\r':
      fputs ("\\r", file);
      break;
    case '\t':
      fputs ("\\t", file);
      break;
    default:
      fprintf (file, "\\u%04x", *p);
    }
  }
  if (end > start)
    fwrite (start, 1, (size_t) (end - start), file);
  putc ('"', file);
}

static void
dump_hex (FILE *file, struct dcpipe_bytes bytes)
{
  static const char digits[] = "0123456789abcdef";
  char text[512];
  size_t size = 0;

  putc ('"', file);
  for (size_t i = 0; i < bytes.size; i++) {
    text[size++] = digits[bytes.data[i] >> 4];
    text[size++] = digits[bytes.data[i] & 15];
    if (size == sizeof text) {
      fwrite (text, 1, size, file);
      size = 0;
    }
  }
  fwrite (text, 1, size, file);
  putc ('"', file);
}

void
dump_value (FILE *file, const struct dcpipe_row *row, size_t column)
{
  char time[DCPIPE_TIME_SIZE];
  struct dcpipe_bytes bytes;

  if (dcpipe_is_null (row, column)) {
    fputs ("null", file);
    return;
  }
  switch (row->table->columns[column].type) {
  case DCPIPE_BOOL:
    fputs (dcpipe_get_bool (row, column) ? "true" : "false", file);
    break;
  case DCPIPE_I64:
    fprintf (file, "%" PRId64, dcpipe_get_i64 (row, column));
    break;
  case DCPIPE_U64:
    fprintf (file, "%" PRIu64, dcpipe_get_u64 (row, column));
    break;
  case DCPIPE_TIME:
    dcpipe_format_time (time, dcpipe_get_u64 (row, column));
    fprintf (file, "\"%s\"", time);
    break;
  case DCPIPE_BLOB:
    dump_hex (file, dcpipe_get_bytes (row, column));
    break;
  case DCPIPE_JSON:
    bytes = dcpipe_get_bytes (row, column);
    fwrite (bytes.data, 1, bytes.size, file);
    break;
  default:
    bytes = dcpipe_get_bytes (row, column);
    dump_string (file, bytes.data, bytes.size);
  }
}

bool
dump_row (FILE *file, const struct dcpipe_row *row, bool all_columns)
{
  bool first = true;

  for (size_t i = 0; i < row->table->columns_count; i++) {
    if ((row->table->columns[i].flags & DCPIPE_COLUMN_VOLATILE) && !all_columns)
      continue;
    fputs (first ? "{\"" : ",\"", file);
    first = false;
    fputs (row->table->columns[i].name, file);
    fputs ("\":", file);
    dump_value (file, row, i);
  }
  fputs (first ? "{}\n" : "}\n", file);
  return !ferror (file);
}
