/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for bytes of which nobody knows how many come. */
#ifndef DCPIPE_LIB_GROW_H
#define DCPIPE_LIB_GROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Makes room for `more` bytes behind the first `size` of the `*capacity` bytes at `*data`, which is malloc's,
 * or NULL as long as there are none; afterwards it is never NULL. It at least doubles, so that appending
 * takes time in proportion to what is appended. False if there is no memory: then nothing has changed. */
static inline bool
bytes_reserve (uint8_t **data, size_t size, size_t *capacity, size_t more)
{
  size_t larger = *capacity < 256 ? 256 : *capacity;
  uint8_t *moved;

  if (*data != NULL && more <= *capacity - size)
    return true;
  if (more > SIZE_MAX / 2 - size)
    return false;
  while (larger - size < more)
    larger *= 2;
  moved = realloc (*data, larger);
  if (moved == NULL)
    return false;
  *data = moved;
  *capacity = larger;
  return true;
}

#endif
