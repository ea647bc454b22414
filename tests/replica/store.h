/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger file in memory with an index of its blocks, and how much of it the canister has so far. */
#ifndef TESTS_REPLICA_STORE_H
#define TESTS_REPLICA_STORE_H

#include <pthread.h>

#include "dcledger/block.h"

struct store_block {
  uint64_t position;
  uint32_t size; /* header included */
  uint32_t entries;
  uint64_t timestamp;
  uint8_t hash[LEDGER_HASH_SIZE];
  /* Entries with these labels in all blocks up to and with this one. */
  uint64_t providers, offerings, transfers;
};

/* Unchanged once made, so that any thread may read it. */
struct store {
  uint8_t *file;
  size_t file_size;
  uint64_t start, end; /* where the blocks begin, and the first byte that is not sent */
  struct store_block *blocks;
  size_t count, capacity;
  bool whole; /* false: behind the last good block lie bytes that are no block; they are sent all the same */
};

/* Reads a ledger. Blocks behind a fault are not indexed, but their bytes are served: so clients can be shown
 * damaged ledgers. Returns NULL after setting `reason` if the file cannot be read or its table is damaged. */
struct store *store_open (const char *path, struct ledger_reason *reason);

/* The same ledger up to the block with index `from`; from there on every block is a second later, which makes
 * all its hashes others. NULL after setting `reason` if there is no such block. */
struct store *store_fork (const struct store *store, size_t from, struct ledger_reason *reason);

void store_free (struct store *store);

/* The inflated content of a block in memory that the caller frees. False if there is no memory. */
bool store_content (const struct store *store, size_t block, struct bytes *content);

/* The index of the block that begins at `position`; `count` if none does. */
size_t store_find (const struct store *store, uint64_t position);

/* What a canister has committed at one moment. */
struct view {
  const struct store *store;
  size_t blocks; /* how many of the store's */
  uint64_t end;  /* where the next block will begin */
};

/* What the canister has, as time goes by. */
struct growth {
  size_t first;     /* blocks at the beginning; SIZE_MAX for all */
  size_t step;      /* more blocks each time; 0 for none */
  unsigned step_ms; /* how often */
};

struct ledger;

/* Takes over the store. */
struct ledger *ledger_new (struct store *store, const struct growth *growth);
void ledger_free (struct ledger *ledger);

struct view ledger_view (struct ledger *ledger);

/* From now on the canister has this many blocks, and grows no more. */
void ledger_reveal (struct ledger *ledger, size_t blocks);

/* Puts a forked store in the place of the present one. Views that are in use stay valid. */
bool ledger_fork (struct ledger *ledger, size_t from, struct ledger_reason *reason);

#endif
