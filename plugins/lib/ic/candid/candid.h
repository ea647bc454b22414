/* SPDX-License-Identifier: Apache-2.0 */
/* Candid: the types and values that canisters exchange, as the Candid specification has them
 * (github.com/dfinity/candid, spec/Candid.md).
 *
 * A caller says what he expects in Candid's own words, decodes a message at that type, and walks the result:
 *
 *     struct ic_arena arena = { NULL };
 *     struct ic_candid_types types;
 *     const struct ic_candid_value *reply, *chunk;
 *
 *     if (!ic_candid_types_parse (&types, "(variant { Ok : record { text; blob }; Err : text })",
 *                                  &arena, &error)
 *         || !ic_candid_decode (&reply, message, &types, &arena, &error))
 *       return false;                                  (error.text says where and why)
 *     chunk = ic_candid_case (&reply[0], "Ok");
 *     if (chunk != NULL)
 *       use (chunk->items[0].bytes, chunk->items[1].bytes);
 *
 * Encoding takes the same types and the same values:
 *
 *     struct ic_candid_value cursor = ic_candid_text (text, size);
 *     struct ic_candid_value arguments[] = { ic_candid_some (&cursor), ic_candid_none () };
 *
 *     ic_candid_encode (&buffer, &types, arguments, &error);
 *
 * Types and values live in the arena and are not changed once made: any thread may read them. Texts and blobs
 * are views of the message and are not copied. The functions keep no state. */
#ifndef IC_CANDID_CANDID_H
#define IC_CANDID_CANDID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/bytes.h"
#include "ic/candid/arena.h"
#include "ic/candid/error.h"

/* What a message may cost the reader. A value of a few bytes can claim to be a vector of a thousand million
 * nulls: work is counted in values read (and bytes, where they are looked at one by one), memory
 * in bytes of the arena, and a message that needs more is refused. An honest one stays far below. */
#define IC_CANDID_WORK(size) (2000000 + 16 * (uint64_t) (size))
#define IC_CANDID_MEMORY(size) ((4 << 20) + 64 * (uint64_t) (size))
#define IC_CANDID_MAX_DEPTH 512   /* values within values, types within types */
#define IC_CANDID_MAX_TYPES 10000 /* entries of a type table */

/* Kinds of types. The numbers are the format's opcodes without their minus sign. */
enum ic_candid_kind {
  IC_CANDID_NULL = 1,
  IC_CANDID_BOOL,
  IC_CANDID_NAT,
  IC_CANDID_INT,
  IC_CANDID_NAT8,
  IC_CANDID_NAT16,
  IC_CANDID_NAT32,
  IC_CANDID_NAT64,
  IC_CANDID_INT8,
  IC_CANDID_INT16,
  IC_CANDID_INT32,
  IC_CANDID_INT64,
  IC_CANDID_FLOAT32,
  IC_CANDID_FLOAT64,
  IC_CANDID_TEXT,
  IC_CANDID_RESERVED,
  IC_CANDID_EMPTY,
  IC_CANDID_OPT,
  IC_CANDID_VEC,
  IC_CANDID_RECORD,
  IC_CANDID_VARIANT,
  IC_CANDID_FUNC,
  IC_CANDID_SERVICE,
  IC_CANDID_PRINCIPAL,
  IC_CANDID_FUTURE, /* a type of a later version of the format; it has no values here */
  IC_CANDID_BLOB,   /* of values only: a vec nat8 */
};

/* The kind in Candid's words, such as "nat64". */
const char *ic_candid_kind_name (enum ic_candid_kind kind);

/* A reference to a type: an index into a table if 0 or more, otherwise minus a primitive kind. */
typedef int32_t ic_candid_ref;

/* What a func may be called as. */
enum ic_candid_mode { IC_CANDID_UPDATE, IC_CANDID_QUERY, IC_CANDID_ONEWAY, IC_CANDID_COMPOSITE_QUERY };

/* A type that is made of others. */
struct ic_candid_type {
  enum ic_candid_kind kind;
  enum ic_candid_mode mode; /* of a func */
  uint32_t count;           /* fields, methods, or arguments; 1 for opt and vec */
  uint32_t results;         /* of a func */
  ic_candid_ref *types;     /* of each of them; a func's results follow its arguments */
  uint32_t *ids;            /* record and variant: the fields' ids, rising */
  struct bytes *names;      /* record and variant: NULL, or the fields' names, with no data where they are
                             * not known. service: the methods' names, rising */
};

/* A sequence of types, of arguments or results, with the table that they refer to. */
struct ic_candid_types {
  struct ic_candid_type *table;
  size_t count;
  ic_candid_ref *args;
  size_t arg_count;
};

/* Reads types in the syntax of .did files: definitions, if any, then a sequence in brackets.
 *
 *     type Value = variant { Nat : nat; Text : text; Array : vec Value };
 *     (vec record { text; Value }, opt blob)
 *
 * All is kept in `arena`, and names are views of `text`, which must live as long. Returns false with
 * `error` set if the text is not such a sequence or there is no memory. */
bool ic_candid_types_parse (struct ic_candid_types *types, const char *text, struct ic_arena *arena,
                            struct ic_error *error);

/* Reads types from the head of a message: "DIDL", type table and argument types. Moves `message` past it.
 * Names of methods are views of the message. */
bool ic_candid_types_read (struct ic_candid_types *types, struct bytes *message, struct ic_arena *arena,
                           struct ic_error *error);

/* The type that `ref` refers to, or NULL for a primitive one. */
const struct ic_candid_type *ic_candid_type_of (const struct ic_candid_types *types, ic_candid_ref ref);

/* The kind of the type that `ref` refers to. */
enum ic_candid_kind ic_candid_kind_of (const struct ic_candid_types *types, ic_candid_ref ref);

/* The id of a field with this name: the hash that the format has in place of names. */
uint32_t ic_candid_id (const void *name, size_t size);

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

/* Decodes a message at the expected types, with the coercions of the specification: what is expected and
 * missing is null, what is not expected is skipped, and what does not fit under an opt becomes null.
 *
 * Sets `*values` to an array of `expected->arg_count` values, in `arena`; they point into `message` too.
 * Returns false with `error` set if the message is malformed, is of other types, or costs too much. */
bool ic_candid_decode (const struct ic_candid_value **values, struct bytes message,
                       const struct ic_candid_types *expected, struct ic_arena *arena,
                       struct ic_error *error);

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

/* Values for encoding. They hold pointers to what they are given. */
struct ic_candid_value ic_candid_null (void); /* also reserved */
struct ic_candid_value ic_candid_bool (bool value);
struct ic_candid_value ic_candid_nat (enum ic_candid_kind kind, uint64_t value);
struct ic_candid_value ic_candid_int (enum ic_candid_kind kind, int64_t value);
struct ic_candid_value ic_candid_big (enum ic_candid_kind kind, struct bytes leb128); /* nat or int */
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

/* Bytes that grow. Begin with { NULL }; the caller frees `data`. */
struct ic_candid_buffer {
  uint8_t *data;
  size_t size, capacity;
};

/* Appends a message with these values, of which there are `types->arg_count`, to `buffer`. Where a record
 * lacks a field that may be null, null is written. Returns false with `error` set if a value is not of its
 * type, or there is no memory; what was appended then means nothing. */
bool ic_candid_encode (struct ic_candid_buffer *buffer, const struct ic_candid_types *types,
                       const struct ic_candid_value *values, struct ic_error *error);

#endif
