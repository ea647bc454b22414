/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a setup, and which of them a store must have. */
#ifndef DCPIPE_SETUP_TABLES_H
#define DCPIPE_SETUP_TABLES_H

#include <stdbool.h>

#include "data/checkpoint.h"
#include "data/table.h"
#include "setup/setup.h"

/* The tables of all decoders of a setup and those that its source fills, which must outlive them. NULL after
 * fail. */
struct dcpipe_tables *tables_make (const struct setup *setup);
void tables_free (struct dcpipe_tables *tables);

/* Notes, before `prepare` of the sink of that name, which tables the store has if its checkpoint is right:
 * those of decoders with a frontier, and core's own. False after fail. */
bool tables_expect (struct dcpipe_tables *tables, const struct setup *setup, const char *sink,
                    const struct dcpipe_checkpoint *checkpoint);

#endif
