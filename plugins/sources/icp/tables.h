/* SPDX-License-Identifier: Apache-2.0 */
/* The source's own tables: what canisters tell beside whole blocks (doc/formats.md). */
#ifndef DCPIPE_ICP_TABLES_H
#define DCPIPE_ICP_TABLES_H

#include "dcpipe-plugin.h"
#include "listing.h"
#include "transactions.h"

#define CONTENT_SIZE 32

enum icp_table { TABLE_PENDING, TABLE_LISTED_ENTRIES, TABLE_LISTED_TRANSACTIONS, ICP_TABLES };

extern const struct dcpipe_table_def icp_tables[ICP_TABLES];

/* The hash that stands for an entry: SHA-256 over label, key and value, each behind its length. */
void table_entry_hash (uint8_t hash[CONTENT_SIZE], const struct listed_entry *entry);

/* Puts an entry at its place among those that are pending; takes away what is at a place, or everything. */
void table_pending_put (dcpipe_rows *rows, uint64_t place, const struct listed_entry *entry);
void table_pending_remove (dcpipe_rows *rows, uint64_t place);
void table_pending_clear (dcpipe_rows *rows);

/* Adds a listed entry, or transaction, unless one of the same content is there. */
void table_list_entry (dcpipe_rows *rows, const struct listed_entry *entry);
void table_list_transaction (dcpipe_rows *rows, const struct transaction *transaction);

#endif
