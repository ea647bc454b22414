/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a database. */
#ifndef DCPIPE_SINK_SQLITE_OPEN_H
#define DCPIPE_SINK_SQLITE_OPEN_H

#include "store.h"

/* A DCPIPE_ result. */
int store_open (struct store *store, int mode);
void store_close (struct store *store);

#endif
