/* SPDX-License-Identifier: Apache-2.0 */
/* What the canister keeps of its ledger in memory: for each of eight labels, the last value of each key. */
#ifndef TESTS_REPLICA_ENTRY_INDEX_H
#define TESTS_REPLICA_ENTRY_INDEX_H

#include "ic/candid/arena.h"
#include "replica/store.h"

/* Calls `take` with every indexed entry of the view: labels and keys in the order of their first use, save
 * that a deleted key's place is taken by the last one. What entries point to lies in `arena`. False if there
 * is no memory. */
bool entry_index_each (const struct view *view, struct ic_arena *arena,
                       void (*take) (const struct ledger_entry *entry, void *context), void *context);

#endif
