/* SPDX-License-Identifier: Apache-2.0 */
/* What each thread has one of, and uses again and again: a text and a row. */
#ifndef DCPIPE_DATA_SCRATCH_H
#define DCPIPE_DATA_SCRATCH_H

#include "data/row-json.h"

/* The thread's text, empty. NULL after fail. */
struct json_text *scratch_text (void);

#endif
