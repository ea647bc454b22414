/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in. */
#ifndef DCPIPE_SINK_LMDB_WRITE_H
#define DCPIPE_SINK_LMDB_WRITE_H

#include "store.h"

/* A DCPIPE_ result. */
int rows_apply (struct store *store, dcpipe_rows *rows);

#endif
