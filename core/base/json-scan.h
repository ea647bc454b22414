/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as it lies in a text. Numbers keep all their digits, so nothing is converted here. */
#ifndef DCPIPE_BASE_JSON_SCAN_H
#define DCPIPE_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* The end of the JSON value that begins at `p`, or NULL if there is none before `end`: strict JSON, spaces
 * and tabs between tokens allowed, line breaks not, nested at most 512 deep. */
const char *json_scan_end (const char *p, const char *end);

/* The text is one such value, with nothing before or behind it. */
bool json_scan_valid (const void *text, size_t size);

/* Skips spaces and tabs. */
const char *json_scan_skip (const char *p, const char *end);

#endif
