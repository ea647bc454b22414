/* SPDX-License-Identifier: Apache-2.0 */
/* Values of one type read as values of another.
 *
 * A value that is skipped is read too, at its own type, with nowhere to put it: so one set of functions
 * both reads and checks. There are two ways to fail. A mismatch is one of types, and the nearest opt around it
 * recovers; a fault is a broken message, and nothing does. */
#include "config.h"

#include "ic/candid.h"
#include "ic/candid_reader.h"
#include "ic/candid_subtype.h"

#include <stdio.h>
#include <string.h>

#include "ic/leb128.h"
#include "ic/principal.h"

enum outcome { DONE, MISMATCH, FAULT };

struct decoder {
  struct ic_candid_reader reader;
  struct ic_candid_types wire;
  const struct ic_candid_types *expected;
  struct ic_candid_relation relation;
  struct ic_arena *arena;
  uint64_t work, memory;
  unsigned depth;
  /* The mismatch found last: what stood where what was expected, and in which field. */
  size_t at;
  const char *found, *wanted;
  const struct ic_candid_type *around;
  uint32_t field;
};

/* The types of a value: the one that it was sent as, and the one that it is read as. */
struct pair {
  ic_candid_ref wire;
  const struct ic_candid_types *types; /* that `as` belongs to */
  ic_candid_ref as;
};

static enum outcome decode (struct decoder *d, struct pair pair, struct ic_candid_value *out);

static enum outcome
fault (struct decoder *d, const char *reason)
{
  ic_candid_fail (&d->reader, reason);
  return FAULT;
}

static enum outcome
mismatch (struct decoder *d, const char *found, const char *wanted)
{
  d->at = d->reader.at;
  d->found = found;
  d->wanted = wanted;
  d->around = NULL;
  return MISMATCH;
}

static bool
charge (struct decoder *d, uint64_t work)
{
  if (d->work < work)
    return ic_candid_fail (&d->reader, "reading it takes more work than a message of this size should");
  d->work -= work;
  return true;
}

static void *
allocate (struct decoder *d, uint64_t count, size_t size)
{
  void *memory = NULL;

  if (count > d->memory / size) {
    ic_candid_fail (&d->reader, "its values take more memory than a message of this size should");
    return NULL;
  }
  d->memory -= count * size;
  memory = ic_arena_alloc (d->arena, (size_t) count * size);
  if (memory == NULL)
    ic_candid_fail (&d->reader, "there is not enough memory");
  return memory;
}

static const struct ic_candid_type *
wire_type (struct decoder *d, struct pair pair)
{
  return ic_candid_type_of (&d->wire, pair.wire);
}

static const struct ic_candid_type *
as_type (struct pair pair)
{
  return ic_candid_type_of (pair.types, pair.as);
}

/* The pair for what is inside of an opt, a vec or a field, or is skipped. */
static struct pair
inner_pair (struct pair pair, ic_candid_ref wire, ic_candid_ref as)
{
  return (struct pair) { wire, pair.types, as };
}

static enum outcome
skip (struct decoder *d, ic_candid_ref wire)
{
  return decode (d, (struct pair) { wire, &d->wire, wire }, NULL);
}

static void
set_kind (struct ic_candid_value *out, enum ic_candid_kind kind)
{
  if (out != NULL)
    *out = (struct ic_candid_value) { .kind = (uint8_t) kind };
}

/* A nat or int of any size: as a machine word if it fits, else as the bytes of its LEB128. */
static enum outcome
decode_number (struct decoder *d, enum ic_candid_kind wire, enum ic_candid_kind kind, struct ic_candid_value *out)
{
  struct bytes input = { d->reader.message.data + d->reader.at, ic_candid_left (&d->reader) }, rest = input;
  size_t size = ic_leb128_length (input);
  uint8_t *copy;

  if (size == 0)
    return fault (d, "the message ends within a number");
  if (!charge (d, size))
    return FAULT;
  d->reader.at += size;
  if (out == NULL)
    return DONE;
  set_kind (out, kind);
  if (wire == IC_CANDID_NAT && ic_uleb128_read (&rest, &out->nat) == IC_LEB128_OK
      && (kind == IC_CANDID_NAT || out->nat <= INT64_MAX))
    return DONE;
  if (wire == IC_CANDID_INT && ic_sleb128_read (&rest, &out->integer) == IC_LEB128_OK)
    return DONE;
  out->big = true;
  out->bytes = (struct bytes) { input.data, size };
  if (wire == kind)
    return DONE;
  /* A nat read as an int: one more byte keeps its highest bit from being taken for a sign. */
  copy = allocate (d, size + 1, 1);
  if (copy == NULL)
    return FAULT;
  memcpy (copy, input.data, size);
  copy[size - 1] |= 0x80;
  out->bytes = (struct bytes) { copy, size + 1 };
  return DONE;
}

