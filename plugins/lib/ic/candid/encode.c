/* SPDX-License-Identifier: Apache-2.0 */
/* Messages from types and values. */
#include "config.h"

#include "ic/candid/encode.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/grow.h"
#include "bytes/utf8.h"
#include "ic/candid/leb128.h"
#include "ic/principal/principal.h"

struct encoder {
  struct ic_candid_buffer *buffer;
  const struct ic_candid_types *types;
  struct ic_error *error;
  unsigned depth;
};

static bool put_value (struct encoder *e, ic_candid_ref ref, const struct ic_candid_value *value);

static bool
put_bytes (struct encoder *e, const void *data, size_t size)
{
  struct ic_candid_buffer *buffer = e->buffer;

  if (!bytes_reserve (&buffer->data, buffer->size, &buffer->capacity, size)) {
    ic_error_set (e->error, "there is not enough memory to encode a Candid message");
    return false;
  }
  if (size > 0)
    memcpy (buffer->data + buffer->size, data, size);
  buffer->size += size;
  return true;
}

static bool
put_byte (struct encoder *e, uint8_t byte)
{
  return put_bytes (e, &byte, 1);
}

static bool
put_uleb (struct encoder *e, uint64_t value)
{
  uint8_t bytes[IC_LEB128_SIZE];

  return put_bytes (e, bytes, ic_uleb128_write (bytes, value));
}

static bool
put_sleb (struct encoder *e, int64_t value)
{
  uint8_t bytes[IC_LEB128_SIZE];

  return put_bytes (e, bytes, ic_sleb128_write (bytes, value));
}

static bool
put_blob (struct encoder *e, struct bytes blob)
{
  return put_uleb (e, blob.size) && put_bytes (e, blob.data, blob.size);
}

static bool
put_refs (struct encoder *e, const ic_candid_ref *refs, uint32_t count)
{
  bool ok = put_uleb (e, count);

  for (uint32_t i = 0; i < count && ok; i++)
    ok = put_sleb (e, refs[i]);
  return ok;
}

static bool
put_members (struct encoder *e, const struct ic_candid_type *type)
{
  bool ok = put_uleb (e, type->count);

  for (uint32_t i = 0; i < type->count && ok; i++)
    ok = (type->kind == IC_CANDID_SERVICE ? put_blob (e, type->names[i]) : put_uleb (e, type->ids[i]))
         && put_sleb (e, type->types[i]);
  return ok;
}

static bool
put_type (struct encoder *e, const struct ic_candid_type *type)
{
  if (!put_sleb (e, -(int64_t) type->kind))
    return false;
  switch (type->kind) {
  case IC_CANDID_OPT:
  case IC_CANDID_VEC:
    return put_sleb (e, type->types[0]);
  case IC_CANDID_FUNC:
    if (!put_refs (e, type->types, type->count) || !put_refs (e, type->types + type->count, type->results))
      return false;
    if (type->mode == IC_CANDID_UPDATE)
      return put_uleb (e, 0);
    return put_uleb (e, 1) && put_byte (e, (uint8_t) type->mode);
  case IC_CANDID_FUTURE:
    /* What it was is not known; an empty one stands for it, and has no values. */
    return put_uleb (e, 0);
  default:
    return put_members (e, type);
  }
}

/* The whole table is written, used or not: the types come from one text, which lists what is used. */
static bool
put_head (struct encoder *e)
{
  const struct ic_candid_types *types = e->types;
  bool ok = put_bytes (e, "DIDL", 4) && put_uleb (e, types->count);

  for (size_t i = 0; i < types->count && ok; i++)
    ok = put_type (e, &types->table[i]);
  ok = ok && put_uleb (e, types->arg_count);
  for (size_t i = 0; i < types->arg_count && ok; i++)
    ok = put_sleb (e, types->args[i]);
  return ok;
}

static bool
fail (struct encoder *e, const struct ic_candid_value *value, enum ic_candid_kind wanted)
{
  ic_error_set (e->error, "cannot encode a Candid %s as %s", ic_candid_kind_name (value->kind),
                ic_candid_kind_name (wanted));
  return false;
}

static bool
fail_field (struct encoder *e, const struct ic_candid_type *type, uint32_t index, const char *reason)
{
  struct bytes name = { NULL, 0 };

  if (type->names != NULL)
    name = type->names[index];
  if (name.data != NULL)
    ic_error_set (e->error, "cannot encode a Candid record: field %.*s %s", (int) name.size,
                  (const char *) name.data, reason);
  else
    ic_error_set (e->error, "cannot encode a Candid record: field %lu %s", (unsigned long) type->ids[index],
                  reason);
  return false;
}

