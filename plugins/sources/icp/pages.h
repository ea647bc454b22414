/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of the canister's listings, asked for one at a time.
 *
 * Each function asks, waits until `deadline`, and reads the reply: DCPIPE_OK; DCPIPE_WAIT, to be called again
 * with the same arguments; or another result after setting `fault`. */
#ifndef DCPIPE_ICP_PAGES_H
#define DCPIPE_ICP_PAGES_H

#include "listing.h"
#include "metadata.h"
#include "canister.h"
#include "transactions.h"

/* How many entries, or transactions, are asked for at once; less where those are too much for one reply. */
#define PAGE_SIZE 500

/* A page of entries, and the answer that it lies in. Begin with zeroed memory. */
struct page {
  struct listing listing;
  struct transactions transactions;
  struct ic_answer *answer;
};

void page_clear (struct page *page);

/* The method is next_block_entries or ledger_entries. */
int page_of_entries (struct canister *canister, const char *method, const struct listing_request *request,
                     uint64_t deadline, struct page *page, struct fault *fault);

int page_of_transactions (struct canister *canister, uint64_t start, uint64_t length, uint64_t deadline,
                          struct page *page, struct fault *fault);

int page_of_metadata (struct canister *canister, uint64_t deadline, struct metadata *metadata,
                      struct fault *fault);

/* True if `fault` may come of a page that is too large for a reply, and `size` has been halved for another
 * attempt. That is no worse where nobody signed the reject. */
bool page_halve (const struct fault *fault, uint32_t *size);

#endif