static size_t
width_of (enum ic_candid_kind kind)
{
  switch (kind) {
  case IC_CANDID_NAT8:
  case IC_CANDID_INT8:
    return 1;
  case IC_CANDID_NAT16:
  case IC_CANDID_INT16:
    return 2;
  case IC_CANDID_NAT32:
  case IC_CANDID_INT32:
  case IC_CANDID_FLOAT32:
    return 4;
  default:
    return 8;
  }
}

static enum outcome
decode_fixed (struct decoder *d, enum ic_candid_kind kind, struct ic_candid_value *out)
{
  size_t width = width_of (kind);
  uint64_t bits = 0;
  struct bytes bytes;

  if (!ic_candid_read_bytes (&d->reader, width, &bytes))
    return FAULT;
  if (out == NULL)
    return DONE;
  for (size_t i = 0; i < width; i++)
    bits |= (uint64_t) bytes.data[i] << (8 * i);
  set_kind (out, kind);
  if (kind == IC_CANDID_FLOAT32) {
    uint32_t word = (uint32_t) bits;

    memcpy (&out->single, &word, sizeof out->single);
  } else if (kind == IC_CANDID_FLOAT64)
    memcpy (&out->number, &bits, sizeof out->number);
  else if (kind >= IC_CANDID_INT8 && width < 8 && bits >> (8 * width - 1) != 0)
    out->integer = (int64_t) (bits | UINT64_MAX << (8 * width));
  else
    out->nat = bits;
  return DONE;
}

static enum outcome
decode_bool (struct decoder *d, struct ic_candid_value *out)
{
  uint8_t byte;

  if (!ic_candid_read_byte (&d->reader, &byte))
    return FAULT;
  if (byte > 1)
    return fault (d, "a bool that is neither 0 nor 1");
  set_kind (out, IC_CANDID_BOOL);
  if (out != NULL)
    out->boolean = byte == 1;
  return DONE;
}

static enum outcome
decode_text (struct decoder *d, struct ic_candid_value *out)
{
  struct bytes text;

  if (!ic_candid_read_text (&d->reader, &text) || !charge (d, text.size))
    return FAULT;
  set_kind (out, IC_CANDID_TEXT);
  if (out != NULL)
    out->bytes = text;
  return DONE;
}

/* The byte before a reference: 1 if it is given in full. Others exist only within a replica. */
static bool
read_transparent (struct decoder *d)
{
  uint8_t byte;

  if (!ic_candid_read_byte (&d->reader, &byte))
    return false;
  return byte == 1 || ic_candid_fail (&d->reader, "an opaque reference");
}

static bool
read_principal (struct decoder *d, struct bytes *bytes)
{
  if (!read_transparent (d) || !ic_candid_read_blob (&d->reader, bytes))
    return false;
  return bytes->size <= IC_PRINCIPAL_MAX || ic_candid_fail (&d->reader, "a principal of more than 29 bytes");
}

static enum outcome
decode_principal (struct decoder *d, enum ic_candid_kind kind, struct ic_candid_value *out)
{
  struct bytes bytes;

  if (!read_principal (d, &bytes))
    return FAULT;
  set_kind (out, kind);
  if (out != NULL)
    out->bytes = bytes;
  return DONE;
}

/* References are taken only at a type that promises no more than theirs. */
static enum outcome
check_reference (struct decoder *d, struct pair pair, enum ic_candid_kind kind)
{
  if (pair.types == &d->wire)
    return DONE;
  switch (ic_candid_subtype (&d->relation, pair.wire, pair.as)) {
  case IC_CANDID_YES:
    return DONE;
  case IC_CANDID_NO:
    return mismatch (d, kind == IC_CANDID_FUNC ? "a func of another type" : "a service of another type",
                     ic_candid_kind_name (kind));
  default:
    return fault (d, "its types are too intricate");
  }
}

static enum outcome
decode_service (struct decoder *d, struct pair pair, struct ic_candid_value *out)
{
  enum outcome outcome = check_reference (d, pair, IC_CANDID_SERVICE);

  return outcome == DONE ? decode_principal (d, IC_CANDID_SERVICE, out) : outcome;
}

