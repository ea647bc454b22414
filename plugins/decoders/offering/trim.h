/* SPDX-License-Identifier: Apache-2.0 */
/* White space around text. */
#ifndef DCPIPE_OFFERING_TRIM_H
#define DCPIPE_OFFERING_TRIM_H

#include "bytes/bytes.h"

/* The text (UTF-8) without the white space around it, in the sense of Unicode's property White_Space. */
struct bytes trim (struct bytes text);

/* Whether the text is `word`, which is in lower case, in any case of its ASCII letters. */
bool is_word (struct bytes text, const char *word);

#endif
