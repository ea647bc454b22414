/* SPDX-License-Identifier: Apache-2.0 */
/* What commits, rollbacks and resets do, and which tables are taken. */
#ifndef PLUGIN_TEST_CHECKS_SINK_COMMITS_H
#define PLUGIN_TEST_CHECKS_SINK_COMMITS_H

#include "checks/sink-check.h"

extern const struct sink_check sink_commit_checks[];

#endif
