/* SPDX-License-Identifier: Apache-2.0 */
/* SQL texts, and the prepared statements made of them. */
#ifndef DCPIPE_SINK_SQLITE_STATEMENTS_H
#define DCPIPE_SINK_SQLITE_STATEMENTS_H

#include "store.h"

/* The SQL that makes the table; NULL when there is no memory. */
char *table_sql (const struct table *table);

/* Appends quoted names, separated by commas, of the columns in `numbers`. */
void append_columns (sqlite3_str *sql, const struct table *table, const size_t *numbers, size_t count);

/* A prepared statement with nothing bound that matters. NULL with SQLite's result in `code`. */
sqlite3_stmt *statement_fixed (struct store *store, struct table *table, int kind, int *code);
sqlite3_stmt *statement_shaped (struct store *store, struct table *table, int kind, const uint8_t *shape,
                                size_t size, int *code);

void statements_free (struct table *table);

#endif