static enum outcome
decode_func (struct decoder *d, struct pair pair, struct ic_candid_value *out)
{
  enum outcome outcome = check_reference (d, pair, IC_CANDID_FUNC);
  struct bytes principal, method;
  struct ic_candid_func *func;

  if (outcome != DONE)
    return outcome;
  if (!read_transparent (d) || !read_principal (d, &principal) || !ic_candid_read_text (&d->reader, &method)
      || !charge (d, method.size))
    return FAULT;
  if (out == NULL)
    return DONE;
  func = allocate (d, 1, sizeof *func);
  if (func == NULL)
    return FAULT;
  *func = (struct ic_candid_func) { principal, method };
  set_kind (out, IC_CANDID_FUNC);
  out->func = func;
  return DONE;
}

/* A value under an opt: null if it is of a type that does not fit. */
static enum outcome
decode_some (struct decoder *d, struct pair pair, struct ic_candid_value *out)
{
  struct ic_candid_value *some = NULL;
  size_t start = d->reader.at;
  enum outcome outcome;

  if (out != NULL) {
    some = allocate (d, 1, sizeof *some);
    if (some == NULL)
      return FAULT;
  }
  outcome = decode (d, pair, some);
  if (outcome == FAULT)
    return FAULT;
  set_kind (out, IC_CANDID_OPT);
  if (outcome == DONE) {
    if (out != NULL)
      out->some = some;
    return DONE;
  }
  d->reader.at = start;
  return skip (d, pair.wire);
}

static enum outcome
decode_opt (struct decoder *d, struct pair pair, enum ic_candid_kind wire, struct ic_candid_value *out)
{
  ic_candid_ref inner = as_type (pair)->types[0];
  uint8_t byte;

  set_kind (out, IC_CANDID_OPT);
  if (wire == IC_CANDID_NULL || wire == IC_CANDID_RESERVED)
    return DONE;
  if (wire != IC_CANDID_OPT)
    return decode_some (d, inner_pair (pair, pair.wire, inner), out);
  if (!ic_candid_read_byte (&d->reader, &byte))
    return FAULT;
  if (byte > 1)
    return fault (d, "an opt that is neither 0 nor 1");
  if (byte == 0)
    return DONE;
  return decode_some (d, inner_pair (pair, wire_type (d, pair)->types[0], inner), out);
}

static enum outcome
decode_blob (struct decoder *d, uint64_t count, struct ic_candid_value *out)
{
  struct bytes bytes;

  if (!ic_candid_read_bytes (&d->reader, count, &bytes))
    return FAULT;
  set_kind (out, IC_CANDID_BLOB);
  if (out != NULL)
    out->bytes = bytes;
  return DONE;
}

static bool
may_take_no_bytes (enum ic_candid_kind kind)
{
  return kind == IC_CANDID_NULL || kind == IC_CANDID_RESERVED || kind == IC_CANDID_RECORD || kind == IC_CANDID_EMPTY;
}

static enum outcome
decode_items (struct decoder *d, struct pair pair, uint64_t count, struct ic_candid_value *out)
{
  struct ic_candid_value *items = NULL;
  enum outcome outcome = DONE;

  if (out != NULL) {
    items = allocate (d, count, sizeof *items);
    if (items == NULL)
      return FAULT;
    set_kind (out, IC_CANDID_VEC);
    out->items = items;
    out->count = (uint32_t) count;
  }
  for (uint64_t i = 0; i < count && outcome == DONE; i++)
    outcome = decode (d, pair, items != NULL ? &items[i] : NULL);
  return outcome;
}

static enum outcome
decode_vec (struct decoder *d, struct pair pair, struct ic_candid_value *out)
{
  struct pair inner = inner_pair (pair, wire_type (d, pair)->types[0], as_type (pair)->types[0]);
  enum ic_candid_kind wire = ic_candid_kind_of (&d->wire, inner.wire);
  uint64_t count;

  if (!ic_candid_read_uleb (&d->reader, &count))
    return FAULT;
  if (!may_take_no_bytes (wire) && count > ic_candid_left (&d->reader))
    return fault (d, "a vec of more values than what is left of the message can hold");
  if (ic_candid_kind_of (pair.types, inner.as) == IC_CANDID_NAT8 && (wire == IC_CANDID_NAT8 || count == 0))
    return decode_blob (d, count, out);
  if (count > UINT32_MAX)
    return fault (d, "a vec of more than 4294967295 values");
  return decode_items (d, inner, count, out);
}

/* A field that is expected and was not sent. */
static enum outcome
decode_absent (struct decoder *d, enum ic_candid_kind kind, struct ic_candid_value *out)
{
  if (kind != IC_CANDID_OPT && kind != IC_CANDID_NULL && kind != IC_CANDID_RESERVED)
    return mismatch (d, "nothing", ic_candid_kind_name (kind));
  set_kind (out, kind);
  return DONE;
}

