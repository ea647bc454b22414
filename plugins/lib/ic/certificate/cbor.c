/* SPDX-License-Identifier: Apache-2.0 */
/* libcbor's streaming decoder reads heads, and is trusted with nothing else: it allocates nothing, and
 * follows no nesting. */
#include "config.h"

#include "ic/certificate/cbor.h"

#include <assert.h>
#include <cbor/configuration.h>
#include <cbor/streaming.h>
#include <stdio.h>

#include "bytes/utf8.h"

#define TAG_SELF_DESCRIBED 55799

enum item_type {
  ITEM_UNSIGNED,
  ITEM_BYTES,
  ITEM_TEXT,
  ITEM_ARRAY,
  ITEM_MAP,
  ITEM_TAG,
  ITEM_NULL,
  ITEM_BREAK,
  ITEM_OTHER, /* negative and floating-point numbers, booleans, undefined: only ever skipped */
};

static const char *const type_names[] = {
  [ITEM_UNSIGNED] = "an unsigned integer",
  [ITEM_BYTES] = "a byte string",
  [ITEM_TEXT] = "a text",
  [ITEM_ARRAY] = "an array",
  [ITEM_MAP] = "a map",
  [ITEM_TAG] = "a tag",
  [ITEM_NULL] = "null",
  [ITEM_BREAK] = "a break",
  [ITEM_OTHER] = "another value",
};

/* The head of one item; for a string of definite length, its bytes too. */
struct item {
  enum item_type type;
  bool indefinite;
  uint64_t number; /* value, tag, or count of elements or pairs */
  struct bytes bytes;
};

/* The type of lengths in libcbor's callbacks, which changed with its version 0.10. */
#if CBOR_MAJOR_VERSION > 0 || CBOR_MINOR_VERSION >= 10
typedef uint64_t callback_size;
#else
typedef size_t callback_size;
#endif

/* libcbor decodes one head at a time and hands it to one of these callbacks; each stores it in the item that
 * is its context. Nesting, counts, breaks and ends are followed here. */
#define CALLBACK(name, parameters, ...)                                                                      \
  static void name parameters                                                                                \
  {                                                                                                          \
    *(struct item *) context = (struct item){ __VA_ARGS__ };                                                 \
  }

CALLBACK (on_uint8, (void *context, uint8_t value), .type = ITEM_UNSIGNED, .number = value)
CALLBACK (on_uint16, (void *context, uint16_t value), .type = ITEM_UNSIGNED, .number = value)
CALLBACK (on_uint32, (void *context, uint32_t value), .type = ITEM_UNSIGNED, .number = value)
CALLBACK (on_uint64, (void *context, uint64_t value), .type = ITEM_UNSIGNED, .number = value)
CALLBACK (on_bytes, (void *context, cbor_data data, callback_size size), .type = ITEM_BYTES,
          .bytes = { data, (size_t) size })
CALLBACK (on_text, (void *context, cbor_data data, callback_size size), .type = ITEM_TEXT,
          .bytes = { data, (size_t) size })
CALLBACK (on_bytes_start, (void *context), .type = ITEM_BYTES, .indefinite = true)
CALLBACK (on_text_start, (void *context), .type = ITEM_TEXT, .indefinite = true)
CALLBACK (on_array, (void *context, callback_size count), .type = ITEM_ARRAY, .number = count)
CALLBACK (on_array_start, (void *context), .type = ITEM_ARRAY, .indefinite = true)
CALLBACK (on_map, (void *context, callback_size count), .type = ITEM_MAP, .number = count)
CALLBACK (on_map_start, (void *context), .type = ITEM_MAP, .indefinite = true)
CALLBACK (on_tag, (void *context, uint64_t tag), .type = ITEM_TAG, .number = tag)
CALLBACK (on_null, (void *context), .type = ITEM_NULL)
CALLBACK (on_break, (void *context), .type = ITEM_BREAK)
CALLBACK (on_undefined, (void *context), .type = ITEM_OTHER)
CALLBACK (on_negative8, (void *context, uint8_t value), .type = ITEM_OTHER, .number = value)
CALLBACK (on_negative16, (void *context, uint16_t value), .type = ITEM_OTHER, .number = value)
CALLBACK (on_negative32, (void *context, uint32_t value), .type = ITEM_OTHER, .number = value)
CALLBACK (on_negative64, (void *context, uint64_t value), .type = ITEM_OTHER, .number = value)
CALLBACK (on_boolean, (void *context, bool value), .type = ITEM_OTHER, .number = value)
CALLBACK (on_float, (void *context, float value), .type = ITEM_OTHER, .number = value != 0)
CALLBACK (on_double, (void *context, double value), .type = ITEM_OTHER, .number = value != 0)

