/* SPDX-License-Identifier: Apache-2.0 */
/* What SQLite's results mean to the engine. */
#ifndef DCPIPE_SINK_SQLITE_RESULT_H
#define DCPIPE_SINK_SQLITE_RESULT_H

#include "store.h"

/* DCPIPE_RETRY or DCPIPE_FAIL after dcpipe_error, which says what could not be done ("cannot ACTION
 * PATH: ...") and why. */
int sqlite_failed (struct store *store, int code, const char *action);

/* True if the fault is the row's own, so that others can be stored. */
bool sqlite_refuses_row (int code);

/* Runs SQL without results; DCPIPE_OK or as sqlite_failed. */
int sqlite_run (struct store *store, const char *sql, const char *action);

/* The same with SQL from sqlite3_mprintf, which is freed; NULL counts as no memory. */
int sqlite_run_made (struct store *store, char *sql, const char *action);

/* The first column of the first row, an integer. A result of SQLite: SQLITE_ROW, or SQLITE_DONE if there is
 * no row. */
int sqlite_number (struct store *store, const char *sql, int64_t *number);

/* Begins a transaction if none runs: a write, or for READ a snapshot. */
int sqlite_begin (struct store *store);

#endif
