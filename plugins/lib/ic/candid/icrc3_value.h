/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the ICRC-3 standard, which ledgers keep their blocks in, and their hash.
 *
 * The hash is the representation-independent one of ic/candid/hash.h, with numbers in LEB128, signed for an
 * Int; see "Value hash" in the standard. It does not depend on the order of a map's entries. No source of
 * dcpipe reads such a ledger yet; for those who take the library this is half of what they need to. */
#ifndef IC_CANDID_ICRC3_VALUE_H
#define IC_CANDID_ICRC3_VALUE_H

#include <stdbool.h>

#include "ic/candid/error.h"
#include "ic/candid/hash.h"
#include "ic/candid/value.h"

/* The definition of the type `Value`, to be put in front of types that name it. */
#define IC_ICRC3_VALUE                                                                                       \
  "type Value = variant { Blob : blob; Text : text; Nat : nat; Int : int; Array : vec Value; "               \
  "Map : vec record { text; Value } }; "

/* The hash of a value that was decoded at that type. Returns false with `error` set if it is of another
 * type, or there is no memory. Thread-safe. */
bool ic_icrc3_hash (uint8_t hash[IC_HASH_SIZE], const struct ic_candid_value *value, struct ic_error *error);

#endif
