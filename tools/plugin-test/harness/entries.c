/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "harness/verdict.h"

void
entries_add (struct entry_list *list, struct dcpipe_bytes label, struct dcpipe_bytes key,
             struct dcpipe_bytes value, bool deleted)
{
  struct test_entry *room = array_room (&list->items, list->count, sizeof *room);
  uint8_t *bytes = malloc (label.size + key.size + value.size + 1), *at = bytes;
  struct dcpipe_bytes *parts[] = { &label, &key, &value };

  EXPECT_MEMORY (room);
  EXPECT_MEMORY (bytes);
  for (size_t i = 0; i < 3; i++) {
    if (parts[i]->size > 0)
      memcpy (at, parts[i]->data, parts[i]->size);
    parts[i]->data = at;
    at += parts[i]->size;
  }
  *room = (struct test_entry){ label, key, value, deleted };
  list->count++;
}

void
entries_free (struct entry_list *list)
{
  for (size_t i = 0; i < list->count; i++)
    free ((void *) (uintptr_t) list->items[i].label.data);
  free (list->items);
  *list = (struct entry_list){ 0 };
}

/* ---- made up ------------------------------------------------------------------------------------- */

/* SplitMix64: any seed will do, zero included. */
uint64_t
entries_random (uint64_t *state)
{
  uint64_t x = *state += UINT64_C (0x9e3779b97f4a7c15);

  x = (x ^ x >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C (0x94d049bb133111eb);
  return x ^ x >> 31;
}

#define MEGABYTE ((size_t) 1 << 20)

static void
add_made (struct entry_list *list, const char *label, const void *key, size_t key_size, const void *value,
          size_t value_size)
{
  const struct dcpipe_bytes name = { (const uint8_t *) label, strlen (label) };

  for (int deleted = 0; deleted < 2; deleted++)
    entries_add (list, name, (struct dcpipe_bytes){ key, key_size },
                 (struct dcpipe_bytes){ value, value_size }, deleted);
}

void
entries_make (struct entry_list *list, const char *label, bool huge)
{
  static const size_t key_sizes[] = { 0, 1, 32, 33, 500 };
  static const char text[] = "{\"a\":[1,null,\"\\ud83d\\ude00\"]}", broken[] = "\xc3\xff\x80 \xed\xa0\x80";
  static uint8_t zeros[600], ones[600], ramp[600];
  uint8_t *large;

  memset (ones, 0xff, sizeof ones);
  for (size_t i = 0; i < sizeof ramp; i++)
    ramp[i] = (uint8_t) i;
  for (size_t i = 0; i < sizeof key_sizes / sizeof *key_sizes; i++) {
    size_t size = key_sizes[i];

    add_made (list, label, ramp, size, NULL, 0);
    for (size_t value = 1; value <= sizeof zeros; value = value < 4 ? value + 1 : 3 * value) {
      add_made (list, label, ramp, size, zeros, value);
      add_made (list, label, ones, size, ones, value);
      add_made (list, label, zeros, size, ramp, value);
    }
    add_made (list, label, text, size < sizeof text ? size : sizeof text - 1, text, sizeof text - 1);
    add_made (list, label, broken, size < sizeof broken ? size : sizeof broken - 1, broken,
              sizeof broken - 1);
  }
  if (!huge)
    return;
  large = malloc (MEGABYTE);
  EXPECT_MEMORY (large);
  for (int fill = 0; fill < 3; fill++) {
    memset (large, fill == 0 ? 0 : fill == 1 ? 0xff : 'a', MEGABYTE);
    add_made (list, label, ramp, 32, large, MEGABYTE);
    add_made (list, label, large, MEGABYTE, ramp, 32);
  }
  free (large);
}

/* ---- changed at random --------------------------------------------------------------------------- */

/* One change of `size` bytes in a buffer with room for twice as many and 64; the new size. */
static size_t
change (uint8_t *data, size_t size, uint64_t *state)
{
  static const uint32_t numbers[] = { 0, 1, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000 };
  uint64_t random = entries_random (state);
  size_t at = size > 0 ? (random >> 8) % size : 0, length;
  uint32_t number = numbers[(random >> 40) % 7];

  switch (size == 0 ? 4 : random % 7) {
  case 0:
    data[at] ^= (uint8_t) (1u << (random >> 40) % 8);
    return size;
  case 1:
    data[at] = (uint8_t) (random >> 40);
    return size;
  case 2: /* cut short */
    return at;
  case 3: /* a number of four bytes, such as a length */
    memcpy (data + at, &number, size - at < sizeof number ? size - at : sizeof number);
    return size;
  case 4: /* longer */
    length = 1 + (random >> 40) % 32;
    memset (data + size, (int) (random >> 50), length);
    return size + length;
  case 5: /* a part of it twice */
    length = 1 + (random >> 40) % (size - at);
    memmove (data + at + length, data + at, size - at);
    return size + length;
  default: /* a part of it left out */
    length = 1 + (random >> 40) % (size - at);
    memmove (data + at, data + at + length, size - at - length);
    return size - length;
  }
}

/* Keys are short and have few ways to be wrong, so mostly the value is changed. */
void
entries_mutate (struct entry_list *list, const struct test_entry *entry, uint64_t *state)
{
  bool of_key = entries_random (state) % 8 == 0;
  struct dcpipe_bytes old = of_key ? entry->key : entry->value, changed;
  size_t size = old.size, changes = 1 + entries_random (state) % 3;
  uint8_t *data = malloc (8 * (size + 64));

  EXPECT_MEMORY (data);
  if (size > 0)
    memcpy (data, old.data, size);
  for (size_t i = 0; i < changes; i++)
    size = change (data, size, state);
  changed = (struct dcpipe_bytes){ data, size };
  entries_add (list, entry->label, of_key ? changed : entry->key, of_key ? entry->value : changed,
               entry->deleted);
  free (data);
}
