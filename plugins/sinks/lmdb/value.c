/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as CBOR: an array with one item for each column, and behind them the whole key if it is long. */
#include "config.h"

#include "value.h"

#include <assert.h>
#include <cbor/encoding.h>
#include <string.h>

#include "bytes/bytes.h"
#include "key.h"
#include "result.h"

enum major { UNSIGNED = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, SIMPLE = 7 };
enum simple { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

#define HEAD_MAX 9 /* bytes before the content of an item */

/* ---- out ----------------------------------------------------------------------------------------- */

/* The caller has made room. */
static void
put (struct buffer *buffer, const void *data, size_t size)
{
  assert (size <= buffer->capacity - buffer->size);
  if (size > 0)
    memcpy (buffer->data + buffer->size, data, size);
  buffer->size += size;
}

/* There is room for HEAD_MAX bytes, so no encoder gives 0. */
static void
put_i64 (struct buffer *buffer, int64_t value)
{
  uint8_t *at = buffer->data + buffer->size;

  buffer->size += value < 0 ? cbor_encode_negint (~(uint64_t) value, at, HEAD_MAX)
                            : cbor_encode_uint ((uint64_t) value, at, HEAD_MAX);
}

/* Room for the head and the bytes is made at once, so that the buffer moves at most once. */
static bool
put_text (struct buffer *buffer, bool text, struct dcpipe_bytes bytes)
{
  uint8_t *at;

  if (bytes.size > SIZE_MAX - HEAD_MAX || !buffer_reserve (buffer, HEAD_MAX + bytes.size))
    return false;
  at = buffer->data + buffer->size;
  buffer->size += text ? cbor_encode_string_start (bytes.size, at, HEAD_MAX)
                       : cbor_encode_bytestring_start (bytes.size, at, HEAD_MAX);
  put (buffer, bytes.data, bytes.size);
  return true;
}

/* Heads are as short as they can be, as deterministic CBOR has them: equal rows are equal bytes. */
static bool
put_value (struct buffer *buffer, int type, const dcpipe_row *row, size_t column)
{
  uint8_t *at;

  if (!buffer_reserve (buffer, HEAD_MAX))
    return false;
  at = buffer->data + buffer->size;
  if (dcpipe_is_null (row, column)) {
    buffer->size += cbor_encode_null (at, HEAD_MAX);
    return true;
  }
  switch (type) {
  case DCPIPE_BOOL:
    buffer->size += cbor_encode_bool (dcpipe_get_bool (row, column), at, HEAD_MAX);
    return true;
  case DCPIPE_I64:
    put_i64 (buffer, dcpipe_get_i64 (row, column));
    return true;
  case DCPIPE_U64:
  case DCPIPE_TIME:
    buffer->size += cbor_encode_uint (dcpipe_get_u64 (row, column), at, HEAD_MAX);
    return true;
  default:
    return put_text (buffer, type != DCPIPE_BLOB, dcpipe_get_bytes (row, column));
  }
}

/* Whether a column keeps the value that the row had. */
static bool
is_kept (const struct column *column, const dcpipe_row *row, size_t number)
{
  if (dcpipe_row_operation (row) == DCPIPE_UPDATE)
    return column->key || !dcpipe_is_set (row, number);
  return column->keep_first && !column->key;
}

/* Items that are kept are copied as they are: what is there need not be decoded. */
bool
value_make (struct store *store, const struct table *table, const dcpipe_row *row,
            const struct dcpipe_bytes *old)
{
  struct buffer *buffer = &store->value;
  bool is_long = key_is_long (store);

  buffer->size = 0;
  if (!buffer_reserve (buffer, HEAD_MAX))
    return false;
  buffer->size = cbor_encode_array_start (table->columns_count + is_long, buffer->data, HEAD_MAX);
  for (size_t i = 0; i < table->columns_count; i++)
    if (old == NULL || !is_kept (&table->columns[i], row, i)) {
      if (!put_value (buffer, table->columns[i].type, row, i))
        return false;
    } else {
      if (!buffer_reserve (buffer, old[i].size))
        return false;
      put (buffer, old[i].data, old[i].size);
    }
  return !is_long || put_text (buffer, false, (struct dcpipe_bytes){ store->key.data, store->key.size });
}

/* ---- in ------------------------------------------------------------------------------------------ */

struct item {
  enum major major;
  uint64_t argument;    /* the number, the simple value, the count or size of the content */
  const uint8_t *bytes; /* the content of text and bytes */
};

/* Where reading has come to. */
struct reader {
  const uint8_t *at, *end;
};

/* The argument of an item whose first byte was read. Nothing of indefinite length is ours. */
static bool
read_argument (struct reader *reader, unsigned info, uint64_t *argument)
{
  size_t size = info < 24 ? 0 : (size_t) 1 << (info - 24);

  if (info > 27 || (size_t) (reader->end - reader->at) < size)
    return false;
  *argument = size == 0 ? info : 0;
  for (size_t i = 0; i < size; i++)
    *argument = *argument << 8 | reader->at[i];
  reader->at += size;
  return true;
}

/* Not libcbor's reader: only what this sink writes is taken, and nothing is allocated. */
static bool
read_item (struct reader *reader, struct item *item)
{
  unsigned first;

  if (reader->at == reader->end)
    return false;
  first = *reader->at++;
  item->major = (enum major) (first >> 5);
  if (item->major == SIMPLE && (first & 31) >= 24) /* a number with a fraction */
    return false;
  if (!read_argument (reader, first & 31, &item->argument))
    return false;
  if (item->major != BYTES && item->major != TEXT)
    return true;
  if ((size_t) (reader->end - reader->at) < item->argument)
    return false;
  item->bytes = reader->at;
  reader->at += item->argument;
  return true;
}

/* The head of the array; tells whether the whole key lies behind the columns. */
static bool
read_head (struct reader *reader, const struct table *table, bool *is_long)
{
  struct item item;

  if (!read_item (reader, &item) || item.major != ARRAY || item.argument < table->columns_count)
    return false;
  *is_long = item.argument - table->columns_count == 1;
  return *is_long || item.argument == table->columns_count;
}

/* Items are found and not decoded: what an UPDATE keeps is copied as it is. */
bool
value_split (const struct table *table, MDB_val value, struct dcpipe_bytes *items, struct dcpipe_bytes *key)
{
  struct reader reader = { value.mv_data, (const uint8_t *) value.mv_data + value.mv_size };
  struct item item;
  bool is_long;

  *key = (struct dcpipe_bytes){ NULL, 0 };
  if (!read_head (&reader, table, &is_long))
    return false;
  for (size_t i = 0; i < table->columns_count; i++) {
    const uint8_t *begin = reader.at;

    if (!read_item (&reader, &item) || item.major == ARRAY || (item.major > ARRAY && item.major != SIMPLE))
      return false;
    items[i] = (struct dcpipe_bytes){ begin, (size_t) (reader.at - begin) };
  }
  if (is_long) {
    if (!read_item (&reader, &item) || item.major != BYTES || item.argument <= KEY_WHOLE)
      return false;
    *key = (struct dcpipe_bytes){ item.bytes, (size_t) item.argument };
  }
  return reader.at == reader.end;
}

/* CBOR keeps negative numbers as their complement, so that all of I64 fits. */
static bool
set_integer (const struct item *item, int type, dcpipe_row *row, size_t column)
{
  if (type == DCPIPE_I64 && item->argument > INT64_MAX)
    return false;
  if (item->major == NEGATIVE && type != DCPIPE_I64)
    return false;
  if (type == DCPIPE_I64)
    dcpipe_set_i64 (row, column, (int64_t) (item->major == NEGATIVE ? ~item->argument : item->argument));
  else if (type == DCPIPE_U64)
    dcpipe_set_u64 (row, column, item->argument);
  else if (type == DCPIPE_TIME)
    dcpipe_set_time (row, column, item->argument);
  else
    return false;
  return true;
}

static bool
set_text (const struct item *item, int type, dcpipe_row *row, size_t column)
{
  size_t size = (size_t) item->argument;

  if (type == DCPIPE_TEXT)
    dcpipe_set_text (row, column, item->bytes, size);
  else if (type == DCPIPE_DECIMAL)
    dcpipe_set_decimal (row, column, (const char *) item->bytes, size);
  else if (type == DCPIPE_JSON)
    dcpipe_set_json (row, column, (const char *) item->bytes, size);
  else
    return false;
  return true;
}

static bool
set_simple (const struct item *item, const struct column *described, dcpipe_row *row, size_t column)
{
  if (item->argument == SIMPLE_NULL && !described->key)
    dcpipe_set_null (row, column);
  else if (described->type == DCPIPE_BOOL
           && (item->argument == SIMPLE_FALSE || item->argument == SIMPLE_TRUE))
    dcpipe_set_bool (row, column, item->argument == SIMPLE_TRUE);
  else
    return false;
  return true;
}

/* The type must be the declared one, and a key is never null: whatever else is there, dcpipe did not write
 * it. */
static bool
set_value (const struct item *item, const struct column *described, dcpipe_row *row, size_t column)
{
  switch (item->major) {
  case UNSIGNED:
  case NEGATIVE:
    return set_integer (item, described->type, row, column);
  case BYTES:
    if (described->type != DCPIPE_BLOB)
      return false;
    dcpipe_set_blob (row, column, item->bytes, (size_t) item->argument);
    return true;
  case TEXT:
    return set_text (item, described->type, row, column);
  case SIMPLE:
    return set_simple (item, described, row, column);
  default:
    return false;
  }
}

/* All columns are set, in their order, so that a row carries nothing over from the one before. */
int
value_read (const struct store *store, const struct table *table, MDB_val value, dcpipe_row *row)
{
  struct reader reader = { value.mv_data, (const uint8_t *) value.mv_data + value.mv_size };
  struct item item;
  bool is_long;

  if (!read_head (&reader, table, &is_long))
    return store_damaged (store, table);
  for (size_t i = 0; i < table->columns_count; i++)
    if (!read_item (&reader, &item) || !set_value (&item, &table->columns[i], row, i)) {
      dcpipe_error ("%s: column %s of table %s holds a value that is not of its type: "
                    "something else than dcpipe changed it",
                    store->path, table->columns[i].name, table->name);
      return DCPIPE_FAIL;
    }
  return DCPIPE_OK;
}
