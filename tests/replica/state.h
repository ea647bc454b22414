/* SPDX-License-Identifier: Apache-2.0 */
/* The subnet's state as clients may see it, and certificates of it. */
#ifndef TESTS_REPLICA_STATE_H
#define TESTS_REPLICA_STATE_H

#include "ic/certificate/cbor_write.h"
#include "replica/calls.h"
#include "replica/fault.h"
#include "replica/keys.h"

/* How a delegation tells which canisters the subnet has: before version 3 of read_state and version 4 of call
 * in one list, then in shards. */
enum range_layout { RANGES_LISTED, RANGES_SHARDED };

struct network {
  struct keys keys;
  struct ic_principal canister;
};

/* What a certificate is to show, and of what. */
struct certificate_request {
  const struct ic_path *paths; /* the time is always shown */
  size_t path_count;
  const struct call *calls; /* whose status is part of the state */
  size_t call_count;
  enum range_layout layout;
  uint64_t now_ns;
  const struct fault *fault; /* never NULL */
};

/* Appends a certificate. Look at writer->failed afterwards. */
void certificate_put (struct ic_cbor_writer *writer, const struct network *network,
                      const struct certificate_request *request);

#endif
