/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of failed_entries that one sink was given since its last commit, so that each is counted once:
 * decode, resolve and the sink itself may all find fault with the same item. One thread. */
#ifndef DCPIPE_PIPELINE_FAILED_ENTRIES_H
#define DCPIPE_PIPELINE_FAILED_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
