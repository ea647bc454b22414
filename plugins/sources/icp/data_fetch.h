/* SPDX-License-Identifier: Apache-2.0 */
/* The canister method data_fetch: a ledger's bytes, a chunk at a time, from any position on.
 *
 *     data_fetch : (cursor : opt text, bytes_before : opt blob) -> (variant { Ok : record { text; blob }; Err
 * : text })
 *
 * A cursor is `key=value` parts joined by `&`; of a request the canister reads `position` alone, and a reply
 * says `position` (where its bytes begin), `response_bytes` and `more` (whether bytes remain behind them).
 * Given the bytes before the position, the canister answers only if its ledger has the same ones there.
 *
 * Pure functions, safe from any thread. */
#ifndef DCPIPE_ICP_DATA_FETCH_H
#define DCPIPE_ICP_DATA_FETCH_H

#include "ic/candid/candid.h"

/* How many bytes before a position the canister compares. */
#define DATA_FETCH_BEFORE 16

/* The Candid types of arguments and reply. */
struct data_fetch_types {
  struct ic_arena arena;
  struct ic_candid_types arguments, reply;
};

bool data_fetch_types (struct data_fetch_types *types, struct ic_error *error);

/* Appends the argument of a call to `buffer`: from the first block on if `position` is NULL. `before` is
 * empty or DATA_FETCH_BEFORE bytes. False after setting `error`: no memory. */
bool data_fetch_put (struct ic_candid_buffer *buffer, const struct data_fetch_types *types,
                     const uint64_t *position, struct bytes before, struct ic_error *error);

struct chunk {
  uint64_t position;
  struct bytes bytes; /* a view of the reply */
  bool more;
};

enum data_fetch_reply {
  DATA_FETCH_CHUNK,
  DATA_FETCH_BEYOND_END, /* the ledger ends before the position */
  DATA_FETCH_MISMATCH,   /* the bytes before the position are others */
  DATA_FETCH_REFUSED,    /* the canister says something else: `error` has its words */
  DATA_FETCH_NONSENSE    /* this is no reply of data_fetch: `error` says why */
};

enum data_fetch_reply data_fetch_read (struct chunk *chunk, const struct data_fetch_types *types,
                                       struct bytes reply, struct ic_error *error);

#endif
