/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for contracts. */
#ifndef DCPIPE_CONTRACT_REQUEST_H
#define DCPIPE_CONTRACT_REQUEST_H

#include "dcpipe-plugin.h"
#include "decoder/signature.h"

/* Takes an entry that is no delete. */
int contract_request (const struct signature_config *config, const dcpipe_entry *entry, dcpipe_rows *rows);

#endif
