/* SPDX-License-Identifier: Apache-2.0 */
/* How the canister is read: by the method that was asked for or, for method = auto, by the first of those
 * that give most which it has. */
#ifndef DCPIPE_ICP_CHOOSE_H
#define DCPIPE_ICP_CHOOSE_H

#include "canister.h"

/* The values of `method`, in the order of enum icp_method. */
#define METHOD_VALUES "data_fetch|next_block_sync|ledger_entries|get_transactions|auto"

enum icp_method {
  METHOD_DATA_FETCH,
  METHOD_BLOCK_SYNC,
  METHOD_LEDGER_ENTRIES,
  METHOD_TRANSACTIONS,
  METHOD_AUTO
};

struct choice {
  bool made;
  int method; /* enum icp_method, not METHOD_AUTO */
  bool list_entries, list_transactions;
};

/* Asks the canister which methods it has, if `method` is METHOD_AUTO and that is not known yet. Only rejects
 * that are proven say that one is missing. Where blocks are stored already, they are not given up for
 * listings. DCPIPE_OK, or DCPIPE_RETRY or DCPIPE_FAIL after dcpipe_error. */
int choose_method (struct choice *choice, struct canister *canister, int method, bool has_blocks);

#endif
