/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/candid/type.h"

const char *
ic_candid_kind_name (enum ic_candid_kind kind)
{
  static const char *const names[] = {
    "?",         "null",
    "bool",      "nat",
    "int",       "nat8",
    "nat16",     "nat32",
    "nat64",     "int8",
    "int16",     "int32",
    "int64",     "float32",
    "float64",   "text",
    "reserved",  "empty",
    "opt",       "vec",
    "record",    "variant",
    "func",      "service",
    "principal", "a type of a later version",
    "blob",
  };

  return (size_t) kind < sizeof names / sizeof *names ? names[kind] : names[0];
}

uint32_t
ic_candid_id (const void *name, size_t size)
{
  const uint8_t *p = name;
  uint32_t id = 0;

  for (size_t i = 0; i < size; i++)
    id = id * 223 + p[i];
  return id;
}

const struct ic_candid_type *
ic_candid_type_of (const struct ic_candid_types *types, ic_candid_ref ref)
{
  return ref >= 0 ? &types->table[ref] : NULL;
}

enum ic_candid_kind
ic_candid_kind_of (const struct ic_candid_types *types, ic_candid_ref ref)
{
  return ref >= 0 ? types->table[ref].kind : (enum ic_candid_kind) - ref;
}
