/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are not made of others: each is read and checked in the same way whether it is kept or
 * skipped. */
#include "config.h"

#include "ic/candid/leaf.h"

#include <string.h>

#include "ic/candid/leb128.h"
#include "ic/principal/principal.h"

/* A nat or int of any size: as a machine word if it fits, else as the bytes of its LEB128. */
enum ic_candid_outcome
ic_candid_decode_number (struct ic_candid_decoder *d, enum ic_candid_kind wire, enum ic_candid_kind kind,
                         struct ic_candid_value *out)
{
  struct bytes input = { d->reader.message.data + d->reader.at, ic_candid_left (&d->reader) }, rest = input;
  size_t size = ic_leb128_length (input);
  uint8_t *copy;

  if (size == 0)
    return ic_candid_fault (d, "the message ends within a number");
  if (!ic_candid_charge (d, size))
    return IC_CANDID_FAULT;
  d->reader.at += size;
  if (out == NULL)
    return IC_CANDID_DONE;
  ic_candid_set_kind (out, kind);
  if (wire == IC_CANDID_NAT && ic_uleb128_read (&rest, &out->nat) == IC_LEB128_OK
      && (kind == IC_CANDID_NAT || out->nat <= INT64_MAX))
    return IC_CANDID_DONE;
  if (wire == IC_CANDID_INT && ic_sleb128_read (&rest, &out->integer) == IC_LEB128_OK)
    return IC_CANDID_DONE;
  out->big = true;
  out->bytes = (struct bytes){ input.data, size };
  if (wire == kind)
    return IC_CANDID_DONE;
  /* A nat read as an int: one more byte keeps its highest bit from being taken for a sign. */
  copy = ic_candid_allocate (d, size + 1, 1);
  if (copy == NULL)
    return IC_CANDID_FAULT;
  memcpy (copy, input.data, size);
  copy[size - 1] |= 0x80;
  out->bytes = (struct bytes){ copy, size + 1 };
  return IC_CANDID_DONE;
}

/* In bytes; of all kinds that decode_fixed is called for. */
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

/* Skipped values are read for their size alone. */
static enum ic_candid_outcome
decode_fixed (struct ic_candid_decoder *d, enum ic_candid_kind kind, struct ic_candid_value *out)
{
  size_t width = width_of (kind);
  union {
    uint64_t bits;
    double number;
  } word = { 0 };
  struct bytes bytes;

  if (!ic_candid_read_bytes (&d->reader, width, &bytes))
    return IC_CANDID_FAULT;
  if (out == NULL)
    return IC_CANDID_DONE;
  for (size_t i = 0; i < width; i++)
    word.bits |= (uint64_t) bytes.data[i] << (8 * i);
  ic_candid_set_kind (out, kind);
  if (kind == IC_CANDID_FLOAT32) {
    uint32_t half = (uint32_t) word.bits;

    memcpy (&out->single, &half, sizeof out->single);
  } else if (kind == IC_CANDID_FLOAT64)
    out->number = word.number;
  else if (kind >= IC_CANDID_INT8 && width < 8 && word.bits >> (8 * width - 1) != 0)
    out->integer = (int64_t) (word.bits | UINT64_MAX << (8 * width));
  else
    out->nat = word.bits;
  return IC_CANDID_DONE;
}

static enum ic_candid_outcome
decode_bool (struct ic_candid_decoder *d, struct ic_candid_value *out)
{
  uint8_t byte;

  if (!ic_candid_read_byte (&d->reader, &byte))
    return IC_CANDID_FAULT;
  if (byte > 1)
    return ic_candid_fault (d, "a bool that is neither 0 nor 1");
  ic_candid_set_kind (out, IC_CANDID_BOOL);
  if (out != NULL)
    out->boolean = byte == 1;
  return IC_CANDID_DONE;
}

static enum ic_candid_outcome
decode_text (struct ic_candid_decoder *d, struct ic_candid_value *out)
{
  struct bytes text;

  if (!ic_candid_read_text (&d->reader, &text) || !ic_candid_charge (d, text.size))
    return IC_CANDID_FAULT;
  ic_candid_set_kind (out, IC_CANDID_TEXT);
  if (out != NULL)
    out->bytes = text;
  return IC_CANDID_DONE;
}

