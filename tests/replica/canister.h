/* SPDX-License-Identifier: Apache-2.0 */
/* The canister: its methods, and what they answer. */
#ifndef TESTS_REPLICA_CANISTER_H
#define TESTS_REPLICA_CANISTER_H

#include "ic/candid/candid.h"
#include "ic/certificate/response.h"
#include "ic/principal/principal.h"
#include "replica/store.h"

/* What next_block_sync does. */
enum block_sync {
  SYNC_BLOCKS,  /* whole blocks, as variant { Ok : record; Err : text } */
  SYNC_RECORD,  /* whole blocks, as the record that the .did file declares */
  SYNC_PENDING, /* as deployed: nothing but what is not yet committed */
};

/* What data_fetch of the deployed canister gives at the most. */
#define CANISTER_CHUNK (1u << 20)

struct canister {
  struct ic_principal id;
  struct ledger *ledger;
  unsigned generation; /* of the listings: 1, 2 or 3 */
  enum block_sync block_sync;
  uint64_t chunk;    /* bytes that data_fetch gives at the most */
  bool stuck;        /* listings give the same page again and again */
  const char *lacks; /* methods that it does not have, with `+` between; NULL for none */
  bool lags;         /* this node has heard of so many blocks only */
  size_t lag;
  bool pending; /* the entries of the first block that is not yet revealed count as not yet committed */
};

/* One execution of a method: what it is given, and what comes out. */
struct run {
  const struct canister *canister;
  struct view view;
  struct bytes arg;
  struct ic_arena arena; /* freed by run_free, with all that the values point to */
  struct ic_candid_buffer reply;
  bool rejected;
  unsigned reject_code;
  const char *error_code;
  char message[512];
};

/* Runs a method on the present state of the ledger, or what a node that lags knows of it. All methods are
 * queries, which a call may name too. The canister is needed no more when it returns. */
void canister_run (struct run *run, const struct canister *canister, const char *method, struct bytes arg,
                   bool query);
void run_free (struct run *run);

/* For methods: end the run with a reject. The text is put behind the canister's name. */
void run_reject (struct run *run, unsigned code, const char *error_code, const char *format, ...)
    __attribute__ ((format (printf, 4, 5)));

/* As when the canister's code gives up. */
void run_trap (struct run *run, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* Decodes the argument at these types; NULL after a trap. */
const struct ic_candid_value *run_args (struct run *run, const char *types);

/* Encodes the reply. */
void run_reply (struct run *run, const char *types, const struct ic_candid_value *values);

/* Memory that lives as long as the run; NULL after a trap. */
void *run_alloc (struct run *run, size_t count, size_t size);

/* The content of a block, that lives as long as the run; false after a trap. */
bool run_content (struct run *run, size_t block, struct bytes *content);

/* The block of entries that are not yet committed; the number of blocks in the store if there is none. */
size_t run_pending (const struct run *run);

/* The methods. */
void method_data_fetch (struct run *run);
void method_metadata (struct run *run);
void method_next_block_sync (struct run *run);
void method_next_block_entries (struct run *run);
void method_ledger_entries (struct run *run);
void method_get_transactions (struct run *run);

#endif
