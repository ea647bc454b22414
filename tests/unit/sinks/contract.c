/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "contract.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/verdict.h"
#include "support/run.h"

static const struct sink_under_test *current;

const struct sink_under_test *
contract_sink (void)
{
  return current;
}

struct plugin *
contract_plugin (void)
{
  static struct plugin plugin = { .kind = DCPIPE_KIND_SINK };

  plugin.u.sink = *(const struct dcpipe_sink *) dcpipe_plugin ()->plugin;
  return &plugin;
}

int
contract_run (const char *name, const struct sink_under_test *sink, const TTest *const *tests, size_t count)
{
  current = sink;
  return run_tests (name, tests, count, NULL, NULL);
}

void
verdict_fail (const char *format, ...)
{
  char text[4096];
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  ck_abort_msg ("%s", text);
  abort ();
}
