/* SPDX-License-Identifier: Apache-2.0 */
/* What LMDB's results mean to the engine. */
#ifndef DCPIPE_SINK_LMDB_RESULT_H
#define DCPIPE_SINK_LMDB_RESULT_H

#include "store.h"

/* DCPIPE_RETRY or DCPIPE_FAIL after dcpipe_error, which says what could not be done ("cannot ACTION
 * PATH: ...") and why. */
int store_failed (const struct store *store, int code, const char *action);

/* Says that `table` holds what this sink never writes; DCPIPE_FAIL. */
int store_damaged (const struct store *store, const struct table *table);

int store_no_memory (void);

#endif
