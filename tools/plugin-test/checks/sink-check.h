/* SPDX-License-Identifier: Apache-2.0 */
/* A check of what every sink must do, whatever it stores rows in. Each has a directory of its own. */
#ifndef PLUGIN_TEST_CHECKS_SINK_CHECK_H
#define PLUGIN_TEST_CHECKS_SINK_CHECK_H

#include "drivers/store.h"

/* In a list, which ends with a name that is NULL. */
struct sink_check {
  const char *name;
  void (*run) (const struct bench *bench);
  bool threads; /* calls of the sink come from several threads at once */
};

#endif
