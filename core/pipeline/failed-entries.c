/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/failed-entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* When memory is short the key is not added, and the flag says so. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) (failures->no_memory = true)
#include <uthash.h>

struct failure_key {
  UT_hash_handle hh;
  size_t size;
  uint8_t bytes[]; /* dcpipe_row_key */
};

bool
failed_entries_add (struct failed_entries *failures, const struct dcpipe_row *row)
{
  size_t size = dcpipe_row_key (row, NULL, 0);
  struct failure_key *key = malloc (sizeof *key + size), *known = NULL;

  if (key == NULL) {
    failures->no_memory = true;
    return false;
  }
  key->size = size;
  dcpipe_row_key (row, key->bytes, size);
  HASH_FIND (hh, failures->keys, key->bytes, size, known);
  if (known == NULL)
    HASH_ADD_KEYPTR (hh, failures->keys, key->bytes, size, key);
  if (known != NULL || failures->no_memory) {
    free (key);
    return false;
  }
  failures->count++;
  return true;
}

void
failed_entries_clear (struct failed_entries *failures)
{
  struct failure_key *key, *next;

  HASH_ITER (hh, failures->keys, key, next) {
    HASH_DEL (failures->keys, key);
    free (key);
  }
  *failures = (struct failed_entries){ .keys = NULL };
}
