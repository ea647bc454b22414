/* SPDX-License-Identifier: Apache-2.0 */
/* Why something was refused: one line for a user, who may not have the source at hand. The functions of
 * this library fill it when they fail and leave it alone otherwise. The caller adds where: file, block
 * position, address. */
#ifndef DCPIPE_LIB_DCLEDGER_REASON_H
#define DCPIPE_LIB_DCLEDGER_REASON_H

#include <stdbool.h>

struct ledger_reason {
  char text[240];
};

/* Writes the text, cut if it is too long, and returns false, for `return ledger_refuse (reason, …)`. */
bool ledger_refuse (struct ledger_reason *reason, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

#endif
