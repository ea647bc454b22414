/* SPDX-License-Identifier: Apache-2.0 */
/* A table's columns as text, by which a store remembers what it holds. */
#ifndef DCPIPE_DATA_TABLE_TEXT_H
#define DCPIPE_DATA_TABLE_TEXT_H

#include "data/table.h"

/* The text of dcpipe_table_text, to be freed; NULL when memory is short. */
char *table_text_make (const struct dcpipe_table *table);

#endif
