/* SPDX-License-Identifier: Apache-2.0 */
/* Values on their way into SQLite and back. */
#include "config.h"

#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- in ------------------------------------------------------------------------------------------ */

/* Empty text and an empty blob are not null, wherever they point. */
static int
bind_text (sqlite3_stmt *statement, int parameter, struct dcpipe_bytes text)
{
  const char *data = text.size > 0 ? (const char *) text.data : "";

  return sqlite3_bind_text64 (statement, parameter, data, text.size, SQLITE_STATIC, SQLITE_UTF8);
}

static int
bind_blob (sqlite3_stmt *statement, int parameter, struct dcpipe_bytes blob)
{
  const void *data = blob.size > 0 ? (const void *) blob.data : "";

  return sqlite3_bind_blob64 (statement, parameter, data, blob.size, SQLITE_STATIC);
}

/* SQLite's integers are signed; text from 2^63 on sorts behind them, and keeps all digits. */
static int
bind_u64 (sqlite3_stmt *statement, int parameter, struct column *column, uint64_t value)
{
  int size;

  if (value <= INT64_MAX)
    return sqlite3_bind_int64 (statement, parameter, (int64_t) value);
  size = snprintf (column->text, sizeof column->text, "%" PRIu64, value);
  return sqlite3_bind_text (statement, parameter, column->text, size, SQLITE_STATIC);
}

/* Neighbouring rows come from one block and have the same time: its text is made once. */
static int
bind_time (sqlite3_stmt *statement, int parameter, struct column *column, uint64_t ns)
{
  if (!column->text_is_time || column->text_ns != ns) {
    dcpipe_format_time (column->text, ns);
    column->text_ns = ns;
    column->text_is_time = true;
  }
  return sqlite3_bind_text (statement, parameter, column->text, DCPIPE_TIME_SIZE - 1, SQLITE_STATIC);
}

/* True if the text is what printing the 64-bit integer `value` gives: nothing of it is lost in one. */
static bool
is_integer (struct dcpipe_bytes text, int64_t *value)
{
  size_t i = text.size > 0 && text.data[0] == '-';
  bool negative = i == 1;
  uint64_t limit = negative ? (uint64_t) INT64_MAX + 1 : INT64_MAX, sum = 0;

  if (i == text.size || text.size - i > 19 || (text.data[i] == '0' && text.size > 1))
    return false;
  for (; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9')
      return false;
    sum = 10 * sum + (uint64_t) (text.data[i] - '0');
  }
  *value = (int64_t) (negative ? 0 - sum : sum);
  return sum <= limit;
}

static int
bind_decimal (sqlite3_stmt *statement, int parameter, struct dcpipe_bytes text)
{
  int64_t value;

  if (is_integer (text, &value))
    return sqlite3_bind_int64 (statement, parameter, value);
  return bind_text (statement, parameter, text);
}

/* By the declared type, so that a column holds one form of its values, which readers of the database can
 * rely on. */
int
value_bind (sqlite3_stmt *statement, struct table *table, const dcpipe_row *row, size_t number)
{
  struct column *column = &table->columns[number];
  int parameter = (int) number + 1;

  if (dcpipe_is_null (row, number))
    return sqlite3_bind_null (statement, parameter);
  switch (column->type) {
  case DCPIPE_BOOL:
    return sqlite3_bind_int (statement, parameter, dcpipe_get_bool (row, number));
  case DCPIPE_I64:
    return sqlite3_bind_int64 (statement, parameter, dcpipe_get_i64 (row, number));
  case DCPIPE_U64:
    return bind_u64 (statement, parameter, column, dcpipe_get_u64 (row, number));
  case DCPIPE_TIME:
    return bind_time (statement, parameter, column, dcpipe_get_u64 (row, number));
  case DCPIPE_BLOB:
    return bind_blob (statement, parameter, dcpipe_get_bytes (row, number));
  case DCPIPE_DECIMAL:
    return bind_decimal (statement, parameter, dcpipe_get_bytes (row, number));
  default:
    return bind_text (statement, parameter, dcpipe_get_bytes (row, number));
  }
}

/* ---- out ----------------------------------------------------------------------------------------- */

static struct dcpipe_bytes
column_text (sqlite3_stmt *statement, int number)
{
  const uint8_t *data = sqlite3_column_text (statement, number);

  return (struct dcpipe_bytes){ data, (size_t) sqlite3_column_bytes (statement, number) };
}

/* Digits of a number from 2^63 on. */
static bool
read_large (struct dcpipe_bytes text, uint64_t *value)
{
  *value = 0;
  for (size_t i = 0; i < text.size; i++) {
    uint64_t digit = (uint64_t) text.data[i] - '0';

    if (digit > 9 || __builtin_mul_overflow (*value, (uint64_t) 10, value)
        || __builtin_add_overflow (*value, digit, value))
      return false;
  }
  return *value > INT64_MAX;
}

