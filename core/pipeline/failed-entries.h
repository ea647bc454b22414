/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of failed_entries that one sink was given since its last commit, so that each is counted once:
 * decode, resolve and the sink itself may all find fault with the same item. One thread. */
#ifndef DCPIPE_PIPELINE_FAILED_ENTRIES_H
#define DCPIPE_PIPELINE_FAILED_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/row.h"

struct failure_key;

/* All zero: empty. */
struct failed_entries {
  struct failure_key *keys;
  size_t count;
  bool no_memory;
};

/* Adds a row of failed_entries. True if there was none with its key; `no_memory` tells when that is not
 * known. */
bool failed_entries_add (struct failed_entries *failures, const struct dcpipe_row *row);

void failed_entries_clear (struct failed_entries *failures);

/* A row that came into failed_entries. */
struct failure_note {
  uint64_t block_offset, entry_index, item;
  char *label, *decoder, *reason;
};

/* A bounded list: when it is full the oldest is dropped. */
#define FAILURE_NOTES_MAX 100
struct failure_notes {
  struct failure_note *items;
  size_t count;
};

/* Appends a copy of the row. When memory is short the note is lost: the row itself is in the table. */
void failure_notes_add (struct failure_notes *notes, const struct dcpipe_row *row);

/* Appends copies of all of `from`. */
void failure_notes_copy (struct failure_notes *notes, const struct failure_notes *from);

/* Appends all of `from`, which is empty afterwards. */
void failure_notes_move (struct failure_notes *notes, struct failure_notes *from);
void failure_notes_clear (struct failure_notes *notes);

#endif
