/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "buffer.h"

#include <stdlib.h>

bool
buffer_reserve (struct buffer *buffer, size_t more)
{
  size_t needed, capacity;
  uint8_t *data;

  if (__builtin_add_overflow (buffer->size, more, &needed))
    return false;
  if (needed <= buffer->capacity)
    return true;
  capacity = buffer->capacity < 4096 ? 4096 : buffer->capacity;
  while (capacity < needed)
    if (__builtin_mul_overflow (capacity, (size_t) 2, &capacity))
      return false;
  data = realloc (buffer->data, capacity);
  if (data == NULL)
    return false;
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}