static const struct cbor_callbacks callbacks = {
  .uint8 = on_uint8,
  .uint16 = on_uint16,
  .uint32 = on_uint32,
  .uint64 = on_uint64,
  .negint8 = on_negative8,
  .negint16 = on_negative16,
  .negint32 = on_negative32,
  .negint64 = on_negative64,
  .byte_string = on_bytes,
  .byte_string_start = on_bytes_start,
  .string = on_text,
  .string_start = on_text_start,
  .array_start = on_array,
  .indef_array_start = on_array_start,
  .map_start = on_map,
  .indef_map_start = on_map_start,
  .tag = on_tag,
  .float2 = on_float,
  .float4 = on_float,
  .float8 = on_double,
  .undefined = on_undefined,
  .null = on_null,
  .boolean = on_boolean,
  .indef_break = on_break,
};

/* The first failure is the one to report; `next` then shows what it was about. */
bool
ic_cbor_fail (struct ic_cbor_reader *reader, const char *reason)
{
  if (!reader->failed)
    ic_error_set (reader->error, "CBOR byte %zu: %s", (size_t) (reader->next - reader->begin), reason);
  reader->failed = true;
  return false;
}

/* Both in words: the reader of the message sees what the other side sent. */
static bool
fail_expected (struct ic_cbor_reader *reader, enum item_type expected, enum item_type found)
{
  char reason[80];

  snprintf (reason, sizeof reason, "expected %s, found %s", type_names[expected], type_names[found]);
  return ic_cbor_fail (reader, reason);
}

/* Decodes the head at the current position without moving on; `size` is its length. An element takes a byte
 * at least, and a pair two, so counts beyond what is left are lies, and refused before anybody loops over
 * them. When it fails, the item is empty. */
static bool
peek (struct ic_cbor_reader *reader, struct item *item, size_t *size)
{
  size_t left = (size_t) (reader->end - reader->next);
  struct cbor_decoder_result result;

  *item = (struct item){ .type = ITEM_OTHER };
  *size = 0;
  if (reader->failed)
    return false;
  if (left == 0)
    return ic_cbor_fail (reader, "the message is cut short");
  result = cbor_stream_decode (reader->next, left, &callbacks, item);
  if (result.status == CBOR_DECODER_NEDATA)
    return ic_cbor_fail (reader, "an item is longer than what is left of the message");
  if (result.status != CBOR_DECODER_FINISHED)
    return ic_cbor_fail (reader, "not well-formed CBOR");
  left -= result.read;
  if ((item->type == ITEM_ARRAY && item->number > left)
      || (item->type == ITEM_MAP && item->number > left / 2))
    return ic_cbor_fail (reader, "a container claims more elements than are left of the message");
  *size = result.read;
  return true;
}

/* Takes an item of any type. */
static bool
next (struct ic_cbor_reader *reader, struct item *item)
{
  size_t size;

  if (!peek (reader, item, &size))
    return false;
  reader->next += size;
  return true;
}

