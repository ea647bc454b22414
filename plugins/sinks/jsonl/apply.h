/* SPDX-License-Identifier: Apache-2.0 */
/* Rows into a change log. */
#ifndef JSONL_APPLY_H
#define JSONL_APPLY_H

#include "files.h"

/* Appends row `i` to its table, and says what became of it. Returns an enum dcpipe_result. */
int apply_row (struct files *files, dcpipe_rows *rows, size_t i);

#endif