/* The number is of the type's own kind already; what is left to see is whether it fits. */
static bool
put_fixed (struct encoder *e, enum ic_candid_kind kind, unsigned width, const struct ic_candid_value *value)
{
  bool is_signed = kind >= IC_CANDID_INT8;
  uint64_t bits = value->nat, over = width == 8 ? 0 : bits >> (8 * width);
  uint8_t bytes[8];

  if (is_signed && width < 8) {
    int64_t limit = INT64_C (1) << (8 * width - 1);

    over = value->integer < -limit || value->integer >= limit;
  }
  if (over != 0) {
    ic_error_set (e->error, "cannot encode a number that does not fit in a Candid %s",
                  ic_candid_kind_name (kind));
    return false;
  }
  store_le64 (bytes, bits);
  return put_bytes (e, bytes, width);
}

static bool
put_float (struct encoder *e, enum ic_candid_kind kind, const struct ic_candid_value *value)
{
  uint64_t bits = 0;
  uint32_t word;
  uint8_t bytes[8];

  if (kind == IC_CANDID_FLOAT32) {
    memcpy (&word, &value->single, sizeof word);
    bits = word;
  } else
    memcpy (&bits, &value->number, sizeof bits);
  store_le64 (bytes, bits);
  return put_bytes (e, bytes, kind == IC_CANDID_FLOAT32 ? 4 : 8);
}

/* In its shortest form, whatever form it has. */
static bool
put_big (struct encoder *e, struct bytes leb128, bool is_signed)
{
  size_t size = ic_leb128_shortest (leb128, is_signed);

  if (ic_leb128_length (leb128) != leb128.size || size == 0) {
    ic_error_set (e->error, "cannot encode a number that is not one LEB128 encoding");
    return false;
  }
  return put_bytes (e, leb128.data, size - 1) && put_byte (e, leb128.data[size - 1] & 0x7f);
}

/* A number that fits a word is kept as one, whatever the size of its type; `big` is for nat and int alone. */
static bool
put_number (struct encoder *e, enum ic_candid_kind kind, const struct ic_candid_value *value)
{
  if (value->big && (kind == IC_CANDID_NAT || kind == IC_CANDID_INT))
    return put_big (e, value->bytes, kind == IC_CANDID_INT);
  switch (kind) {
  case IC_CANDID_NAT:
    return put_uleb (e, value->nat);
  case IC_CANDID_INT:
    return put_sleb (e, value->integer);
  case IC_CANDID_NAT8:
  case IC_CANDID_INT8:
    return put_fixed (e, kind, 1, value);
  case IC_CANDID_NAT16:
  case IC_CANDID_INT16:
    return put_fixed (e, kind, 2, value);
  case IC_CANDID_NAT32:
  case IC_CANDID_INT32:
    return put_fixed (e, kind, 4, value);
  case IC_CANDID_NAT64:
  case IC_CANDID_INT64:
    return put_fixed (e, kind, 8, value);
  default:
    return put_float (e, kind, value);
  }
}

/* A canister would refuse the whole message; this says which side is at fault. */
static bool
put_text (struct encoder *e, struct bytes text)
{
  if (!utf8_valid (text.data, text.size)) {
    ic_error_set (e->error, "cannot encode a text that is not UTF-8");
    return false;
  }
  return put_blob (e, text);
}

static bool
put_principal (struct encoder *e, struct bytes principal)
{
  if (principal.size > IC_PRINCIPAL_MAX) {
    ic_error_set (e->error, "cannot encode a principal of more than %d bytes", IC_PRINCIPAL_MAX);
    return false;
  }
  return put_byte (e, 1) && put_blob (e, principal);
}

static bool
put_vec (struct encoder *e, const struct ic_candid_type *type, const struct ic_candid_value *value)
{
  bool is_blob = ic_candid_kind_of (e->types, type->types[0]) == IC_CANDID_NAT8, ok;

  if (is_blob && value->kind == IC_CANDID_BLOB)
    return put_blob (e, value->bytes);
  if (value->kind != IC_CANDID_VEC)
    return fail (e, value, type->kind);
  ok = put_uleb (e, value->count);
  for (uint32_t i = 0; i < value->count && ok; i++)
    ok = put_value (e, type->types[0], &value->items[i]);
  return ok;
}

/* A field's value, or null where it has none and may be null. */
static bool
put_field (struct encoder *e, const struct ic_candid_type *type, uint32_t index,
           const struct ic_candid_value *field)
{
  enum ic_candid_kind kind = ic_candid_kind_of (e->types, type->types[index]);
  struct ic_candid_value null = { .kind = (uint8_t) kind };

  if (field != NULL)
    return put_value (e, type->types[index], field);
  if (kind != IC_CANDID_OPT && kind != IC_CANDID_NULL && kind != IC_CANDID_RESERVED)
    return fail_field (e, type, index, "is missing");
  return put_value (e, type->types[index], &null);
}

