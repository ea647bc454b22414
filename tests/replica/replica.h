/* SPDX-License-Identifier: Apache-2.0 */
/* A replica of the Internet Computer that runs one canister with one ledger: the real HTTP interface, with
 * certificates and node signatures of a network of its own, and faults on demand.
 *
 *     replica = replica_start (&options, &error);
 *     connect to replica_url (replica), trusting replica_root_key (replica);
 *     replica_stop (replica);
 *
 * It serves from threads of its own. README.md describes what it does, as the program dcpipe-replica. */
#ifndef TESTS_REPLICA_REPLICA_H
#define TESTS_REPLICA_REPLICA_H

#include "ic/candid/error.h"
#include "ic/certificate/bls.h"
#include "replica/canister.h"

#define REPLICA_DEFAULT_CANISTER "ggi4a-wyaaa-aaaai-actqq-cai"

/* All of it is copied, or done with when replica_start returns. */
struct replica_options {
  const char *ledger;          /* path of the ledger file */
  const char *canister_id;     /* NULL for REPLICA_DEFAULT_CANISTER */
  const char *seed;            /* all keys follow from it; NULL for "dcpipe" */
  bool undelegated;            /* the root key signs all itself */
  uint16_t port;               /* of 127.0.0.1; 0 for any that is free */
  unsigned generation;         /* of the canister's interface, 1 to 3; 0 for 3 */
  unsigned max_api;            /* newest version of the HTTP interface; 0 for all */
  unsigned delay_ms;           /* before each answer */
  int64_t clock_s;             /* how far its clock is ahead of the machine's */
  unsigned call_ms;            /* until the outcome of an asynchronous call is known */
  unsigned chunk;              /* bytes that data_fetch gives at the most; 0 for 1 MiB */
  const struct growth *growth; /* NULL: the whole ledger is there at once */
  enum block_sync block_sync;
  bool pending;
  bool stuck;                /* listings give the same page again and again */
  const char *lacks;         /* methods that the canister does not have, with `+` between; NULL for none */
  const char *const *faults; /* specifications */
  size_t fault_count;
};

struct replica;

/* Returns NULL after setting `error`. */
struct replica *replica_start (const struct replica_options *options, struct ic_error *error);

/* Ends all answers that are on their way, too. */
void replica_stop (struct replica *replica);

/* Such as "http://127.0.0.1:40123". */
const char *replica_url (const struct replica *replica);

/* In DER, IC_BLS_DER_SIZE bytes. */
const uint8_t *replica_root_key (const struct replica *replica);

const struct ic_principal *replica_canister (const struct replica *replica);

#endif
