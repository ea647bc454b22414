/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "list.h"

#include <stdlib.h>
#include <string.h>

void *
list_room (void *list, size_t count, size_t size)
{
  char *items;

  memcpy (&items, list, sizeof items);
  items = realloc (items, (count + 1) * size);
  if (items == NULL)
    return NULL;
  memcpy (list, &items, sizeof items);
  return memset (items + count * size, 0, size);
}
