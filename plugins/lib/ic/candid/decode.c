/* SPDX-License-Identifier: Apache-2.0 */
/* Values of one type read as values of another.
 *
 * A value that is skipped is read too, at its own type, with nowhere to put it: so one set of functions
 * both reads and checks. */
#include "config.h"

#include "ic/candid/decode.h"

#include <assert.h>
#include <stdio.h>

#include "ic/candid/leaf.h"
#include "ic/candid/type_table.h"

static enum ic_candid_outcome decode (struct ic_candid_decoder *d, struct ic_candid_pair pair,
                                      struct ic_candid_value *out);

static const struct ic_candid_type *
wire_type (struct ic_candid_decoder *d, struct ic_candid_pair pair)
{
  return ic_candid_type_of (&d->wire, pair.wire);
}

static const struct ic_candid_type *
as_type (struct ic_candid_pair pair)
{
  return ic_candid_type_of (pair.types, pair.as);
}

/* The pair for what is inside of an opt, a vec or a field, or is skipped. */
static struct ic_candid_pair
inner_pair (struct ic_candid_pair pair, ic_candid_ref wire, ic_candid_ref as)
{
  return (struct ic_candid_pair){ wire, pair.types, as };
}

/* Read at its own type, so that its bounds are checked and what follows it is found. */
static enum ic_candid_outcome
skip (struct ic_candid_decoder *d, ic_candid_ref wire)
{
  return decode (d, (struct ic_candid_pair){ wire, &d->wire, wire }, NULL);
}

/* A value under an opt: null if it is of a type that does not fit. */
static enum ic_candid_outcome
decode_some (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *out)
{
  struct ic_candid_value *some = NULL;
  size_t start = d->reader.at;
  enum ic_candid_outcome outcome;

  if (out != NULL) {
    some = ic_candid_allocate (d, 1, sizeof *some);
    if (some == NULL)
      return IC_CANDID_FAULT;
  }
  outcome = decode (d, pair, some);
  if (outcome == IC_CANDID_FAULT)
    return IC_CANDID_FAULT;
  ic_candid_set_kind (out, IC_CANDID_OPT);
  if (outcome == IC_CANDID_DONE) {
    if (out != NULL)
      out->some = some;
    return IC_CANDID_DONE;
  }
  d->reader.at = start;
  return skip (d, pair.wire);
}

/* A value that is no opt is taken for one that is there, as the specification wants it: so an interface may
 * make a field optional without breaking those who send it plainly. */
static enum ic_candid_outcome
decode_opt (struct ic_candid_decoder *d, struct ic_candid_pair pair, enum ic_candid_kind wire,
            struct ic_candid_value *out)
{
  ic_candid_ref inner = as_type (pair)->types[0];
  uint8_t byte;

  ic_candid_set_kind (out, IC_CANDID_OPT);
  if (wire == IC_CANDID_NULL || wire == IC_CANDID_RESERVED)
    return IC_CANDID_DONE;
  if (wire != IC_CANDID_OPT)
    return decode_some (d, inner_pair (pair, pair.wire, inner), out);
  if (!ic_candid_read_byte (&d->reader, &byte))
    return IC_CANDID_FAULT;
  if (byte > 1)
    return ic_candid_fault (d, "an opt that is neither 0 nor 1");
  if (byte == 0)
    return IC_CANDID_DONE;
  return decode_some (d, inner_pair (pair, wire_type (d, pair)->types[0], inner), out);
}

/* Bytes are what nearly all of a ledger's message is made of: they stay a view, and count as no values. */
static enum ic_candid_outcome
decode_blob (struct ic_candid_decoder *d, uint64_t count, struct ic_candid_value *out)
{
  struct bytes bytes;

  if (!ic_candid_read_bytes (&d->reader, count, &bytes))
    return IC_CANDID_FAULT;
  ic_candid_set_kind (out, IC_CANDID_BLOB);
  if (out != NULL)
    out->bytes = bytes;
  return IC_CANDID_DONE;
}

