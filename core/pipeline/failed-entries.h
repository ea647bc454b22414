/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the table failed_entries, as one sink is given them: their keys, so that each is counted once, and
 * what people are told of them. One thread at a time. */
#ifndef DCPIPE_PIPELINE_FAILED_ENTRIES_H
#define DCPIPE_PIPELINE_FAILED_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/row.h"

struct failed_key;

/* The keys of those since the last commit: decode, resolve and the sink itself may all find fault with the
 * same item. All zero: empty. */
struct failed_keys {
  struct failed_key *keys;
  size_t count;
  bool no_memory;
};

/* True if the row's key was not there yet; `no_memory` tells when that is not known. */
bool failed_keys_add (struct failed_keys *failed, const struct dcpipe_row *row);
void failed_keys_clear (struct failed_keys *failed);

/* What is told of one. */
struct failed_entry {
  uint64_t block_offset, entry_index, item;
  char *label, *decoder, *reason;
};

/* All zero: empty. When it is full the oldest is dropped, because a broken decoder fails at every entry. */
#define FAILED_ENTRIES_KEPT 100
struct failed_entries {
  struct failed_entry *items;
  size_t count;
};

/* Appends what the row says. When memory is short that is lost: the row itself is in the table. */
void failed_entries_add (struct failed_entries *list, const struct dcpipe_row *row);

/* Appends copies of all of `from`. */
void failed_entries_copy (struct failed_entries *list, const struct failed_entries *from);

/* Appends all of `from`, which is empty afterwards. */
void failed_entries_move (struct failed_entries *list, struct failed_entries *from);
void failed_entries_clear (struct failed_entries *list);

#endif
