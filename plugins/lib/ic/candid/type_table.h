/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to the Candid modules: the head of a message, its type table and the types of its arguments. */
#ifndef IC_CANDID_TYPE_TABLE_H
#define IC_CANDID_TYPE_TABLE_H

#include <stdbool.h>

#include "ic/candid/arena.h"
#include "ic/candid/reader.h"
#include "ic/candid/type.h"

/* Reads "DIDL", type table and argument types. Memory is taken from `arena`. */
bool ic_candid_read_types (struct ic_candid_reader *reader, struct ic_candid_types *types,
                           struct ic_arena *arena);

#endif
