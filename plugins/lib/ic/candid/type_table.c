/* SPDX-License-Identifier: Apache-2.0 */
/* The table comes from outside and everything that follows is read by it: so it is checked whole, once, and
 * relied on afterwards. */
#include "config.h"

#include "ic/candid/type_table.h"

#include <string.h>

static const char no_memory[] = "there is not enough memory";

/* What reading the table needs: the count of entries is known before they are. */
struct table {
  struct ic_candid_reader *reader;
  struct ic_candid_types *types;
  struct ic_arena *arena;
};

/* Room for `count` things of which each takes at least `least` bytes of the message; NULL if there cannot
 * be so many. */
static void *
room_for (struct table *table, uint64_t count, size_t least, size_t size)
{
  void *memory;

  if (count > ic_candid_left (table->reader) / least || count > UINT32_MAX) {
    ic_candid_fail (table->reader, "a count of more than what is left of the message");
    return NULL;
  }
  memory = ic_arena_alloc (table->arena, (size_t) count * size);
  if (memory == NULL)
    ic_candid_fail (table->reader, no_memory);
  return memory;
}

static bool
read_ref (struct table *table, ic_candid_ref *ref)
{
  int64_t code;

  if (!ic_candid_read_sleb (table->reader, &code))
    return false;
  if (code >= 0 && (uint64_t) code >= table->types->count)
    return ic_candid_fail (table->reader, "an index beyond the type table");
  if (code < -IC_CANDID_EMPTY && code != -IC_CANDID_PRINCIPAL)
    return ic_candid_fail (table->reader, "a type that is neither primitive nor in the type table");
  *ref = (ic_candid_ref) code;
  return true;
}

static bool
read_refs (struct table *table, ic_candid_ref *refs, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (!read_ref (table, &refs[i]))
      return false;
  return true;
}

static bool
read_inner (struct table *table, struct ic_candid_type *type)
{
  type->count = 1;
  type->types = room_for (table, 1, 1, sizeof *type->types);
  return type->types != NULL && read_ref (table, type->types);
}

/* Ids must rise: it is what makes a field's place in the message unambiguous, and lets readers go through
 * both sides at once. */
static bool
read_fields (struct table *table, struct ic_candid_type *type)
{
  uint64_t count, id;

  if (!ic_candid_read_uleb (table->reader, &count))
    return false;
  type->ids = room_for (table, count, 2, sizeof *type->ids);
  type->types = type->ids == NULL ? NULL : room_for (table, count, 2, sizeof *type->types);
  if (type->types == NULL)
    return false;
  type->count = (uint32_t) count;
  for (uint32_t i = 0; i < type->count; i++) {
    if (!ic_candid_read_uleb (table->reader, &id))
      return false;
    if (id > UINT32_MAX || (i > 0 && id <= type->ids[i - 1]))
      return ic_candid_fail (table->reader, "a field id that is repeated, out of order or too large");
    type->ids[i] = (uint32_t) id;
    if (!read_ref (table, &type->types[i]))
      return false;
  }
  return true;
}

static bool
read_mode (struct table *table, struct ic_candid_type *type)
{
  uint64_t count;
  uint8_t mode = IC_CANDID_UPDATE;

  if (!ic_candid_read_uleb (table->reader, &count))
    return false;
  if (count > 1)
    return ic_candid_fail (table->reader, "a func with more than one annotation");
  if (count == 1 && !ic_candid_read_byte (table->reader, &mode))
    return false;
  if (mode > IC_CANDID_COMPOSITE_QUERY || (count == 1 && mode == IC_CANDID_UPDATE))
    return ic_candid_fail (table->reader, "an unknown annotation of a func");
  type->mode = mode;
  return true;
}

static bool
read_func (struct table *table, struct ic_candid_type *type)
{
  uint64_t args, results;
  ic_candid_ref *refs;

  if (!ic_candid_read_uleb (table->reader, &args))
    return false;
  refs = room_for (table, args, 1, sizeof *refs);
  if (refs == NULL || !read_refs (table, refs, (size_t) args)
      || !ic_candid_read_uleb (table->reader, &results))
    return false;
  type->count = (uint32_t) args;
  /* The results' count is known only now: the arguments move in front of them. */
  if (room_for (table, results, 1, 0) == NULL)
    return false;
  type->types = ic_arena_alloc (table->arena, (size_t) (args + results) * sizeof *refs);
  if (type->types == NULL)
    return ic_candid_fail (table->reader, no_memory);
  if (args > 0)
    memcpy (type->types, refs, (size_t) args * sizeof *refs);
  type->results = (uint32_t) results;
  return read_refs (table, type->types + args, (size_t) results) && read_mode (table, type);
}

