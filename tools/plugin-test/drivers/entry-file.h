/* SPDX-License-Identifier: Apache-2.0 */
/* Entries from files. */
#ifndef PLUGIN_TEST_DRIVERS_ENTRY_FILE_H
#define PLUGIN_TEST_DRIVERS_ENTRY_FILE_H

#include "harness/entries.h"

/* Adds the entries of a file: JSON lines as `dcpipe dump ledger_entries` prints them
 * ({"label":"A","key":"00ff","value":"00ff","operation":"UPSERT"}, other members are ignored), or what a
 * source plugin reads. Of those along the plugin path each one is tried that needs one path and no other
 * option; the first that comes to the tip is the one. False after fail. */
bool entry_file_read (struct entry_list *list, const char *path);

#endif