/* Fields are looked up by their ids, so that callers need not know in which order the format wants them.
 * One that is left over would be lost without a word: a mistake of the caller's. */
static bool
put_record (struct encoder *e, const struct ic_candid_type *type, const struct ic_candid_value *value)
{
  uint32_t used = 0;

  if (value->kind != IC_CANDID_RECORD || (value->ids == NULL && value->count != type->count))
    return fail (e, value, type->kind);
  for (uint32_t i = 0; i < type->count; i++) {
    const struct ic_candid_value *field =
        value->ids == NULL ? &value->items[i] : ic_candid_field_by_id (value, type->ids[i]);

    used += field != NULL;
    if (!put_field (e, type, i, field))
      return false;
  }
  if (used < value->count) {
    ic_error_set (e->error, "cannot encode a Candid record with fields that its type does not have");
    return false;
  }
  return true;
}

static bool
put_variant (struct encoder *e, const struct ic_candid_type *type, const struct ic_candid_value *value)
{
  struct ic_candid_value null = ic_candid_null ();

  if (value->kind != IC_CANDID_VARIANT)
    return fail (e, value, type->kind);
  for (uint32_t i = 0; i < type->count; i++)
    if (type->ids[i] == value->count)
      return put_uleb (e, i) && put_value (e, type->types[i], value->some != NULL ? value->some : &null);
  ic_error_set (e->error, "cannot encode a Candid variant with a case that its type does not have");
  return false;
}

/* A principal is taken for a service, as an address: the format writes both alike. */
static bool
put_composite (struct encoder *e, const struct ic_candid_type *type, const struct ic_candid_value *value)
{
  switch (type->kind) {
  case IC_CANDID_OPT:
    if (value->kind != IC_CANDID_OPT)
      return fail (e, value, type->kind);
    if (value->some == NULL)
      return put_byte (e, 0);
    return put_byte (e, 1) && put_value (e, type->types[0], value->some);
  case IC_CANDID_VEC:
    return put_vec (e, type, value);
  case IC_CANDID_RECORD:
    return put_record (e, type, value);
  case IC_CANDID_VARIANT:
    return put_variant (e, type, value);
  case IC_CANDID_FUNC:
    if (value->kind != IC_CANDID_FUNC)
      return fail (e, value, type->kind);
    return put_byte (e, 1) && put_principal (e, value->func->principal) && put_text (e, value->func->method);
  case IC_CANDID_SERVICE:
    if (value->kind != IC_CANDID_SERVICE && value->kind != IC_CANDID_PRINCIPAL)
      return fail (e, value, type->kind);
    return put_principal (e, value->bytes);
  default:
    return fail (e, value, type->kind);
  }
}

/* Reserved takes no bytes, whatever value stands for it. */
static bool
put_primitive (struct encoder *e, enum ic_candid_kind kind, const struct ic_candid_value *value)
{
  if (kind == IC_CANDID_RESERVED)
    return true;
  if (value->kind != kind)
    return fail (e, value, kind);
  switch (kind) {
  case IC_CANDID_NULL:
    return true;
  case IC_CANDID_BOOL:
    return put_byte (e, value->boolean);
  case IC_CANDID_TEXT:
    return put_text (e, value->bytes);
  case IC_CANDID_PRINCIPAL:
    return put_principal (e, value->bytes);
  case IC_CANDID_EMPTY:
    return fail (e, value, kind);
  default:
    return put_number (e, kind, value);
  }
}

static bool
put_value (struct encoder *e, ic_candid_ref ref, const struct ic_candid_value *value)
{
  bool ok;

  if (ref < 0)
    return put_primitive (e, ic_candid_kind_of (e->types, ref), value);
  if (e->depth >= IC_CANDID_MAX_DEPTH) {
    ic_error_set (e->error, "cannot encode Candid values more than %d deep", IC_CANDID_MAX_DEPTH);
    return false;
  }
  e->depth++;
  ok = put_composite (e, ic_candid_type_of (e->types, ref), value);
  e->depth--;
  return ok;
}

bool
ic_candid_encode (struct ic_candid_buffer *buffer, const struct ic_candid_types *types,
                  const struct ic_candid_value *values, struct ic_error *error)
{
  struct encoder e = { .buffer = buffer, .types = types, .error = error };
  bool ok = put_head (&e);

  for (size_t i = 0; i < types->arg_count && ok; i++)
    ok = put_value (&e, types->args[i], &values[i]);
  return ok;
}