static bool
expect (struct ic_cbor_reader *reader, enum item_type type, struct item *item)
{
  size_t size;

  if (!peek (reader, item, &size))
    return false;
  if (item->type != type)
    return fail_expected (reader, type, item->type);
  reader->next += size;
  return true;
}

/* Takes the next item if it is a null or a break, whichever is asked for. */
static bool
take (struct ic_cbor_reader *reader, enum item_type type)
{
  struct item item;
  size_t size;

  if (!peek (reader, &item, &size) || item.type != type)
    return false;
  reader->next += size;
  return true;
}

/* Nesting is bounded because skipping is recursive, and so are many callers. */
static bool
enter (struct ic_cbor_reader *reader)
{
  if (reader->depth == IC_CBOR_MAX_DEPTH)
    return ic_cbor_fail (reader, "nested too deeply");
  reader->depth++;
  return true;
}

void
ic_cbor_read (struct ic_cbor_reader *reader, struct bytes input, struct ic_arena *arena,
              struct ic_error *error)
{
  struct item item;
  size_t size;

  *reader = (struct ic_cbor_reader){
    .begin = input.data,
    .next = input.data,
    .end = input.size > 0 ? input.data + input.size : input.data,
    .arena = arena,
    .error = error,
  };
  if (peek (reader, &item, &size) && item.type == ITEM_TAG && item.number == TAG_SELF_DESCRIBED)
    reader->next += size;
}

bool
ic_cbor_finish (struct ic_cbor_reader *reader)
{
  if (!reader->failed && reader->next != reader->end)
    ic_cbor_fail (reader, "bytes are left over behind the message");
  return !reader->failed;
}

bool
ic_cbor_uint (struct ic_cbor_reader *reader, uint64_t *value)
{
  struct item item;

  if (!expect (reader, ITEM_UNSIGNED, &item))
    return false;
  *value = item.number;
  return true;
}

/* Passes over the chunks of a string up to its break, copying them to `copy` unless that is NULL. */
static bool
take_chunks (struct ic_cbor_reader *reader, enum item_type type, uint8_t *copy, size_t *size)
{
  struct item item;

  *size = 0;
  while (next (reader, &item) && item.type != ITEM_BREAK) {
    if (item.type != type || item.indefinite)
      return ic_cbor_fail (reader, "a chunk of a string is not a string of the same type");
    if (copy != NULL && item.bytes.size > 0)
      memcpy (copy + *size, item.bytes.data, item.bytes.size);
    *size += item.bytes.size;
  }
  return !reader->failed;
}

/* Goes over the chunks twice: first for their size and soundness, then to copy them. */
static bool
join_chunks (struct ic_cbor_reader *reader, enum item_type type, struct bytes *value)
{
  const uint8_t *first = reader->next;
  uint8_t *copy;

  if (!take_chunks (reader, type, NULL, &value->size))
    return false;
  if (reader->arena == NULL)
    return ic_cbor_fail (reader, "a string in chunks is not accepted here");
  copy = ic_arena_alloc (reader->arena, value->size);
  if (copy == NULL)
    return ic_cbor_fail (reader, "out of memory");
  reader->next = first;
  value->data = copy;
  return take_chunks (reader, type, copy, &value->size);
}

/* A string of definite length is a view, so that a certificate's blobs are never copied. */
static bool
take_string (struct ic_cbor_reader *reader, enum item_type type, struct bytes *value)
{
  struct item item;

  if (!expect (reader, type, &item))
    return false;
  if (item.indefinite)
    return join_chunks (reader, type, value);
  *value = item.bytes;
  return true;
}

bool
ic_cbor_bytes (struct ic_cbor_reader *reader, struct bytes *value)
{
  return take_string (reader, ITEM_BYTES, value);
}

bool
ic_cbor_text (struct ic_cbor_reader *reader, struct bytes *value)
{
  if (!take_string (reader, ITEM_TEXT, value))
    return false;
  if (!utf8_valid (value->data, value->size))
    return ic_cbor_fail (reader, "a text is not UTF-8");
  return true;
}

