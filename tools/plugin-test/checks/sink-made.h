/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that several checks of sinks apply. */
#ifndef PLUGIN_TEST_CHECKS_SINK_MADE_H
#define PLUGIN_TEST_CHECKS_SINK_MADE_H

#include "drivers/store.h"

/* Rows of the log EVENTS from `from` up to, not including, `to`. */
void add_events (struct store_handle *store, uint64_t from, uint64_t to);

/* An UPSERT of a row of PLAIN, and the check that it is stored. */
void add_plain (struct store_handle *store, uint64_t id, const char *text);
void expect_plain (struct store_handle *store, uint64_t id, const char *text);

#endif
