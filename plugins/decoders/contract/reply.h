/* SPDX-License-Identifier: Apache-2.0 */
/* Replies to them. */
#ifndef DCPIPE_CONTRACT_REPLY_H
#define DCPIPE_CONTRACT_REPLY_H

#include "dcpipe-plugin.h"
#include "decoder/signature.h"

/* Takes an entry that is no delete. */
int contract_reply (const struct signature_config *config, const dcpipe_entry *entry, dcpipe_rows *rows);

/* Verifies a reply by the key of the provider whom the request names, and changes the contract's status. */
int contract_resolve_reply (const struct signature_config *config, const dcpipe_entry *entry,
                            dcpipe_lookup *lookup, dcpipe_rows *rows);

#endif
