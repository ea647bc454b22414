/* SPDX-License-Identifier: Apache-2.0 */
/* Candid types: what values may be of. They live in an arena and are not changed once made. */
#ifndef IC_CANDID_TYPE_H
#define IC_CANDID_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include "bytes/bytes.h"

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

/* The type that `ref` refers to, or NULL for a primitive one. */
const struct ic_candid_type *ic_candid_type_of (const struct ic_candid_types *types, ic_candid_ref ref);

/* The kind of the type that `ref` refers to. */
enum ic_candid_kind ic_candid_kind_of (const struct ic_candid_types *types, ic_candid_ref ref);

/* The id of a field with this name: the hash that the format has in place of names. */
uint32_t ic_candid_id (const void *name, size_t size);

#endif
