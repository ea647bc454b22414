/* SPDX-License-Identifier: Apache-2.0 */
/* What a transfer does to balances. */
#ifndef DCPIPE_TRANSFER_BALANCE_H
#define DCPIPE_TRANSFER_BALANCE_H

#include "payload.h"

/* Moves the tokens, if they are there, and completes the transfer's row. */
int transfer_apply (dcpipe_lookup *lookup, dcpipe_rows *rows, const struct transfer *transfer);

#endif
