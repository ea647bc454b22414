/* SPDX-License-Identifier: Apache-2.0 */
/* Entries to feed decoders with: given, made up, or changed at random. */
#ifndef PLUGIN_TEST_HARNESS_ENTRIES_H
#define PLUGIN_TEST_HARNESS_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dcpipe-plugin.h"

/* An entry; its bytes are one allocation, at label.data. */
struct test_entry {
  struct dcpipe_bytes label, key, value;
  bool deleted;
};

struct entry_list {
  struct test_entry *items;
  size_t count;
};

/* Adds a copy. Ends the check when memory is short. */
void entries_add (struct entry_list *list, struct dcpipe_bytes label, struct dcpipe_bytes key,
                  struct dcpipe_bytes value, bool deleted);
void entries_free (struct entry_list *list);

/* Entries that an author may not have thought of, with that label: empty, full of zeros, of ff, of numbers,
 * of no UTF-8, and (`huge`) of a megabyte. */
void entries_make (struct entry_list *list, const char *label, bool huge);

/* A copy of `entry` with some bytes changed, cut off or added; `state` is that of the generator. */
void entries_mutate (struct entry_list *list, const struct test_entry *entry, uint64_t *state);

/* The next number of a generator that any seed starts. */
uint64_t entries_random (uint64_t *state);

#endif