static int
compare_names (struct bytes a, struct bytes b)
{
  size_t shorter = a.size < b.size ? a.size : b.size;
  int order = shorter > 0 ? memcmp (a.data, b.data, shorter) : 0;

  return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Rising names make the table unambiguous, as rising ids do for fields. */
static bool
read_service (struct table *table, struct ic_candid_type *type)
{
  uint64_t count;

  if (!ic_candid_read_uleb (table->reader, &count))
    return false;
  type->names = room_for (table, count, 2, sizeof *type->names);
  type->types = type->names == NULL ? NULL : room_for (table, count, 2, sizeof *type->types);
  if (type->types == NULL)
    return false;
  type->count = (uint32_t) count;
  for (uint32_t i = 0; i < type->count; i++) {
    if (!ic_candid_read_text (table->reader, &type->names[i]))
      return false;
    if (i > 0 && compare_names (type->names[i - 1], type->names[i]) >= 0)
      return ic_candid_fail (table->reader, "a method name that is repeated or out of order");
    if (!read_ref (table, &type->types[i]))
      return false;
  }
  return true;
}

/* Types of later versions say how long they are, so that messages which hold some can still be read. */
static bool
read_entry (struct table *table, struct ic_candid_type *type)
{
  struct bytes skipped;
  int64_t opcode;

  if (!ic_candid_read_sleb (table->reader, &opcode))
    return false;
  type->kind = opcode < -IC_CANDID_PRINCIPAL ? IC_CANDID_FUTURE : (enum ic_candid_kind) - opcode;
  switch (opcode) {
  case -IC_CANDID_OPT:
  case -IC_CANDID_VEC:
    return read_inner (table, type);
  case -IC_CANDID_RECORD:
  case -IC_CANDID_VARIANT:
    return read_fields (table, type);
  case -IC_CANDID_FUNC:
    return read_func (table, type);
  case -IC_CANDID_SERVICE:
    return read_service (table, type);
  default:
    if (type->kind == IC_CANDID_FUTURE)
      return ic_candid_read_blob (table->reader, &skipped);
    return ic_candid_fail (table->reader, "an entry of the type table that is no composite type");
  }
}

/* Methods may refer to funcs further down the table, so this comes last. */
static bool
methods_are_funcs (struct table *table)
{
  for (size_t i = 0; i < table->types->count; i++) {
    const struct ic_candid_type *type = &table->types->table[i];

    if (type->kind != IC_CANDID_SERVICE)
      continue;
    for (uint32_t j = 0; j < type->count; j++)
      if (ic_candid_kind_of (table->types, type->types[j]) != IC_CANDID_FUNC)
        return ic_candid_fail (table->reader, "a method of a service that is no func");
  }
  return true;
}

static bool
read_args (struct table *table)
{
  uint64_t count;

  if (!ic_candid_read_uleb (table->reader, &count))
    return false;
  table->types->args = room_for (table, count, 1, sizeof *table->types->args);
  table->types->arg_count = (size_t) count;
  return table->types->args != NULL && read_refs (table, table->types->args, (size_t) count);
}

/* Types may refer to entries that follow them, so all is read before any reference is looked at. */
bool
ic_candid_read_types (struct ic_candid_reader *reader, struct ic_candid_types *types, struct ic_arena *arena)
{
  struct table table = { reader, types, arena };
  struct bytes magic;
  uint64_t count;

  *types = (struct ic_candid_types){ NULL };
  if (!ic_candid_read_bytes (reader, 4, &magic))
    return false;
  if (memcmp (magic.data, "DIDL", 4) != 0)
    return ic_candid_fail (reader, "no Candid message: it does not begin with DIDL");
  if (!ic_candid_read_uleb (reader, &count))
    return false;
  if (count > IC_CANDID_MAX_TYPES)
    return ic_candid_fail (reader, "a type table of more than 10000 entries");
  types->table = room_for (&table, count, 2, sizeof *types->table);
  if (types->table == NULL)
    return false;
  types->count = (size_t) count;
  for (size_t i = 0; i < types->count; i++)
    if (!read_entry (&table, &types->table[i]))
      return false;
  return methods_are_funcs (&table) && read_args (&table);
}
