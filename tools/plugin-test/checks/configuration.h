/* SPDX-License-Identifier: Apache-2.0 */
/* Good and bad values of options; config_complete and config_free. */
#ifndef PLUGIN_TEST_CHECKS_CONFIGURATION_H
#define PLUGIN_TEST_CHECKS_CONFIGURATION_H

#include "harness/subject.h"

/* True if the options given are enough to go on. */
bool configuration_checks (const struct subject *subject);

#endif
