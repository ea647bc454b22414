/* SPDX-License-Identifier: Apache-2.0 */
/* Views. */
#ifndef DCPIPE_SINK_SQLITE_VIEWS_H
#define DCPIPE_SINK_SQLITE_VIEWS_H

#include "store.h"

/* Makes view number `number`, or replaces one of another text. One whose tables are absent is left out. */
int view_make (struct store *store, const dcpipe_tables *tables, size_t number);

#endif
