/* SPDX-License-Identifier: Apache-2.0 */
/* Candid values: looking into those that were decoded, and making those that are to be encoded. */
#ifndef IC_CANDID_VALUE_H
#define IC_CANDID_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/bytes.h"
#include "ic/candid/arena.h"
#include "ic/candid/error.h"
#include "ic/candid/type.h"

/* A reference to a method of a service. */
struct ic_candid_func {
  struct bytes principal, method;
};

/* A value. `kind` says which member of the union holds it:
 *
 *   bool                      boolean
 *   nat, nat8 ... nat64       nat (a `nat` that does not fit is `big`: then bytes, its unsigned LEB128)
 *   int, int8 ... int64       integer (an `int` that does not fit is `big`: then bytes, its signed LEB128)
 *   float32                   single
 *   float64                   number
 *   text, blob                bytes
 *   principal, service        bytes, at most 29
 *   func                      func
 *   opt                       some: NULL if there is none
 *   vec                       items, `count` of them
 *   record                    items, `count` of them, with their ids in rising order
 *   variant                   some: the payload; its id is `count`
 *   null, reserved            none
 */
struct ic_candid_value {
  uint8_t kind; /* an enum ic_candid_kind; a vec nat8 is IC_CANDID_BLOB */
  bool big;
  uint32_t count;
  union {
    bool boolean;
    uint64_t nat;
    int64_t integer;
    float single; /* apart from number: to widen a NaN changes its bits */
    double number;
    struct bytes bytes;
    const struct ic_candid_func *func;
    const struct ic_candid_value *some;
    struct {
      const struct ic_candid_value *items;
      const uint32_t *ids; /* of a record; NULL if the items are those of its type, in its order */
    };
  };
};

/* The field of a record with this name, or this id; NULL if the value is no record or has no such field. */
const struct ic_candid_value *ic_candid_field (const struct ic_candid_value *record, const char *name);
const struct ic_candid_value *ic_candid_field_by_id (const struct ic_candid_value *record, uint32_t id);

/* The payload of a variant, if this is its case; otherwise NULL. */
const struct ic_candid_value *ic_candid_case (const struct ic_candid_value *variant, const char *name);

/* The number in a value of any kind of nat, or of any kind of int that is not negative. False if the value is
 * something else, or the number does not fit. */
bool ic_candid_u64 (const struct ic_candid_value *value, uint64_t *number);

/* The digits of a number of any kind of nat or int, of any size up to IC_NUMBER_MAX_BITS, in memory that
 * the caller frees; NULL with `error` set if it is larger, or there is no memory. */
char *ic_candid_digits (const struct ic_candid_value *value, struct ic_error *error);

/* Values for encoding. They hold pointers to what they are given. Callers make arguments of them; replies,
 * which need all kinds, are made by the stand-in for canisters that the tests ask. */
struct ic_candid_value ic_candid_null (void); /* also reserved */
struct ic_candid_value ic_candid_bool (bool value);
struct ic_candid_value ic_candid_nat (enum ic_candid_kind kind, uint64_t value);
struct ic_candid_value ic_candid_text (const void *data, size_t size);
struct ic_candid_value ic_candid_blob (const void *data, size_t size);
struct ic_candid_value ic_candid_principal (const void *data, size_t size);
struct ic_candid_value ic_candid_none (void);
struct ic_candid_value ic_candid_some (const struct ic_candid_value *value);
struct ic_candid_value ic_candid_vec (const struct ic_candid_value *items, uint32_t count);
struct ic_candid_value ic_candid_variant (const char *name, const struct ic_candid_value *payload);

/* A record whose items are those of its type, in the order of their ids, such as a tuple. */
struct ic_candid_value ic_candid_tuple (const struct ic_candid_value *items, uint32_t count);

/* One field of a record that is being made. */
struct ic_candid_named {
  const char *name;
  struct ic_candid_value value;
};

/* Makes a record of fields in any order, kept in `arena`. False if there is no memory. */
bool ic_candid_record (struct ic_candid_value *record, const struct ic_candid_named *fields, uint32_t count,
                       struct ic_arena *arena);

#endif
