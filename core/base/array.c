/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* Grows by one element at a time: these lists have a handful of items, read once from a configuration, and
 * realloc of a few hundred bytes seldom moves anything. Pointers go through memcpy, since a void ** may not
 * stand for the address of another kind of pointer. */
void *
array_room (void *list, size_t count, size_t size)
{
  char *items, *more;

  memcpy (&items, list, sizeof items);
  more = realloc (items, (count + 1) * size);
  if (more == NULL)
    return NULL;
  memcpy (list, &more, sizeof more);
  return memset (more + count * size, 0, size);
}
