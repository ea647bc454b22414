/* SPDX-License-Identifier: Apache-2.0 */
/* Rows out. */
#ifndef DCPIPE_SINK_LMDB_READ_H
#define DCPIPE_SINK_LMDB_READ_H

#include "store.h"

/* A DCPIPE_ result. */
int rows_get (struct store *store, const dcpipe_row *key, dcpipe_row *row);
int rows_scan (struct store *store, const dcpipe_row *prefix, dcpipe_scan *scan);

#endif
