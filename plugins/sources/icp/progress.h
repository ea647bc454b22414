/* SPDX-License-Identifier: Apache-2.0 */
/* How far the ledger reaches by the canister's metadata. Only progress is told by it, so it does not matter
 * if there is no answer. */
#ifndef DCPIPE_ICP_PROGRESS_H
#define DCPIPE_ICP_PROGRESS_H

#include "canister.h"

struct progress {
  bool asked;
  struct ic_question question;
  uint64_t end; /* 0 if not known */
};

/* Forgets what was asked and told. */
void progress_clear (struct progress *progress);

/* Asks once, as soon as there is `more` of the ledger to come, and looks for the answer. */
void progress_look (struct progress *progress, const struct canister *canister, bool more);

#endif
