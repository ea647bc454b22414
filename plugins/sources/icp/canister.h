/* SPDX-License-Identifier: Apache-2.0 */
/* The canister that keeps the ledger: who it is, how it is reached, and what its answers must be proven by.
 */
#ifndef DCPIPE_ICP_CANISTER_H
#define DCPIPE_ICP_CANISTER_H

#include "block_sync.h"
#include "data_fetch.h"
#include "dcpipe-plugin.h"
#include "ic/agent/origin.h"
#include "ic/certificate/bls.h"
#include "listing.h"
#include "transactions.h"

struct canister {
  /* Options. */
  const char *const *urls;
  const char *id, *root_key_text, *identity_path;
  int trust;                 /* enum dcpipe_trust */
  uint64_t timeout, max_age; /* ms */

  /* Made of them by options_complete. */
  struct ic_principal principal;
  struct ic_identity identity;
  size_t root_key_size; /* 0: to be fetched */
  uint8_t root_key[IC_BLS_DER_SIZE];
  struct data_fetch_types data_fetch_types;
  struct block_sync_types block_sync_types;
  struct listing_types listing_types;
  struct transactions_types transactions_types;
  char *where; /* for messages: the canister and the first URL */

  /* Made by the first canister_connect, and kept. */
  struct ic_agent *agent;
  struct ic_origin *origin;
  struct ic_question question; /* of methods that are asked one thing at a time */
};

/* Why there is nothing. */
struct fault {
  int result; /* DCPIPE_RETRY, DCPIPE_FAIL, DCPIPE_DIVERGED */
  uint64_t retry_after_ms;
  unsigned reject_code; /* enum ic_reject_code of the answer, 0 if it is no reject */
  bool no_method;       /* by a reject, signed or not, the canister has no method of that name */
  struct ic_error error;
};

/* DCPIPE_OK, or DCPIPE_FAIL after dcpipe_error. */
int canister_connect (struct canister *canister);

/* After the last use. */
void canister_disconnect (struct canister *canister);

/* DCPIPE_OK; DCPIPE_WAIT; DCPIPE_RETRY or DCPIPE_FAIL after setting `fault`. */
int canister_settle (const struct canister *canister, struct ic_question *question, struct fault *fault);

/* Asks, if the canister's question is idle, and waits for what comes of it until `deadline`. DCPIPE_OK:
 * `answer` is the caller's. DCPIPE_WAIT: to be called again, with the same method and argument. Otherwise
 * `fault` is set.
 */
int canister_inquire (struct canister *canister, const struct ic_ask *ask, uint64_t deadline,
                      struct ic_answer **answer, struct fault *fault);

#endif
