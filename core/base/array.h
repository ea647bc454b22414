/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that grow by one element at a time: a pointer to the first, and how many there are.
 *
 *     struct item *item = array_room (&list->items, list->count, sizeof *item);
 *
 *     if (item == NULL)
 *       return false;
 *     item->name = name;
 *     list->count++; */
#ifndef DCPIPE_BASE_ARRAY_H
#define DCPIPE_BASE_ARRAY_H

#include <stddef.h>

/* Makes room for one element behind the `count` that there are, each of `size` bytes, and moves the list if
 * need be. `list` is the address of the pointer to the first. Returns the room, filled with zeros; NULL when
 * memory is short, and then nothing has changed. */
void *array_room (void *list, size_t count, size_t size);

#endif
