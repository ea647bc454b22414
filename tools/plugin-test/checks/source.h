/* SPDX-License-Identifier: Apache-2.0 */
/* What every source must do, wherever its blocks come from. */
#ifndef PLUGIN_TEST_CHECKS_SOURCE_H
#define PLUGIN_TEST_CHECKS_SOURCE_H

#include "harness/subject.h"

void source_checks (const struct subject *subject);

#endif
