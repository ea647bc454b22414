/* SPDX-License-Identifier: Apache-2.0 */
/* Calls `decode` as a decode thread does, with entries whose bytes cannot be written, and cannot be read
 * beyond. */
#ifndef PLUGIN_TEST_DRIVERS_DECODE_H
#define PLUGIN_TEST_DRIVERS_DECODE_H

#include "data/table.h"
#include "harness/subject.h"
#include "setup/setup.h"

/* A decoder with its tables. */
struct bench_decoder {
  struct plugin plugin; /* as it was loaded, but that its rows are looked at */
  struct decoder decoder;
  struct dcpipe_tables *tables;
};

void decode_begin (struct bench_decoder *bench, const struct subject *subject);
void decode_end (struct bench_decoder *bench);

/* Decodes one entry: the rows, one JSON object a line with table and operation before it, the failed entries
 * among them, and whether a note was left. `value_last` puts the value, otherwise the key, before memory that
 * cannot be read. The text is to be freed. Ends the check if the decoder makes a mistake. Any thread. */
char *decode_entry (const struct bench_decoder *bench, const struct test_entry *entry, bool value_last);

/* The label that an entry of a decoder of any label, or its only one, may have. */
const char *decode_label (const struct bench_decoder *bench, size_t number);

#endif