/* A record may have no fields, or fields of such types alone. */
static bool
may_take_no_bytes (enum ic_candid_kind kind)
{
  return kind == IC_CANDID_NULL || kind == IC_CANDID_RESERVED || kind == IC_CANDID_RECORD
         || kind == IC_CANDID_EMPTY;
}

/* Of such values a vec of any length costs a message nothing: what bounds them is the work and the memory
 * that each is charged. */
static enum ic_candid_outcome
decode_items (struct ic_candid_decoder *d, struct ic_candid_pair pair, uint64_t count,
              struct ic_candid_value *out)
{
  struct ic_candid_value *items = NULL;
  enum ic_candid_outcome outcome = IC_CANDID_DONE;

  if (out != NULL) {
    items = ic_candid_allocate (d, count, sizeof *items);
    if (items == NULL)
      return IC_CANDID_FAULT;
    ic_candid_set_kind (out, IC_CANDID_VEC);
    out->items = items;
    out->count = (uint32_t) count;
  }
  for (uint64_t i = 0; i < count && outcome == IC_CANDID_DONE; i++)
    outcome = decode (d, pair, items != NULL ? &items[i] : NULL);
  return outcome;
}

static enum ic_candid_outcome
decode_vec (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *out)
{
  struct ic_candid_pair inner = inner_pair (pair, wire_type (d, pair)->types[0], as_type (pair)->types[0]);
  enum ic_candid_kind wire = ic_candid_kind_of (&d->wire, inner.wire);
  uint64_t count;

  if (!ic_candid_read_uleb (&d->reader, &count))
    return IC_CANDID_FAULT;
  /* Told here, by what is wrong with it, and not as too much work. */
  if (!may_take_no_bytes (wire) && count > ic_candid_left (&d->reader))
    return ic_candid_fault (d, "a vec of more values than what is left of the message can hold");
  /* A vec without values coerces to any other, so that an empty one of anything is a blob. */
  if (ic_candid_kind_of (pair.types, inner.as) == IC_CANDID_NAT8 && (wire == IC_CANDID_NAT8 || count == 0))
    return decode_blob (d, count, out);
  if (count > UINT32_MAX)
    return ic_candid_fault (d, "a vec of more than 4294967295 values");
  return decode_items (d, inner, count, out);
}

/* A field that is expected and was not sent. */
static enum ic_candid_outcome
decode_absent (struct ic_candid_decoder *d, enum ic_candid_kind kind, struct ic_candid_value *out)
{
  if (kind != IC_CANDID_OPT && kind != IC_CANDID_NULL && kind != IC_CANDID_RESERVED)
    return ic_candid_mismatch (d, "nothing", ic_candid_kind_name (kind));
  ic_candid_set_kind (out, kind);
  return IC_CANDID_DONE;
}

/* Keeps the innermost field of a mismatch, for the message about it. */
static enum ic_candid_outcome
note_field (struct ic_candid_decoder *d, enum ic_candid_outcome outcome, const struct ic_candid_type *type,
            uint32_t index)
{
  if (outcome == IC_CANDID_MISMATCH && d->around == NULL) {
    d->around = type;
    d->field = index;
  }
  return outcome;
}

