/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "contract.h"
#include "contract-tests.h"

#include <check.h>

#include "support/run.h"

static const struct sink_under_test *current;

const struct sink_under_test *
contract_sink (void)
{
  return current;
}

const struct dcpipe_sink *
contract_plugin (void)
{
  return dcpipe_plugin ()->plugin;
}

int
contract_run (const char *name, const struct sink_under_test *sink, const TTest *const *more,
              size_t more_count)
{
  const TTest *tests[64];
  size_t count = 0;

  current = sink;
  count += contract_rows_tests (tests + count);
  count += contract_commit_tests (tests + count);
  for (size_t i = 0; i < more_count; i++)
    tests[count++] = more[i];
  return run_tests (name, tests, count);
}
