/* SPDX-License-Identifier: Apache-2.0 */
/* How far a ledger was read, and whether what comes next fits. What the two ways of reading blocks,
 * data_fetch and next_block_sync, have in common.
 *
 * An answer may contradict what was read or stored before: the ledger is shorter, or other bytes or another
 * block are where the last one was. A node that lags, a damaged answer and a lie look just like that, so no
 * single answer that is not certified ends a run:
 *
 *     contradiction ──▶ asked again, with a certificate (trust = signatures), of other URLs ──▶ it fits:
 * forgotten │                         │ │ certified               └─ every URL, for longer than max_age ──┐
 *                              ▼                                                                 ▼
 *                       the ledger was cut short, rolled back, forked or swapped ◀───────────────┘
 *
 * An answer that was signed before the last block was made knows nothing of it, and does not count. */
#ifndef DCPIPE_ICP_READING_H
#define DCPIPE_ICP_READING_H

#include "canister.h"
#include "dcledger/framer.h"

/* So many answers must contradict, at the least, where no certificate can be had. */
#define DOUBTS_LEAST 4

/* The bytes before a position, as far as they are known. */
struct before {
  size_t size; /* 0 or DATA_FETCH_BEFORE */
  uint8_t data[DATA_FETCH_BEFORE];
};

/* What is known of a block that was read or stored. */
struct link {
  bool known;
  uint8_t hash[LEDGER_HASH_SIZE];
  uint64_t time; /* ns since 1970 */
};

/* Since the first of the answers, none of which fitted. While there is doubt, nothing is asked for ahead. */
struct doubt {
  bool any;
  uint64_t since_ms; /* by the monotonic clock */
  unsigned answers;
  bool certify;   /* the next answer must come with a certificate */
  uint64_t avoid; /* URLs, as bits, whose answers did not fit */
};

struct reading {
  struct canister *canister;
  const char *method; /* for messages */
  bool resuming;      /* the block to come first was stored by an earlier run, so it must be there */
  bool first_known;
  uint64_t first;        /* position of the first block */
  uint64_t end;          /* how far the ledger is known to reach */
  struct before before;  /* the block that comes next */
  uint64_t place;        /* where that begins */
  enum ic_proof carried; /* the weakest, of the bytes of it that came with earlier answers */
  struct link stored;    /* when resuming: the block that comes first, as it was stored */
  struct link last;      /* the block that came last */
  struct doubt doubt;
};

/* Begins, perhaps at a block that was stored. */
void reading_begin (struct reading *reading, struct canister *canister, const char *method,
                    const dcpipe_resume *resume);

/* The first block that comes tells where the ledger begins. True if it was not known before. */
bool reading_note_start (struct reading *reading, uint64_t position);

/* Sets the text of a fault at a position, and returns `result`. */
int reading_fault (const struct reading *reading, struct fault *fault, int result, uint64_t position,
                   const char *format, ...) __attribute__ ((format (printf, 5, 6)));

/* What follows, should it be true. */
#define FORKED ": the ledger was forked, rolled back or swapped"
#define CUT_SHORT ": it was cut short, rolled back or swapped"

/* The answer does not fit, as fault->error says, or what earlier ones gave of the same block. DCPIPE_NONE: it
 * is to be asked again at once, as reading_ask says; or DCPIPE_RETRY; or, if there is no doubt, `lasting`
 * (DCPIPE_DIVERGED, DCPIPE_FAIL), and `conclusion` is put behind the text. */
int reading_doubt (struct reading *reading, const struct ic_answer *answer, int lasting,
                   const char *conclusion, struct fault *fault);

/* The ledger ends at or before a position where there must be a block: the same. */
int reading_too_short (struct reading *reading, const struct ic_answer *answer, uint64_t position,
                       struct fault *fault);

/* Where these ledgers begin is known. One that is said, by a single node, to begin elsewhere may do so if a
 * certificate says it, too: until then this is as reading_doubt, otherwise DCPIPE_OK. */
int reading_check_start (struct reading *reading, const struct ic_answer *answer, uint64_t position,
                         struct fault *fault);

/* How the next question is to be asked. */
struct ic_ask reading_ask (const struct reading *reading, const char *method, struct bytes arg);

/* What became of asking so: a certificate that cannot be had is a passing fault. */
int reading_asked (struct reading *reading, int result, struct fault *fault);

/* What came fits. */
void reading_believe (struct reading *reading);

/* The block that comes next is read from its beginning again. Where the ledger begins is not known before
 * there was a block. */
void reading_restart (struct reading *reading);

/* The answer gave a part of the block that comes next. */
void reading_carry (struct reading *reading, const struct ic_answer *answer);

/* Whether the block follows the one before, or is the one that was stored. False after setting `error`. Where
 * all answers are certified that is left to the engine. */
bool reading_fits (const struct reading *reading, const struct ledger_frame *frame, struct link *link,
                   struct ic_error *error);

/* Adds a block, whose bytes lie in memory of the batch, with the cursor to read it again from. */
void reading_give (struct reading *reading, dcpipe_batch *batch, const struct ledger_frame *frame,
                   const struct link *link);

#endif
