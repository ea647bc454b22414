/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in and out. */
#ifndef DCPIPE_SINK_SQLITE_ROWS_H
#define DCPIPE_SINK_SQLITE_ROWS_H

#include "store.h"

/* All return a DCPIPE_ result. */
int rows_apply (struct store *store, dcpipe_rows *rows);
int rows_get (struct store *store, const dcpipe_row *key, dcpipe_row *row);
int rows_scan (struct store *store, const dcpipe_row *prefix, dcpipe_scan *scan);

#endif
