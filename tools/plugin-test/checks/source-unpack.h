/* SPDX-License-Identifier: Apache-2.0 */
/* `unpack`: a pure function of the frame, whatever the frame holds. */
#ifndef PLUGIN_TEST_CHECKS_SOURCE_UNPACK_H
#define PLUGIN_TEST_CHECKS_SOURCE_UNPACK_H

#include "harness/subject.h"

void source_unpack_checks (const struct subject *subject);

#endif
