/* SPDX-License-Identifier: Apache-2.0 */
/* Candid types out of the text of .did files. */
#ifndef IC_CANDID_TEXT_H
#define IC_CANDID_TEXT_H

#include <stdbool.h>

#include "ic/candid/arena.h"
#include "ic/candid/error.h"
#include "ic/candid/type.h"

/* Reads types in the syntax of .did files: definitions, if any, then a sequence in brackets.
 *
 *     type Value = variant { Nat : nat; Text : text; Array : vec Value };
 *     (vec record { text; Value }, opt blob)
 *
 * All is kept in `arena`, and names are views of `text`, which must live as long. Returns false with
 * `error` set if the text is not such a sequence or there is no memory. */
bool ic_candid_types_parse (struct ic_candid_types *types, const char *text, struct ic_arena *arena,
                            struct ic_error *error);

#endif
