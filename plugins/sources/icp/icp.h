/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the source icp.
 *
 *     data_fetch.c   arguments and replies of the canister's method
 *     block_sync.c   those of next_block_sync
 *     metadata.c     those of metadata
 *     listing.c      those of next_block_entries and ledger_entries
 *     transactions.c those of get_transactions
 *     origin.c       asks the canister, and believes an answer as far as `trust` demands
 *     ahead.c        keeps several chunks on their way
 *     icp.c          cuts the chunks into blocks
 *     blocks.c       asks for block after block
 *     pages.c        asks for page after page of a listing
 *     lists.c        reads listings
 *     pending.c      keeps a table like the list of what is not yet committed
 *     tables.c       the source's own tables
 *     choose.c       finds out which methods there are, for method = auto
 *     options.c      the configuration
 *     probe.c        --check --online, status --online
 *
 *        ledger  ──────┬─────────────┬─────────────┬─────────────┬──────▶
 *                cut   │  wanted     │  asked for ahead, by guessed positions
 *                      └─ the head of the window: what is waited for */
#ifndef DCPIPE_ICP_H
#define DCPIPE_ICP_H

#include "block_sync.h"
#include "data_fetch.h"
#include "dcledger/framer.h"
#include "dcledger/unpack.h"
#include "dcpipe-plugin.h"
#include "ic/certificate/bls.h"
#include "lists.h"
#include "ic/agent/origin.h"
#include "pending.h"

#define PREFETCH_MAX 64

/* The values of `method`, in the order of enum icp_method. */
#define METHOD_VALUES "data_fetch|next_block_sync|ledger_entries|get_transactions|auto"

enum icp_method {
  METHOD_DATA_FETCH,
  METHOD_BLOCK_SYNC,
  METHOD_LEDGER_ENTRIES,
  METHOD_TRANSACTIONS,
  METHOD_AUTO
};

/* The bytes before a position, as far as they are known. */
struct before {
  size_t size; /* 0 or DATA_FETCH_BEFORE */
  uint8_t data[DATA_FETCH_BEFORE];
};

/* A chunk that was asked for. */
struct slot {
  uint64_t position;
  struct question question;
};

/* Chunks asked for, in order. The first one begins at `wanted`; the positions of the others are guesses. */
struct ahead {
  struct slot slots[PREFETCH_MAX];
  size_t head, count;
  uint64_t wanted;      /* the first byte that is not there yet */
  bool from_the_start;  /* `wanted` is not known yet: the ledger's first block */
  struct before before; /* `wanted` */
  uint64_t stride;      /* how long chunks are when more follow; 0 before that is known */
  bool more;            /* the last reply had more behind it */
  bool paused;          /* the engine has waited since a fault */
};

struct icp {
  /* Options. */
  const char *const *urls;
  const char *canister_id, *root_key_text, *identity_path;
  int method, trust;
  bool pending;
  int64_t prefetch;
  uint64_t timeout, max_age; /* ms */

  /* Made by icp_config_complete. */
  struct ic_principal canister;
  struct ic_identity identity;
  size_t root_key_size; /* 0: to be fetched */
  uint8_t root_key[IC_BLS_DER_SIZE];
  struct data_fetch_types types;
  struct block_sync_types block_types;
  struct listing_types listing_types;
  struct transactions_types transactions_types;
  char *where; /* for messages: the canister and the first URL */

  /* Made by the first open, and kept for later ones with its connections and keys. */
  struct origin *origin;

  /* How the canister is read: `method`, or what was found out for auto by the first open that could. */
  int chosen; /* enum icp_method, not METHOD_AUTO */
  bool has_chosen;
  bool list_entries, list_transactions;
  struct lists lists;
  struct pending pending_list;
  bool at_pending; /* blocks and listings are at their tip; what is pending is being looked at */

  struct ledger_framer *framer;
  struct ahead ahead;
  bool resuming; /* the block to come first was stored by an earlier run, so it must be there */
  bool first_known;
  uint64_t first;     /* position of the first block */
  uint64_t end;       /* how far the ledger is known to reach */
  uint64_t announced; /* how far it reaches by the canister's metadata, for progress alone; 0 if not known */
  bool announcing;    /* it was asked for */
  struct question metadata, question; /* the second: of methods that are asked one thing at a time */
  struct before before;               /* the block that comes next */
  bool at_tip;                        /* all that the last reply spoke of has been delivered */
  bool fell_short;                    /* the ledger seemed to be shorter than before, once */
  struct fault fault;                 /* to be told by the next call; result DCPIPE_OK for none */
};

/* ---- icp.c ---------------------------------------------------------------------------------------- */

/* Makes handle->origin if it is not there. DCPIPE_OK, or DCPIPE_FAIL after dcpipe_error. */
int icp_make_origin (struct icp *handle);

/* The first block that comes tells where the ledger begins. */
void icp_note_start (struct icp *handle, uint64_t position);

/* Adds a block, whose bytes lie in memory of the batch, with the cursor to read it again from. */
void icp_give_frame (struct icp *handle, dcpipe_batch *batch, const struct ledger_frame *frame);

/* ---- choose.c ------------------------------------------------------------------------------------- */

/* Sets handle->chosen. DCPIPE_OK, or DCPIPE_RETRY or DCPIPE_FAIL after dcpipe_error. */
int icp_choose (struct icp *handle);

/* ---- blocks.c ------------------------------------------------------------------------------------- */

/* Adds the block at ahead.wanted, which is then behind it. DCPIPE_OK, DCPIPE_TIP, DCPIPE_WAIT, or another
 * result after setting `fault`. */
int blocks_next (struct icp *handle, uint64_t deadline, dcpipe_batch *batch, struct fault *fault);

/* ---- probe.c -------------------------------------------------------------------------------------- */

int icp_probe (void *handle, uint64_t deadline);
int icp_tip (void *handle, uint64_t deadline, dcpipe_tip *tip);

/* ---- options.c ------------------------------------------------------------------------------------ */

/* The values of `trust`, in the order of enum dcpipe_trust. */
#define TRUST_VALUES "none|signatures|certified"

int icp_config_complete (void *handle);
void icp_config_free (void *handle);

/* ---- ahead.c -------------------------------------------------------------------------------------- */

/* Begins at a position, or at the ledger's first block if it is NULL. */
void ahead_begin (struct icp *handle, const uint64_t *position, const struct before *before);

/* Ends all that is under way and forgets what has come. */
void ahead_clear (struct icp *handle);

/* Waits for the chunk at `wanted` and hands it over, after asking for those behind it; `wanted` is then
 * behind it. DCPIPE_OK, DCPIPE_WAIT, or another result after setting `fault`. `answer` is the caller's. */
int ahead_next (struct icp *handle, uint64_t deadline, struct chunk *chunk, struct answer **answer,
                struct fault *fault);

/* Sets the text of a fault at the position that is wanted, and returns `result`. */
int ahead_fault (const struct icp *handle, struct fault *fault, int result, const char *format, ...)
    __attribute__ ((format (printf, 4, 5)));

/* The ledger ends before a block that must be there. Replicas of a subnet may lag a little behind each other,
 * so an answer to a query that tells of a shorter ledger than was seen before counts only if the next attempt
 * gives it, too. Sets `fault`, and returns its result. */
int ahead_too_short (struct icp *handle, struct fault *fault);

#endif
