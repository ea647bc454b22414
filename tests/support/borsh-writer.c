/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/borsh-writer.h"

#include <stdlib.h>

uint8_t *
put_room (struct borsh_out *out, size_t size)
{
  uint8_t *room;

  if (out->capacity - out->size < size) {
    out->capacity = 2 * out->capacity + size + 256;
    out->data = realloc (out->data, out->capacity);
    if (out->data == NULL)
      abort ();
  }
  room = out->data + out->size;
  out->size += size;
  return room;
}

void
put_raw (struct borsh_out *out, const void *data, size_t size)
{
  uint8_t *room = put_room (out, size);

  if (size > 0)
    memcpy (room, data, size);
}

void
put_u8 (struct borsh_out *out, uint8_t value)
{
  *put_room (out, 1) = value;
}

void
put_u32 (struct borsh_out *out, uint32_t value)
{
  uint8_t *room = put_room (out, 4);

  for (int i = 0; i < 4; i++)
    room[i] = (uint8_t) (value >> (8 * i));
}

void
put_u64 (struct borsh_out *out, uint64_t value)
{
  store_le64 (put_room (out, 8), value);
}

void
put_bytes (struct borsh_out *out, const void *data, size_t size)
{
  put_u32 (out, (uint32_t) size);
  put_raw (out, data, size);
}

void
put_text (struct borsh_out *out, const char *text)
{
  put_bytes (out, text, strlen (text));
}

void
put_option_text (struct borsh_out *out, const char *text)
{
  put_u8 (out, text != NULL);
  if (text != NULL)
    put_text (out, text);
}