bool
ic_cbor_null (struct ic_cbor_reader *reader)
{
  return take (reader, ITEM_NULL);
}

/* Depth is given back by ic_cbor_more, which every caller calls until it says no. */
static bool
open_list (struct ic_cbor_reader *reader, enum item_type type, struct ic_cbor_list *list)
{
  struct item item;

  if (!expect (reader, type, &item))
    return false;
  *list = (struct ic_cbor_list){ .left = item.number, .indefinite = item.indefinite };
  return enter (reader);
}

bool
ic_cbor_open_array (struct ic_cbor_reader *reader, struct ic_cbor_list *list)
{
  return open_list (reader, ITEM_ARRAY, list);
}

bool
ic_cbor_more (struct ic_cbor_reader *reader, struct ic_cbor_list *list)
{
  if (reader->failed)
    return false;
  if (list->indefinite ? take (reader, ITEM_BREAK) : list->left == 0) {
    reader->depth--;
    return false;
  }
  list->left--;
  return !reader->failed;
}

bool
ic_cbor_open_map (struct ic_cbor_reader *reader, struct ic_cbor_map *map)
{
  map->seen = 0;
  map->others = 0;
  return open_list (reader, ITEM_MAP, &map->list);
}

/* Keys that the caller does not know are kept to find one that comes twice. */
static int
note_other (struct ic_cbor_reader *reader, struct ic_cbor_map *map, struct bytes key)
{
  for (unsigned i = 0; i < map->others; i++)
    if (bytes_equal (map->other[i], key)) {
      ic_cbor_fail (reader, "a key of a map comes twice");
      return IC_CBOR_END;
    }
  if (map->others == IC_CBOR_MAX_OTHERS) {
    ic_cbor_fail (reader, "a map has too many unknown keys");
    return IC_CBOR_END;
  }
  map->other[map->others++] = key;
  return IC_CBOR_OTHER;
}

/* A key that comes twice is refused and not overruled: two readers could otherwise see two different
 * messages in the same signed bytes. */
int
ic_cbor_field (struct ic_cbor_reader *reader, struct ic_cbor_map *map, const char *const *names, size_t count)
{
  struct bytes key;

  assert (count <= 64);
  if (!ic_cbor_more (reader, &map->list) || !ic_cbor_text (reader, &key))
    return IC_CBOR_END;
  for (size_t i = 0; i < count; i++) {
    if (!bytes_are (key, names[i]))
      continue;
    if (ic_cbor_has (map, (unsigned) i)) {
      ic_cbor_fail (reader, "a key of a map comes twice");
      return IC_CBOR_END;
    }
    map->seen |= (uint64_t) 1 << i;
    return (int) i;
  }
  return note_other (reader, map, key);
}

/* Recursion ends at IC_CBOR_MAX_DEPTH. */
bool
ic_cbor_skip (struct ic_cbor_reader *reader)
{
  struct ic_cbor_list list;
  struct item item;
  size_t size;

  if (!next (reader, &item))
    return false;
  switch (item.type) {
  case ITEM_BREAK:
    return ic_cbor_fail (reader, "a break is out of place");
  case ITEM_BYTES:
  case ITEM_TEXT:
    return !item.indefinite || take_chunks (reader, item.type, NULL, &size);
  case ITEM_TAG:
    if (!enter (reader) || !ic_cbor_skip (reader))
      return false;
    reader->depth--;
    return true;
  case ITEM_ARRAY:
  case ITEM_MAP:
    list = (struct ic_cbor_list){ .left = item.number, .indefinite = item.indefinite };
    if (!enter (reader))
      return false;
    while (ic_cbor_more (reader, &list))
      if (!ic_cbor_skip (reader) || (item.type == ITEM_MAP && !ic_cbor_skip (reader)))
        return false;
    return !reader->failed;
  default:
    return true;
  }
}
