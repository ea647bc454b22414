/* SPDX-License-Identifier: Apache-2.0 */
/* From the options to what is made of them. */
#ifndef DCPIPE_ICP_OPTIONS_H
#define DCPIPE_ICP_OPTIONS_H

#include "canister.h"

/* The values of `trust`, in the order of enum dcpipe_trust. */
#define TRUST_VALUES "none|signatures|certified"

/* Refuses what is missing, no URL, no id, no key, or cannot go together: DCPIPE_OK, or DCPIPE_FAIL after
 * dcpipe_error. */
int options_complete (struct canister *canister);

/* Frees what that made, and wipes the key. */
void options_free (struct canister *canister);

#endif
