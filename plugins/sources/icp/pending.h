/* SPDX-License-Identifier: Apache-2.0 */
/* pending = yes: the table pending_entries is kept like the list of what is not yet committed. */
#ifndef DCPIPE_ICP_PENDING_H
#define DCPIPE_ICP_PENDING_H

#include "dcpipe-plugin.h"
#include "listing.h"
#include "canister.h"
#include "tables.h"

/* More are not kept. */
#define PENDING_MAX 65536

/* How the canister lists them. */
enum pending_way {
  PENDING_UNKNOWN,
  PENDING_NEXT_BLOCK, /* next_block_entries */
  PENDING_BY_CURSOR,  /* ledger_entries of generation 3, from the end of the ledger on */
  PENDING_BY_OFFSET,  /* ledger_entries of generation 2, behind what is committed */
  PENDING_NONE        /* not at all */
};

enum pending_step { PENDING_BEGIN, PENDING_OFFSET, PENDING_PAGES, PENDING_COMPARE };

struct pending {
  struct canister *canister;
  enum pending_way way;
  enum pending_step step;
  uint64_t end; /* of the ledger, when the pages were begun */
  struct listing_request request;
  uint32_t size;   /* of a page */
  unsigned rounds; /* begun since the last tip */
  uint64_t place;  /* of the next entry */
  bool emitted;    /* rows, in the call at hand */
  bool cleared;    /* the table holds what is in `hashes`, and nothing else */
  uint64_t stored; /* rows in the table */
  uint8_t (*hashes)[CONTENT_SIZE];
  size_t capacity;
};

/* For a new run: the table may hold anything. */
void pending_open (struct pending *pending, struct canister *canister);
void pending_close (struct pending *pending);

/* Lists what is pending, and emits what is other than it was. DCPIPE_OK: there are rows, and more may come;
 * DCPIPE_TIP: that was all, until the next look; DCPIPE_WAIT; or another result after setting `fault`. */
int pending_next (struct pending *pending, uint64_t deadline, dcpipe_batch *batch, struct fault *fault);

#endif
