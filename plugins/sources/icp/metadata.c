/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "metadata.h"

#include "bytes/cleanup.h"
#include "ic/certificate/hash_tree.h"

static const char reply_types[] =
    "(vec record { text; variant { Nat : nat; Int : int; Blob : blob; Text : text } })";

const struct bytes metadata_arguments = { (const uint8_t *) "DIDL\0", 6 };

/* The number under a key. */
static bool
find_number (const struct ic_candid_value *list, const char *key, uint64_t *number)
{
  for (uint32_t i = 0; i < list->count; i++) {
    const struct ic_candid_value *pair = list->items[i].items, *value = ic_candid_case (&pair[1], "Nat");

    if (value != NULL && bytes_equal (pair[0].bytes, ic_label (key)))
      return ic_candid_u64 (value, number);
  }
  return false;
}

bool
metadata_read (struct metadata *metadata, struct bytes reply, struct ic_error *error)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  const struct ic_candid_value *values;
  struct ic_candid_types types;

  if (!ic_candid_types_parse (&types, reply_types, &arena, error)
      || !ic_candid_decode (&values, reply, &types, &arena, error))
    return false;
  if (!find_number (values, "ledger:data_start_lba", &metadata->start))
    metadata->start = 0;
  if (find_number (values, "ledger:num_blocks", &metadata->blocks)
      && find_number (values, "ledger:next_block_start_pos", &metadata->end))
    return true;
  ic_error_set (error, "it does not tell how long the ledger is");
  return false;
}
