/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/certificate/cbor_write.h"

#include <cbor/encoding.h>
#include <stdlib.h>

#include "bytes/grow.h"

#define HEAD_MAX 9
#define TAG_SELF_DESCRIBED 55799

/* Failure sticks, so that callers look at it once, at the end. */
static bool
reserve (struct ic_cbor_writer *writer, size_t more)
{
  if (!writer->failed)
    writer->failed = !bytes_reserve (&writer->data, writer->size, &writer->capacity, more);
  return !writer->failed;
}

/* `encode` is one of libcbor's functions for the head of an item. */
#define PUT_HEAD(writer, encode, value)                                                                      \
  do {                                                                                                       \
    if (reserve (writer, HEAD_MAX))                                                                          \
      (writer)->size += encode (value, (writer)->data + (writer)->size, HEAD_MAX);                           \
  } while (0)

static void
put_raw (struct ic_cbor_writer *writer, const void *data, size_t size)
{
  if (size > 0 && reserve (writer, size)) {
    memcpy (writer->data + writer->size, data, size);
    writer->size += size;
  }
}

void
ic_cbor_put_uint (struct ic_cbor_writer *writer, uint64_t value)
{
  PUT_HEAD (writer, cbor_encode_uint, value);
}

void
ic_cbor_put_bytes (struct ic_cbor_writer *writer, struct bytes value)
{
  PUT_HEAD (writer, cbor_encode_bytestring_start, value.size);
  put_raw (writer, value.data, value.size);
}

void
ic_cbor_put_text (struct ic_cbor_writer *writer, const char *text, size_t size)
{
  PUT_HEAD (writer, cbor_encode_string_start, size);
  put_raw (writer, text, size);
}

void
ic_cbor_put_array (struct ic_cbor_writer *writer, size_t count)
{
  PUT_HEAD (writer, cbor_encode_array_start, count);
}

void
ic_cbor_put_map (struct ic_cbor_writer *writer, size_t count)
{
  PUT_HEAD (writer, cbor_encode_map_start, count);
}

void
ic_cbor_put_self_described (struct ic_cbor_writer *writer)
{
  PUT_HEAD (writer, cbor_encode_tag, TAG_SELF_DESCRIBED);
}

void
ic_cbor_writer_free (struct ic_cbor_writer *writer)
{
  free (writer->data);
  *writer = (struct ic_cbor_writer){ 0 };
}
