/* SPDX-License-Identifier: Apache-2.0 */
/* What can be seen of a plugin without calling it. */
#ifndef PLUGIN_TEST_CHECKS_REGISTRATION_H
#define PLUGIN_TEST_CHECKS_REGISTRATION_H

#include "harness/subject.h"

/* Whether it can be loaded at all, by a context that is its path; then all else. */
void registration_loads (const void *path);
void registration_checks (const struct subject *subject);

#endif
