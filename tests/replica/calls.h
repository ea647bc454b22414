/* SPDX-License-Identifier: Apache-2.0 */
/* What became of calls, for as long as replicas remember it. */
#ifndef TESTS_REPLICA_CALLS_H
#define TESTS_REPLICA_CALLS_H

#include "ic/candid/arena.h"
#include "ic/candid/hash.h"
#include "replica/canister.h"

struct call {
  uint8_t id[IC_HASH_SIZE];
  bool ready; /* the outcome is known; before, the call is being processed */
  bool rejected;
  struct bytes reply;
  uint8_t reject_code;
  struct bytes message, error_code;
};

struct calls;

struct calls *calls_new (void);
void calls_free (struct calls *calls);

/* Keeps the outcome of a call, which can be seen from `ready_ms` (of the monotonic clock) on. One that is
 * known already stays as it is. False if there is no memory. */
bool calls_add (struct calls *calls, const uint8_t id[IC_HASH_SIZE], const struct run *run,
                uint64_t ready_ms);

/* Finds a call; what it points to lives until calls_free. False if there is none. */
bool calls_find (struct calls *calls, const uint8_t id[IC_HASH_SIZE], uint64_t now_ms, struct call *call);

#endif