/* Goes through the fields that were sent and those that are expected, which both rise. */
static enum ic_candid_outcome
decode_fields (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *items)
{
  const struct ic_candid_type *wire = wire_type (d, pair), *as = as_type (pair);
  enum ic_candid_outcome outcome = IC_CANDID_DONE;
  uint32_t i = 0, j = 0;

  while (outcome == IC_CANDID_DONE && (i < wire->count || j < as->count)) {
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

/* The fields that are expected are charged, sent or not: a vec of empty records takes no bytes of the
 * message, and each of them as many values here as its type has fields. */
static enum ic_candid_outcome
decode_record (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *out)
{
  const struct ic_candid_type *as = as_type (pair);
  struct ic_candid_value *items = NULL;

  if (!ic_candid_charge (d, as->count))
    return IC_CANDID_FAULT;
  if (out != NULL) {
    items = ic_candid_allocate (d, as->count, sizeof *items);
    if (items == NULL)
      return IC_CANDID_FAULT;
    ic_candid_set_kind (out, IC_CANDID_RECORD);
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

static enum ic_candid_outcome
decode_variant (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *out)
{
  const struct ic_candid_type *wire = wire_type (d, pair), *as = as_type (pair);
  struct ic_candid_value *payload = NULL;
  uint32_t index;
  uint64_t tag;

  if (!ic_candid_read_uleb (&d->reader, &tag))
    return IC_CANDID_FAULT;
  if (tag >= wire->count)
    return ic_candid_fault (d, "a variant with a case that its type does not have");
  /* A case that nobody expected is a mismatch and no fault: under an opt it becomes null, which lets
   * interfaces grow. */
  if (!find_id (as, wire->ids[tag], &index))
    return ic_candid_mismatch (d, "an unknown case", "variant");
  if (out != NULL) {
    payload = ic_candid_allocate (d, 1, sizeof *payload);
    if (payload == NULL)
      return IC_CANDID_FAULT;
    ic_candid_set_kind (out, IC_CANDID_VARIANT);
    out->count = as->ids[index];
    out->some = payload;
  }
  return note_field (d, decode (d, inner_pair (pair, wire->types[tag], as->types[index]), payload), as,
                     index);
}

/* A value of a type of a later version says how long it is, and how many references it has elsewhere. */
static enum ic_candid_outcome
skip_future (struct ic_candid_decoder *d)
{
  uint64_t size, references;
  struct bytes bytes;

  if (!ic_candid_read_uleb (&d->reader, &size) || !ic_candid_read_uleb (&d->reader, &references)
      || !ic_candid_read_bytes (&d->reader, size, &bytes))
    return IC_CANDID_FAULT;
  return IC_CANDID_DONE;
}

/* Types of the same kind. */
static enum ic_candid_outcome
decode_same (struct ic_candid_decoder *d, struct ic_candid_pair pair, enum ic_candid_kind kind,
             struct ic_candid_value *out)
{
  switch (kind) {
  case IC_CANDID_VEC:
    return decode_vec (d, pair, out);
  case IC_CANDID_RECORD:
    return decode_record (d, pair, out);
  case IC_CANDID_VARIANT:
    return decode_variant (d, pair, out);
  case IC_CANDID_FUTURE:
    return out == NULL ? skip_future (d) : ic_candid_mismatch (d, "a type of a later version", "another");
  default:
    return ic_candid_decode_leaf (d, pair, kind, out);
  }
}

/* The order matters: reserved takes everything, opt takes what fits and turns the rest into null, and only
 * then kinds are compared. */
static enum ic_candid_outcome
decode_as (struct ic_candid_decoder *d, struct ic_candid_pair pair, enum ic_candid_kind wire,
           enum ic_candid_kind as, struct ic_candid_value *out)
{
  if (wire == IC_CANDID_EMPTY)
    return ic_candid_fault (d, "a value of the type empty, which has none");
  if (as == IC_CANDID_RESERVED) {
    ic_candid_set_kind (out, IC_CANDID_RESERVED);
    return wire == IC_CANDID_RESERVED ? IC_CANDID_DONE : skip (d, pair.wire);
  }
  if (as == IC_CANDID_OPT)
    return decode_opt (d, pair, wire, out);
  if (wire == as)
    return decode_same (d, pair, wire, out);
  if (wire == IC_CANDID_NAT && as == IC_CANDID_INT)
    return ic_candid_decode_number (d, wire, as, out);
  if (wire == IC_CANDID_SERVICE && as == IC_CANDID_PRINCIPAL)
    return ic_candid_decode_principal (d, as, out);
  return ic_candid_mismatch (d, ic_candid_kind_name (wire), ic_candid_kind_name (as));
}

/* All values pass here, so here is where depth and work are bounded. */
static enum ic_candid_outcome
decode (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *out)
{
  enum ic_candid_outcome outcome;

  if (d->depth >= IC_CANDID_MAX_DEPTH)
    return ic_candid_fault (d, "values within values, more than 512 deep");
  if (!ic_candid_charge (d, 1))
    return IC_CANDID_FAULT;
  d->depth++;
  outcome = decode_as (d, pair, ic_candid_kind_of (&d->wire, pair.wire),
                       ic_candid_kind_of (pair.types, pair.as), out);
  assert (d->depth > 0);
  d->depth--;
  return outcome;
}

/* Arguments are decoded like the fields of a record whose ids count from 0. */
static enum ic_candid_outcome
decode_args (struct ic_candid_decoder *d, struct ic_candid_value *values)
{
  const struct ic_candid_types *wire = &d->wire, *as = d->expected;
  enum ic_candid_outcome outcome = IC_CANDID_DONE;

  for (size_t i = 0; i < as->arg_count && outcome == IC_CANDID_DONE; i++)
    if (i < wire->arg_count)
      outcome = decode (d, (struct ic_candid_pair){ wire->args[i], as, as->args[i] }, &values[i]);
    else
      outcome = decode_absent (d, ic_candid_kind_of (as, as->args[i]), &values[i]);
  for (size_t i = as->arg_count; i < wire->arg_count && outcome == IC_CANDID_DONE; i++)
    outcome = skip (d, wire->args[i]);
  if (outcome == IC_CANDID_DONE && ic_candid_left (&d->reader) > 0)
    return ic_candid_fault (d, "bytes behind the last value");
  return outcome;
}

/* In the words of an interface's author, with the field's name if whoever expected it gave one. */
static void
report_mismatch (const struct ic_candid_decoder *d, struct ic_error *error)
{
  struct bytes name = { NULL, 0 };
  char field[80] = "";

  if (d->around != NULL) {
    if (d->around->names != NULL)
      name = d->around->names[d->field];
    if (name.data != NULL)
      snprintf (field, sizeof field, ", field %.*s", (int) (name.size < 60 ? name.size : 60),
                (const char *) name.data);
    else
      snprintf (field, sizeof field, ", field %lu", (unsigned long) d->around->ids[d->field]);
  }
  ic_error_set (error, "byte %zu of the Candid message%s: %s found where %s was expected", d->at, field,
                d->found, d->wanted);
}

/* What it may cost is set before the first byte is read, by the size of the message alone. */
bool
ic_candid_decode (const struct ic_candid_value **values, struct bytes message,
                  const struct ic_candid_types *expected, struct ic_arena *arena, struct ic_error *error)
{
  struct ic_candid_decoder d = { .reader = { .message = message },
                                 .expected = expected,
                                 .arena = arena,
                                 .work = IC_CANDID_WORK (message.size),
                                 .memory = IC_CANDID_MEMORY (message.size) };
  enum ic_candid_outcome outcome = IC_CANDID_FAULT;
  struct ic_candid_value *out;

  d.relation = (struct ic_candid_relation){ { &d.wire, expected }, .arena = arena, .work = &d.work };
  if (ic_candid_read_types (&d.reader, &d.wire, arena)) {
    out = ic_candid_allocate (&d, expected->arg_count, sizeof *out);
    outcome = out == NULL ? IC_CANDID_FAULT : decode_args (&d, out);
    *values = out;
  }
  if (outcome == IC_CANDID_MISMATCH)
    report_mismatch (&d, error);
  else if (outcome == IC_CANDID_FAULT)
    ic_error_set (error, "byte %zu of the Candid message: %s", d.reader.fault_at, d.reader.fault);
  return outcome == IC_CANDID_DONE;
}
