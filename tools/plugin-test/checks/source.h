/* SPDX-License-Identifier: Apache-2.0 */
/* What every source must do, wherever its blocks come from. */
#ifndef PLUGIN_TEST_CHECKS_SOURCE_H
#define PLUGIN_TEST_CHECKS_SOURCE_H

#include "harness/subject.h"

void source_checks (const struct subject *subject);

/* Those of `unpack` (source-unpack.c), and of waiting and closing (source-life.c). */
void source_unpack_checks (const struct subject *subject);
void source_life_checks (const struct subject *subject);

#endif