/* The byte before a reference: 1 if it is given in full. Others exist only within a replica. */
static bool
read_transparent (struct ic_candid_decoder *d)
{
  uint8_t byte;

  if (!ic_candid_read_byte (&d->reader, &byte))
    return false;
  return byte == 1 || ic_candid_fail (&d->reader, "an opaque reference");
}

static bool
read_principal (struct ic_candid_decoder *d, struct bytes *bytes)
{
  if (!read_transparent (d) || !ic_candid_read_blob (&d->reader, bytes))
    return false;
  return bytes->size <= IC_PRINCIPAL_MAX || ic_candid_fail (&d->reader, "a principal of more than 29 bytes");
}

enum ic_candid_outcome
ic_candid_decode_principal (struct ic_candid_decoder *d, enum ic_candid_kind kind,
                            struct ic_candid_value *out)
{
  struct bytes bytes;

  if (!read_principal (d, &bytes))
    return IC_CANDID_FAULT;
  ic_candid_set_kind (out, kind);
  if (out != NULL)
    out->bytes = bytes;
  return IC_CANDID_DONE;
}

/* References are taken only at a type that promises no more than theirs. */
static enum ic_candid_outcome
check_reference (struct ic_candid_decoder *d, struct ic_candid_pair pair, enum ic_candid_kind kind)
{
  if (pair.types == &d->wire)
    return IC_CANDID_DONE;
  switch (ic_candid_subtype (&d->relation, pair.wire, pair.as)) {
  case IC_CANDID_YES:
    return IC_CANDID_DONE;
  case IC_CANDID_NO:
    return ic_candid_mismatch (d,
                               kind == IC_CANDID_FUNC ? "a func of another type"
                                                      : "a service of another type",
                               ic_candid_kind_name (kind));
  default:
    return ic_candid_fault (d, "its types are too intricate");
  }
}

static enum ic_candid_outcome
decode_service (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *out)
{
  enum ic_candid_outcome outcome = check_reference (d, pair, IC_CANDID_SERVICE);

  return outcome == IC_CANDID_DONE ? ic_candid_decode_principal (d, IC_CANDID_SERVICE, out) : outcome;
}

/* Checked before it is read, so that a func of another type can become null under an opt. */
static enum ic_candid_outcome
decode_func (struct ic_candid_decoder *d, struct ic_candid_pair pair, struct ic_candid_value *out)
{
  enum ic_candid_outcome outcome = check_reference (d, pair, IC_CANDID_FUNC);
  struct bytes principal, method;
  struct ic_candid_func *func;

  if (outcome != IC_CANDID_DONE)
    return outcome;
  if (!read_transparent (d) || !read_principal (d, &principal) || !ic_candid_read_text (&d->reader, &method)
      || !ic_candid_charge (d, method.size))
    return IC_CANDID_FAULT;
  if (out == NULL)
    return IC_CANDID_DONE;
  func = ic_candid_allocate (d, 1, sizeof *func);
  if (func == NULL)
    return IC_CANDID_FAULT;
  *func = (struct ic_candid_func){ principal, method };
  ic_candid_set_kind (out, IC_CANDID_FUNC);
  out->func = func;
  return IC_CANDID_DONE;
}

/* Kinds of fixed width come last, since they need no case each. */
enum ic_candid_outcome
ic_candid_decode_leaf (struct ic_candid_decoder *d, struct ic_candid_pair pair, enum ic_candid_kind kind,
                       struct ic_candid_value *out)
{
  switch (kind) {
  case IC_CANDID_NULL:
    ic_candid_set_kind (out, kind);
    return IC_CANDID_DONE;
  case IC_CANDID_BOOL:
    return decode_bool (d, out);
  case IC_CANDID_NAT:
  case IC_CANDID_INT:
    return ic_candid_decode_number (d, kind, kind, out);
  case IC_CANDID_TEXT:
    return decode_text (d, out);
  case IC_CANDID_PRINCIPAL:
    return ic_candid_decode_principal (d, kind, out);
  case IC_CANDID_FUNC:
    return decode_func (d, pair, out);
  case IC_CANDID_SERVICE:
    return decode_service (d, pair, out);
  default:
    return decode_fixed (d, kind, out);
  }
}