/* The two forms do not overlap: a text below 2^63 is not ours. */
static bool
read_u64 (sqlite3_stmt *statement, int number, dcpipe_row *row)
{
  uint64_t value;

  if (sqlite3_column_type (statement, number) == SQLITE_INTEGER) {
    int64_t integer = sqlite3_column_int64 (statement, number);

    if (integer < 0)
      return false;
    value = (uint64_t) integer;
  } else if (sqlite3_column_type (statement, number) != SQLITE_TEXT
             || !read_large (column_text (statement, number), &value))
    return false;
  dcpipe_set_u64 (row, (size_t) number, value);
  return true;
}

static bool
read_time (sqlite3_stmt *statement, int number, dcpipe_row *row)
{
  struct dcpipe_bytes text;
  uint64_t ns;

  if (sqlite3_column_type (statement, number) != SQLITE_TEXT)
    return false;
  text = column_text (statement, number);
  if (!dcpipe_parse_time ((const char *) text.data, text.size, &ns))
    return false;
  dcpipe_set_time (row, (size_t) number, ns);
  return true;
}

/* An integer in the store is a decimal that was written without loss as one, so its digits are the same. */
static bool
read_decimal (sqlite3_stmt *statement, int number, dcpipe_row *row)
{
  char digits[NUMBER_SIZE];
  struct dcpipe_bytes text;

  switch (sqlite3_column_type (statement, number)) {
  case SQLITE_INTEGER:
    snprintf (digits, sizeof digits, "%" PRId64, (int64_t) sqlite3_column_int64 (statement, number));
    dcpipe_set_decimal (row, (size_t) number, digits, strlen (digits));
    return true;
  case SQLITE_TEXT:
    text = column_text (statement, number);
    dcpipe_set_decimal (row, (size_t) number, (const char *) text.data, text.size);
    return true;
  default:
    return false;
  }
}

static bool
read_integer (sqlite3_stmt *statement, int number, int type, dcpipe_row *row)
{
  int64_t value = sqlite3_column_int64 (statement, number);

  if (sqlite3_column_type (statement, number) != SQLITE_INTEGER)
    return false;
  if (type == DCPIPE_I64)
    dcpipe_set_i64 (row, (size_t) number, value);
  else if (value == 0 || value == 1)
    dcpipe_set_bool (row, (size_t) number, value == 1);
  else
    return false;
  return true;
}

/* Views of what SQLite holds, valid until the next step: the engine copies what it keeps. */
static bool
read_bytes (sqlite3_stmt *statement, int number, int type, dcpipe_row *row)
{
  struct dcpipe_bytes text;

  if (sqlite3_column_type (statement, number) != (type == DCPIPE_BLOB ? SQLITE_BLOB : SQLITE_TEXT))
    return false;
  if (type == DCPIPE_BLOB) {
    const void *data = sqlite3_column_blob (statement, number);

    dcpipe_set_blob (row, (size_t) number, data, (size_t) sqlite3_column_bytes (statement, number));
    return true;
  }
  text = column_text (statement, number);
  if (type == DCPIPE_TEXT)
    dcpipe_set_text (row, (size_t) number, text.data, text.size);
  else
    dcpipe_set_json (row, (size_t) number, (const char *) text.data, text.size);
  return true;
}

/* Types in SQLite are each value's own, so anything may stand anywhere: it is believed only if it is what
 * bind would have written. */
static bool
read_value (sqlite3_stmt *statement, int number, const struct column *column, dcpipe_row *row)
{
  if (sqlite3_column_type (statement, number) == SQLITE_NULL) {
    if (column->key)
      return false;
    dcpipe_set_null (row, (size_t) number);
    return true;
  }
  switch (column->type) {
  case DCPIPE_U64:
    return read_u64 (statement, number, row);
  case DCPIPE_TIME:
    return read_time (statement, number, row);
  case DCPIPE_DECIMAL:
    return read_decimal (statement, number, row);
  case DCPIPE_BOOL:
  case DCPIPE_I64:
    return read_integer (statement, number, column->type, row);
  default:
    return read_bytes (statement, number, column->type, row);
  }
}

bool
values_read (const struct store *store, sqlite3_stmt *statement, const struct table *table, dcpipe_row *row)
{
  for (size_t i = 0; i < table->columns_count; i++)
    if (!read_value (statement, (int) i, &table->columns[i], row)) {
      dcpipe_error ("%s: column %s of table %s holds a value that is not of its type: something else than "
                    "dcpipe changed it",
                    store->path, table->columns[i].name, table->name);
      return false;
    }
  return true;
}
