/* SPDX-License-Identifier: Apache-2.0 */
/* A transfer as an entry tells it. */
#ifndef DCPIPE_TRANSFER_PAYLOAD_H
#define DCPIPE_TRANSFER_PAYLOAD_H

#include "dcpipe-plugin.h"
#include "decoder/account.h"

struct transfer {
  struct ledger_account from, to;
  struct account_owner from_owner, to_owner;
  uint64_t amount, from_after, to_after;
  bool has_fee, has_fees_accounts, has_created_at;
  uint64_t fee; /* 0 if absent */
  uint32_t fees_accounts;
  struct borsh first_fees_account; /* the reader, before it read them */
  uint64_t created_at;             /* ns since 1970 */
  struct bytes memo;
  struct bytes from_key, to_key; /* names of the accounts in the balance table; in a note alone */
};

/* Reads the payload; false after the entry was reported as failed. */
bool transfer_read (struct bytes value, struct transfer *transfer, dcpipe_rows *rows);

/* Emits the row that tells the transfer, without what depends on earlier entries; false after
 * dcpipe_error. */
bool transfer_add (dcpipe_rows *rows, const dcpipe_entry *entry, const struct transfer *transfer);

/* Leaves the transfer for resolve. */
void transfer_note (dcpipe_rows *rows, const struct transfer *transfer);

#endif
