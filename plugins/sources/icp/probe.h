/* SPDX-License-Identifier: Apache-2.0 */
/* dcpipe --check --online and status --online: who answers, and what he has.
 *
 * DCPIPE_OK, or DCPIPE_RETRY or DCPIPE_FAIL after dcpipe_error. */
#ifndef DCPIPE_ICP_PROBE_H
#define DCPIPE_ICP_PROBE_H

#include "canister.h"

int probe (struct canister *canister, uint64_t deadline);
int probe_tip (struct canister *canister, uint64_t deadline, dcpipe_tip *tip);

#endif
