/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as lines of JSON: an INSERT is the plain row, other operations begin with "_op". */
#ifndef JSONL_FORMAT_H
#define JSONL_FORMAT_H

#include "table.h"

/* Appends the row to its table. */
void format_row (struct table *table, const dcpipe_row *row);

#endif
