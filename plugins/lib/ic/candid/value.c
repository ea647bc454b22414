/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into values, and making them. */
#include "config.h"

#include "ic/candid/value.h"

#include <stdlib.h>
#include <string.h>

#include "ic/candid/leb128.h"
#include "ic/candid/number.h"

/* Decoded records share the ids of their type, which rise. */
const struct ic_candid_value *
ic_candid_field_by_id (const struct ic_candid_value *record, uint32_t id)
{
  uint32_t low = 0, high = record->count;

  if (record->kind != IC_CANDID_RECORD || record->ids == NULL)
    return NULL;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;

    if (record->ids[middle] == id)
      return &record->items[middle];
    if (record->ids[middle] < id)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

const struct ic_candid_value *
ic_candid_field (const struct ic_candid_value *record, const char *name)
{
  return ic_candid_field_by_id (record, ic_candid_id (name, strlen (name)));
}

const struct ic_candid_value *
ic_candid_case (const struct ic_candid_value *variant, const char *name)
{
  if (variant->kind != IC_CANDID_VARIANT || variant->count != ic_candid_id (name, strlen (name)))
    return NULL;
  return variant->some;
}

/* The kinds are ranges of the format's opcodes. */
static bool
is_nat (uint8_t kind)
{
  return kind == IC_CANDID_NAT || (kind >= IC_CANDID_NAT8 && kind <= IC_CANDID_NAT64);
}

static bool
is_int (uint8_t kind)
{
  return kind == IC_CANDID_INT || (kind >= IC_CANDID_INT8 && kind <= IC_CANDID_INT64);
}

/* The union's `nat` is read also where `integer` was written: of a number that is not negative both are the
 * same bits. */
bool
ic_candid_u64 (const struct ic_candid_value *value, uint64_t *number)
{
  if (value->big || !(is_nat (value->kind) || (is_int (value->kind) && value->integer >= 0)))
    return false;
  *number = value->nat;
  return true;
}

/* Through LEB128, which numbers too large for a word are kept as anyway: so there is one conversion to
 * digits. */
char *
ic_candid_digits (const struct ic_candid_value *value, struct ic_error *error)
{
  uint8_t word[IC_LEB128_SIZE];
  struct bytes bytes = { word, 0 };

  if (!is_nat (value->kind) && !is_int (value->kind)) {
    ic_error_set (error, "a %s is no number", ic_candid_kind_name (value->kind));
    return NULL;
  }
  if (value->big)
    bytes = value->bytes;
  else if (is_nat (value->kind))
    bytes.size = ic_uleb128_write (word, value->nat);
  else
    bytes.size = ic_sleb128_write (word, value->integer);
  return ic_number_digits (bytes, is_int (value->kind), error);
}

struct ic_candid_value
ic_candid_null (void)
{
  return (struct ic_candid_value){ .kind = IC_CANDID_NULL };
}

struct ic_candid_value
ic_candid_bool (bool value)
{
  return (struct ic_candid_value){ .kind = IC_CANDID_BOOL, .boolean = value };
}

struct ic_candid_value
ic_candid_nat (enum ic_candid_kind kind, uint64_t value)
{
  return (struct ic_candid_value){ .kind = (uint8_t) kind, .nat = value };
}

static struct ic_candid_value
bytes_value (enum ic_candid_kind kind, const void *data, size_t size)
{
  return (struct ic_candid_value){ .kind = (uint8_t) kind, .bytes = { data, size } };
}

struct ic_candid_value
ic_candid_text (const void *data, size_t size)
{
  return bytes_value (IC_CANDID_TEXT, data, size);
}

struct ic_candid_value
ic_candid_blob (const void *data, size_t size)
{
  return bytes_value (IC_CANDID_BLOB, data, size);
}

struct ic_candid_value
ic_candid_principal (const void *data, size_t size)
{
  return bytes_value (IC_CANDID_PRINCIPAL, data, size);
}

struct ic_candid_value
ic_candid_none (void)
{
  return (struct ic_candid_value){ .kind = IC_CANDID_OPT };
}

struct ic_candid_value
ic_candid_some (const struct ic_candid_value *value)
{
  return (struct ic_candid_value){ .kind = IC_CANDID_OPT, .some = value };
}

struct ic_candid_value
ic_candid_vec (const struct ic_candid_value *items, uint32_t count)
{
  return (struct ic_candid_value){ .kind = IC_CANDID_VEC, .count = count, .items = items };
}

struct ic_candid_value
ic_candid_tuple (const struct ic_candid_value *items, uint32_t count)
{
  return (struct ic_candid_value){ .kind = IC_CANDID_RECORD, .count = count, .items = items };
}

struct ic_candid_value
ic_candid_variant (const char *name, const struct ic_candid_value *payload)
{
  return (struct ic_candid_value){ .kind = IC_CANDID_VARIANT,
                                   .count = ic_candid_id (name, strlen (name)),
                                   .some = payload };
}

/* Sorted by insertion: records have few fields, and most come in order. */
bool
ic_candid_record (struct ic_candid_value *record, const struct ic_candid_named *fields, uint32_t count,
                  struct ic_arena *arena)
{
  struct ic_candid_value *items = ic_arena_alloc (arena, count * sizeof *items);
  uint32_t *ids = ic_arena_alloc (arena, count * sizeof *ids);

  if (items == NULL || ids == NULL)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t id = ic_candid_id (fields[i].name, strlen (fields[i].name)), at = i;

    for (; at > 0 && ids[at - 1] > id; at--) {
      ids[at] = ids[at - 1];
      items[at] = items[at - 1];
    }
    ids[at] = id;
    items[at] = fields[i].value;
  }
  *record = ic_candid_tuple (items, count);
  record->ids = ids;
  return true;
}
