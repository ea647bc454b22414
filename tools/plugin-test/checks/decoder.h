/* SPDX-License-Identifier: Apache-2.0 */
/* What every decoder must do, whatever its entries mean. */
#ifndef PLUGIN_TEST_CHECKS_DECODER_H
#define PLUGIN_TEST_CHECKS_DECODER_H

#include "harness/subject.h"

void decoder_checks (const struct subject *subject);

#endif
