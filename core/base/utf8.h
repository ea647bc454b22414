/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_BASE_UTF8_H
#define DCPIPE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* True if the bytes are well-formed UTF-8 (Unicode 15, table 3-7). */
bool utf8_valid (const void *text, size_t size);

#endif
