/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting, stopping, closing, and how long memory lives. */
#ifndef PLUGIN_TEST_CHECKS_SOURCE_LIFE_H
#define PLUGIN_TEST_CHECKS_SOURCE_LIFE_H

#include "harness/subject.h"

void source_life_checks (const struct subject *subject);

#endif
