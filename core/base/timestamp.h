/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text: 2026-01-31T23:59:59.123Z, always with milliseconds and in UTC. */
#ifndef DCPIPE_BASE_TIMESTAMP_H
#define DCPIPE_BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dcpipe-plugin.h"

/* Writes the time, which is in ns since 1970; what is below a millisecond is cut. */
void timestamp_format (char text[DCPIPE_TIME_SIZE], uint64_t ns);

/* Reads a time of exactly that form, of a day that there is. */
bool timestamp_parse (const char *text, size_t size, uint64_t *ns);

#endif
