/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a store. */
#ifndef DCPIPE_SINK_LMDB_OPEN_H
#define DCPIPE_SINK_LMDB_OPEN_H

#include "store.h"

/* A DCPIPE_ result. */
int store_open (struct store *store, int mode);
void store_close (struct store *store);

#endif
