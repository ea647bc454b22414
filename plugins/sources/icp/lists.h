/* SPDX-License-Identifier: Apache-2.0 */
/* method = ledger_entries and get_transactions: listings without positions, into tables of their own. */
#ifndef DCPIPE_ICP_LISTS_H
#define DCPIPE_ICP_LISTS_H

#include "dcpipe-plugin.h"
#include "listing.h"
#include "canister.h"
#include "tables.h"

enum lists_step { LISTS_BEGIN, LISTS_ENTRIES, LISTS_TRANSACTIONS };

/* How far the entries were listed. In generation 3 the page begun last is asked for again, and longer, where
 * it did not say how it goes on: `skip` of its entries are stored. */
struct entry_list {
  struct listing_request request;
  uint32_t size; /* of a page */
  uint32_t skip;
  bool counted; /* generation 1 or 2 */
  bool has_last;
  uint8_t last[CONTENT_SIZE]; /* hash of the last page, to see one that repeats it */
};

struct lists {
  struct canister *canister;
  bool entries, transactions; /* which are wanted */
  enum lists_step step;
  uint64_t end;    /* of the ledger, when the look was begun; 0 if not known */
  uint64_t listed; /* how far it reached at the last look that came to its end */
  struct entry_list entry;
  uint64_t start; /* of the next page of transactions */
  uint32_t size;
  bool warned;       /* of archives */
  struct fault kept; /* to be told by the next call, when rows have been handed over; or DCPIPE_OK */
};

/* For a new run. */
void lists_open (struct lists *lists, struct canister *canister, bool entries, bool transactions);

/* Emits what is listed. DCPIPE_OK: there are rows, and more may come; DCPIPE_TIP: that was all, until the
 * next look; DCPIPE_WAIT; or another result after setting `fault`. */
int lists_next (struct lists *lists, uint64_t deadline, dcpipe_batch *batch, struct fault *fault);

#endif