/* Keeps the innermost field of a mismatch, for the message about it. */
static enum outcome
note_field (struct decoder *d, enum outcome outcome, const struct ic_candid_type *type, uint32_t index)
{
  if (outcome == MISMATCH && d->around == NULL) {
    d->around = type;
    d->field = index;
  }
  return outcome;
}

/* Goes through the fields that were sent and those that are expected, which both rise. */
static enum outcome
decode_fields (struct decoder *d, struct pair pair, struct ic_candid_value *items)
{
  const struct ic_candid_type *wire = wire_type (d, pair), *as = as_type (pair);
  enum outcome outcome = DONE;
  uint32_t i = 0, j = 0;

  while (outcome == DONE && (i < wire->count || j < as->count)) {
    struct ic_candid_value *out = items != NULL && j < as->count ? &items[j] : NULL;

    if (j == as->count || (i < wire->count && wire->ids[i] < as->ids[j]))
      outcome = skip (d, wire->types[i++]);
    else if (i == wire->count || wire->ids[i] > as->ids[j]) {
      outcome = note_field (d, decode_absent (d, ic_candid_kind_of (pair.types, as->types[j]), out), as, j);
      j++;
    } else {
      outcome = note_field (d, decode (d, inner_pair (pair, wire->types[i], as->types[j]), out), as, j);
      i++, j++;
    }
  }
  return outcome;
}

static enum outcome
decode_record (struct decoder *d, struct pair pair, struct ic_candid_value *out)
{
  const struct ic_candid_type *as = as_type (pair);
  struct ic_candid_value *items = NULL;

  if (!charge (d, as->count))
    return FAULT;
  if (out != NULL) {
    items = allocate (d, as->count, sizeof *items);
    if (items == NULL)
      return FAULT;
    set_kind (out, IC_CANDID_RECORD);
    out->count = as->count;
    out->items = items;
    out->ids = as->ids;
  }
  return decode_fields (d, pair, items);
}

static bool
find_id (const struct ic_candid_type *type, uint32_t id, uint32_t *index)
{
  uint32_t low = 0, high = type->count;

  while (low < high) {
    uint32_t middle = low + (high - low) / 2;

    if (type->ids[middle] < id)
      low = middle + 1;
    else
      high = middle;
  }
  *index = low;
  return low < type->count && type->ids[low] == id;
}

static enum outcome
decode_variant (struct decoder *d, struct pair pair, struct ic_candid_value *out)
{
  const struct ic_candid_type *wire = wire_type (d, pair), *as = as_type (pair);
  struct ic_candid_value *payload = NULL;
  uint32_t index;
  uint64_t tag;

  if (!ic_candid_read_uleb (&d->reader, &tag))
    return FAULT;
  if (tag >= wire->count)
    return fault (d, "a variant with a case that its type does not have");
  if (!find_id (as, wire->ids[tag], &index))
    return mismatch (d, "an unknown case", "variant");
  if (out != NULL) {
    payload = allocate (d, 1, sizeof *payload);
    if (payload == NULL)
      return FAULT;
    set_kind (out, IC_CANDID_VARIANT);
    out->count = as->ids[index];
    out->some = payload;
  }
  return note_field (d, decode (d, inner_pair (pair, wire->types[tag], as->types[index]), payload), as, index);
}

/* A value of a type of a later version says how long it is, and how many references it has elsewhere. */
static enum outcome
skip_future (struct decoder *d)
{
  uint64_t size, references;
  struct bytes bytes;

  if (!ic_candid_read_uleb (&d->reader, &size) || !ic_candid_read_uleb (&d->reader, &references)
      || !ic_candid_read_bytes (&d->reader, size, &bytes))
    return FAULT;
  return DONE;
}

/* Types of the same kind. */
static enum outcome
decode_same (struct decoder *d, struct pair pair, enum ic_candid_kind kind, struct ic_candid_value *out)
{
  switch (kind) {
  case IC_CANDID_BOOL:
    return decode_bool (d, out);
  case IC_CANDID_NAT:
  case IC_CANDID_INT:
    return decode_number (d, kind, kind, out);
  case IC_CANDID_TEXT:
    return decode_text (d, out);
  case IC_CANDID_PRINCIPAL:
    return decode_principal (d, kind, out);
  case IC_CANDID_VEC:
    return decode_vec (d, pair, out);
  case IC_CANDID_RECORD:
    return decode_record (d, pair, out);
  case IC_CANDID_VARIANT:
    return decode_variant (d, pair, out);
  case IC_CANDID_FUNC:
    return decode_func (d, pair, out);
  case IC_CANDID_SERVICE:
    return decode_service (d, pair, out);
  case IC_CANDID_FUTURE:
    return out == NULL ? skip_future (d) : mismatch (d, "a type of a later version", "another");
  case IC_CANDID_NULL:
    set_kind (out, IC_CANDID_NULL);
    return DONE;
  default:
    return decode_fixed (d, kind, out);
  }
}

