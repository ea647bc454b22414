/* SPDX-License-Identifier: Apache-2.0 */
/* All checks of sinks, run over a loaded plugin. */
#ifndef PLUGIN_TEST_CHECKS_SINK_SUITE_H
#define PLUGIN_TEST_CHECKS_SINK_SUITE_H

#include "harness/subject.h"

void sink_checks (const struct subject *subject);

#endif
