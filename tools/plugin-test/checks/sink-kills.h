/* SPDX-License-Identifier: Apache-2.0 */
/* Writers in processes of their own that are killed, as by kill -9 or a crash. */
#ifndef PLUGIN_TEST_CHECKS_SINK_KILLS_H
#define PLUGIN_TEST_CHECKS_SINK_KILLS_H

#include "checks/sink-check.h"

extern const struct sink_check sink_kill_checks[];

#endif
