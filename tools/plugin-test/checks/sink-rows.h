/* SPDX-License-Identifier: Apache-2.0 */
/* What rows become: values, operations, effects, order. */
#ifndef PLUGIN_TEST_CHECKS_SINK_ROWS_H
#define PLUGIN_TEST_CHECKS_SINK_ROWS_H

#include "checks/sink-check.h"

extern const struct sink_check sink_row_checks[];

#endif