static enum outcome
decode_as (struct decoder *d, struct pair pair, enum ic_candid_kind wire, enum ic_candid_kind as,
           struct ic_candid_value *out)
{
  if (wire == IC_CANDID_EMPTY)
    return fault (d, "a value of the type empty, which has none");
  if (as == IC_CANDID_RESERVED) {
    set_kind (out, IC_CANDID_RESERVED);
    return wire == IC_CANDID_RESERVED ? DONE : skip (d, pair.wire);
  }
  if (as == IC_CANDID_OPT)
    return decode_opt (d, pair, wire, out);
  if (wire == as)
    return decode_same (d, pair, wire, out);
  if (wire == IC_CANDID_NAT && as == IC_CANDID_INT)
    return decode_number (d, wire, as, out);
  if (wire == IC_CANDID_SERVICE && as == IC_CANDID_PRINCIPAL)
    return decode_principal (d, as, out);
  return mismatch (d, ic_candid_kind_name (wire), ic_candid_kind_name (as));
}

static enum outcome
decode (struct decoder *d, struct pair pair, struct ic_candid_value *out)
{
  enum outcome outcome;

  if (d->depth >= IC_CANDID_MAX_DEPTH)
    return fault (d, "values within values, more than 512 deep");
  if (!charge (d, 1))
    return FAULT;
  d->depth++;
  outcome = decode_as (d, pair, ic_candid_kind_of (&d->wire, pair.wire), ic_candid_kind_of (pair.types, pair.as), out);
  d->depth--;
  return outcome;
}

/* Arguments are decoded like the fields of a record whose ids count from 0. */
static enum outcome
decode_args (struct decoder *d, struct ic_candid_value *values)
{
  const struct ic_candid_types *wire = &d->wire, *as = d->expected;
  enum outcome outcome = DONE;

  for (size_t i = 0; i < as->arg_count && outcome == DONE; i++)
    if (i < wire->arg_count)
      outcome = decode (d, (struct pair) { wire->args[i], as, as->args[i] }, &values[i]);
    else
      outcome = decode_absent (d, ic_candid_kind_of (as, as->args[i]), &values[i]);
  for (size_t i = as->arg_count; i < wire->arg_count && outcome == DONE; i++)
    outcome = skip (d, wire->args[i]);
  if (outcome == DONE && ic_candid_left (&d->reader) > 0)
    return fault (d, "bytes behind the last value");
  return outcome;
}

static void
report_mismatch (const struct decoder *d, struct ic_error *error)
{
  struct bytes name = { NULL, 0 };
  char field[80] = "";

  if (d->around != NULL) {
    if (d->around->names != NULL)
      name = d->around->names[d->field];
    if (name.data != NULL)
      snprintf (field, sizeof field, ", field %.*s", (int) (name.size < 60 ? name.size : 60), (const char *) name.data);
    else
      snprintf (field, sizeof field, ", field %lu", (unsigned long) d->around->ids[d->field]);
  }
  ic_error_set (error, "byte %zu of the Candid message%s: %s found where %s was expected", d->at, field, d->found,
                d->wanted);
}

bool
ic_candid_decode (const struct ic_candid_value **values, struct bytes message, const struct ic_candid_types *expected,
                  struct ic_arena *arena, struct ic_error *error)
{
  struct decoder d = { .reader = { .message = message }, .expected = expected, .arena = arena,
                       .work = IC_CANDID_WORK (message.size), .memory = IC_CANDID_MEMORY (message.size) };
  enum outcome outcome = FAULT;
  struct ic_candid_value *out;

  d.relation = (struct ic_candid_relation) { { &d.wire, expected }, .arena = arena, .work = &d.work };
  if (ic_candid_read_types (&d.reader, &d.wire, arena)) {
    out = allocate (&d, expected->arg_count, sizeof *out);
    outcome = out == NULL ? FAULT : decode_args (&d, out);
    *values = out;
  }
  if (outcome == MISMATCH)
    report_mismatch (&d, error);
  else if (outcome == FAULT)
    ic_error_set (error, "byte %zu of the Candid message: %s", d.reader.fault_at, d.reader.fault);
  return outcome == DONE;
}
