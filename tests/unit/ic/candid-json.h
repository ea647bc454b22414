/* SPDX-License-Identifier: Apache-2.0 */
/* Between Candid and the JSON of the vectors; ic/candid/README.md there says how it looks. */
#ifndef TESTS_CANDID_JSON_H
#define TESTS_CANDID_JSON_H

#include <jansson.h>

#include "ic/candid/candid.h"

/* The types of a row (its `types` and `defs`) in the syntax of .did files. The caller frees it. */
char *candid_did (const json_t *types, const json_t *defs);

/* The JSON of a sequence of values. Fields are named where the types name them. */
json_t *candid_json (const struct ic_candid_types *types, const struct ic_candid_value *values);

#endif
