/* SPDX-License-Identifier: Apache-2.0 */
/* Golden data for tests: finds the vectors, reads JSON Lines (also gzipped) and hexadecimal.
 *
 * The vectors lie in tests/data/vectors, or in the directory that DCPIPE_VECTORS names, which is laid
 * out in the same way but may hold other files. */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The path of `name` (such as "ic/candid/leb128.jsonl") below the vectors. The caller frees it. */
char *vectors_path (const char *name);

/* Calls `row` with each line of a JSON Lines file, which may be gzipped, and its 1-based number, and
 * returns how many there were. A missing file has no lines: another set of vectors need not have all.
 * An unreadable line fails the test. */
size_t vectors_each (const char *name, void (*row) (json_t *line, size_t number, void *context),
                     void *context);

/* Reads a whole file into memory that the caller frees. Fails the test if it cannot. */
uint8_t *vectors_read (const char *name, size_t *size);

/* The bytes of an object's hexadecimal member, in memory that the caller frees; NULL and size 0 if the
 * member is absent or null. Fails the test if it is not hexadecimal. */
uint8_t *vectors_hex (const json_t *object, const char *member, size_t *size);

/* An object's text member, or NULL if it is absent or null. */
const char *vectors_text (const json_t *object, const char *member);

#endif
