/* SPDX-License-Identifier: Apache-2.0 */
/* A sink's own tests, beside the contract that dcpipe-plugin-test holds it to: the same driver of sinks
 * (store.h), with Check. */
#ifndef TESTS_SINKS_CONTRACT_H
#define TESTS_SINKS_CONTRACT_H

#include <check.h>
#include <stddef.h>

#include "drivers/store.h"

/* The sink that the linked dcpipe_plugin registers, as if it had been loaded. */
struct plugin *contract_plugin (void);

/* Runs the tests; the exit status. */
int contract_run (const char *name, const struct sink_under_test *sink, const TTest *const *tests,
                  size_t count);

/* The sink of the running test. */
const struct sink_under_test *contract_sink (void);

#endif
