/* SPDX-License-Identifier: Apache-2.0 */
/* What every sink must do, whatever it stores rows in. */
#ifndef TESTS_SINKS_CONTRACT_H
#define TESTS_SINKS_CONTRACT_H

#include <check.h>
#include <stddef.h>

#include "dcpipe-plugin.h"

struct sink_under_test {
  const struct dcpipe_sink *plugin;
  const char *path;            /* value of its option "path", within the test's directory */
  const char *const *settings; /* further options: key, value, ..., NULL; or NULL. Others have defaults */
};

/* The sink that the linked dcpipe_plugin registers. */
const struct dcpipe_sink *contract_plugin (void);

/* Runs all tests that the sink's callbacks allow, and `more` (a TTest array) of its own; the exit status. */
int contract_run (const char *name, const struct sink_under_test *sink, const TTest *const *more,
                  size_t more_count);

/* The sink of the running test. */
const struct sink_under_test *contract_sink (void);

#endif
