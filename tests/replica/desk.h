/* SPDX-License-Identifier: Apache-2.0 */
/* A canister without a network around it: tests of methods ask it in its own process. */
#ifndef TESTS_REPLICA_DESK_H
#define TESTS_REPLICA_DESK_H

#include "replica/canister.h"

/* A canister with one ledger of the vectors, and what it answered last. */
struct desk {
  struct canister canister;
  struct run run;
  struct ic_arena arena;
};

/* Opens a ledger of the vectors, of which as much is there as `growth` says, or all. Generation 3. */
void desk_open (struct desk *desk, const char *ledger, const struct growth *growth);
void desk_close (struct desk *desk);

/* Runs a method; the outcome is in desk->run. */
void desk_ask (struct desk *desk, const char *method, const char *types, const struct ic_candid_value *args);

/* The same for an answer that must be a reply, whose first value is returned, decoded at these types. It
 * lives until the next request. */
const struct ic_candid_value *desk_get (struct desk *desk, const char *method, const char *types,
                                        const struct ic_candid_value *args, const char *reply_types);

/* Calls `check` with the name of every ledger of the vectors that has a companion with this ending, and the
 * companion's. Returns how many there were. */
size_t desk_each_ledger (const char *ending, void (*check) (const char *ledger, const char *companion));

#endif
