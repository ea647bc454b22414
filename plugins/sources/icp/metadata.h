/* SPDX-License-Identifier: Apache-2.0 */
/* The canister method metadata: how long the ledger is.
 *
 *     metadata : () -> (vec record { text; variant { Nat : nat; Int : int; Blob : blob; Text : text } }) */
#ifndef DCPIPE_ICP_METADATA_H
#define DCPIPE_ICP_METADATA_H

#include "ic/candid/candid.h"

/* The message without arguments. */
extern const struct bytes metadata_arguments;

struct metadata {
  uint64_t blocks;
  uint64_t start; /* where the first block begins; 0 if it does not tell */
  uint64_t end;   /* where the next block will begin */
};

/* False after setting `error` if the reply does not tell how long the ledger is. A pure function. */
bool metadata_read (struct metadata *metadata, struct bytes reply, struct ic_error *error);

#endif
