/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a hash tree against the `lookups` of a row of golden data. */
#ifndef TESTS_IC_LOOKUPS_H
#define TESTS_IC_LOOKUPS_H

#include <jansson.h>

#include "ic/certificate/hash_tree.h"

/* Looks up every path of `lookups` in `tree` and compares results, values, subtrees and their hashes. Returns
 * how many there were; fails the test, naming `where`, at the first difference. */
size_t lookups_check (const struct ic_tree *tree, const json_t *lookups, const char *where);

#endif
