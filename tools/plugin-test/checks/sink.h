/* SPDX-License-Identifier: Apache-2.0 */
/* What every sink must do, whatever it stores rows in. Each check makes a store of its own. */
#ifndef PLUGIN_TEST_CHECKS_SINK_H
#define PLUGIN_TEST_CHECKS_SINK_H

#include "drivers/store.h"

struct sink_check {
  const char *name; /* NULL at the end of a list */
  void (*run) (const struct sink_under_test *sink);
  bool threads; /* calls of the sink come from several threads at once */
};

extern const struct sink_check sink_row_checks[];    /* values, operations, effects, order */
extern const struct sink_check sink_commit_checks[]; /* commits, rollbacks, resets, tables */
extern const struct sink_check sink_kill_checks[];   /* processes killed while they write */
extern const struct sink_check sink_reader_checks[]; /* readers, locks, scratch stores */

#endif
