/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's transactions, and readers' snapshots. */
#ifndef DCPIPE_SINK_LMDB_TRANSACTION_H
#define DCPIPE_SINK_LMDB_TRANSACTION_H

#include "store.h"

/* Begins the write transaction if none runs. A DCPIPE_ result. */
int write_begin (struct store *store);

/* Ends it: a result of LMDB. */
int write_commit (struct store *store);
void write_abort (struct store *store);

/* After an LMDB result of a write: DCPIPE_AGAIN once the map has grown, or as store_failed. The transaction
 * is ended unless it can go on. */
int write_failed (struct store *store, int code, const char *action);

/* For get, scan and checkpoint_load: a reader takes its snapshot and the environment's lock, a writer begins
 * its transaction. A DCPIPE_ result; read_leave only after DCPIPE_OK. */
int read_enter (struct store *store);
void read_leave (struct store *store);

/* Lets go of a reader's snapshot. */
void read_reset (struct store *store);

#endif
