/* SPDX-License-Identifier: Apache-2.0 */
/* Entries from files. */
#ifndef PLUGIN_TEST_DRIVERS_ENTRY_FILE_H
#define PLUGIN_TEST_DRIVERS_ENTRY_FILE_H

#include "harness/entries.h"

/* Reads entries: of FILE.ledger through the source plugin ledger_file; otherwise JSON lines as `dcpipe dump
 * ledger_entries` prints them ({"label":"A","key":"00ff","value":"00ff","operation":"UPSERT"}, other members
 * are ignored). False after fail. */
bool entries_read (struct entry_list *list, const char *path);

#endif
