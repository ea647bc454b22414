/* SPDX-License-Identifier: Apache-2.0 */
/* Faults on demand: what goes wrong, in which requests, and how often. README.md lists them all. */
#ifndef TESTS_REPLICA_FAULT_H
#define TESTS_REPLICA_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ic/candid/error.h"

/* Kinds by their names in a specification. */
#define FAULT_KINDS(X)                                                                                       \
  X (NONE, "none")                                                                                           \
  X (CLOSE, "close")                                                                                         \
  X (CUT, "cut")                                                                                             \
  X (STATUS, "status")                                                                                       \
  X (HANG, "hang")                                                                                           \
  X (SLOW, "slow")                                                                                           \
  X (OVERSIZED, "oversized")                                                                                 \
  X (GARBAGE, "garbage")                                                                                     \
  X (FLIP, "flip")                                                                                           \
  X (TRUNCATE, "truncate")                                                                                   \
  X (REJECT, "reject")                                                                                       \
  X (REFUSE, "refuse")                                                                                       \
  X (ACCEPT, "accept")                                                                                       \
  X (TAMPER, "tamper")                                                                                       \
  X (NO_SIGNATURE, "no-signature")                                                                           \
  X (BAD_SIGNATURE, "bad-signature")                                                                         \
  X (STALE_SIGNATURE, "stale-signature")                                                                     \
  X (FUTURE_SIGNATURE, "future-signature")                                                                   \
  X (UNKNOWN_NODE, "unknown-node")                                                                           \
  X (BAD_CERTIFICATE, "bad-certificate")                                                                     \
  X (STALE_CERTIFICATE, "stale-certificate")                                                                 \
  X (FUTURE_CERTIFICATE, "future-certificate")                                                               \
  X (BAD_DELEGATION, "bad-delegation")                                                                       \
  X (OUT_OF_RANGE, "out-of-range")                                                                           \
  X (NO_RANGES, "no-ranges")                                                                                 \
  X (LAG, "lag")                                                                                             \
  X (RENEW, "renew")                                                                                         \
  X (SHRINK, "shrink")                                                                                       \
  X (FORK, "fork")

enum fault_kind {
#define X(name, text) FAULT_##name,
  FAULT_KINDS (X)
#undef X
};

/* Requests by where they go. */
enum endpoint { ENDPOINT_STATUS, ENDPOINT_QUERY, ENDPOINT_CALL, ENDPOINT_READ_STATE, ENDPOINT_COUNT };

struct fault {
  enum fault_kind kind;
  unsigned on;          /* endpoints, as bits; 0 for all */
  char method[64];      /* only requests of this method; empty for all */
  char id[64];          /* with which to remove it */
  uint64_t after;       /* so many requests pass first */
  uint64_t count;       /* so many are hit; 0 for all that follow */
  uint64_t ms;          /* of hang and slow */
  uint64_t size;        /* bytes: of oversized and slow, where cut and truncate end, which byte is flipped */
  uint64_t step;        /* bits: how much further every next flip is */
  uint64_t status;      /* HTTP status */
  uint64_t retry_after; /* s; 0 for none */
  uint64_t code;        /* of reject */
  uint64_t age;         /* s: how stale, or how far in the future */
  uint64_t block;       /* of lag, shrink and fork */
  char text[128];       /* of reject and status */
  uint64_t seen, hit;
};

struct faults;

struct faults *faults_new (void);
void faults_free (struct faults *faults);

/* Reads a specification such as "kind=close,on=query,after=3,count=2". Returns false after setting `error`.
 */
bool fault_parse (struct fault *fault, const char *spec, struct ic_error *error);

/* Puts a fault behind those that are there and not used up. False if there are too many. */
bool faults_add (struct faults *faults, const struct fault *fault);

/* Removes the faults with this id, or all if it is empty. */
void faults_remove (struct faults *faults, const char *id);

/* Counts a request, and copies the first fault that hits it; otherwise one of kind FAULT_NONE. `method` may
 * be NULL. */
void faults_take (struct faults *faults, enum endpoint endpoint, const char *method, struct fault *fault);

/* How many requests were hit so far. */
uint64_t faults_hit (struct faults *faults);

#endif
