/* SPDX-License-Identifier: Apache-2.0 */
/* What every decoder must do, whatever its entries mean. */
#ifndef PLUGIN_TEST_CHECKS_DECODER_H
#define PLUGIN_TEST_CHECKS_DECODER_H

#include "harness/subject.h"

void decoder_checks (const struct subject *subject);

/* Runs the pipeline over the entries in several ways and compares what is stored (replay.c). */
void decoder_replay_check (const void *subject);

/* Runs it again and again, and looks whether resolve keeps memory. */
void decoder_resolve_memory_check (const void *subject);

#endif
