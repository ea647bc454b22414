/* SPDX-License-Identifier: Apache-2.0 */
/* Rows out of a change log. */
#ifndef JSONL_FOLD_H
#define JSONL_FOLD_H

#include "files.h"

/* All return an enum dcpipe_result. */

/* Brings the table's index up to `now`, making it if there is none. */
int fold_index (struct files *files, struct table *table);

int fold_get (struct files *files, const dcpipe_row *key, dcpipe_row *row);
int fold_scan (struct files *files, const dcpipe_row *prefix, dcpipe_scan *scan);

/* The row's primary key, or its leading columns, in files->key. False if there is no memory. */
bool fold_key (struct files *files, const dcpipe_row *row);

#endif
