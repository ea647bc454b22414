/* SPDX-License-Identifier: Apache-2.0 */
/* Readers beside a writer, a second writer, and scratch stores. */
#ifndef PLUGIN_TEST_CHECKS_SINK_READERS_H
#define PLUGIN_TEST_CHECKS_SINK_READERS_H

#include "checks/sink-check.h"

extern const struct sink_check sink_reader_checks[];

#endif
