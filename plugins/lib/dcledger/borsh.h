/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded reader of Borsh (https://borsh.io): every read is checked against the bytes that are there,
 * nothing is copied, and no input is able to make it fail in any other way than by its error code.
 *
 *     struct borsh in = borsh_over (payload);
 *     borsh_variant (&in, 1);
 *     memo = borsh_string (&in);
 *     signature = borsh_bytes (&in);
 *     if (!borsh_finish (&in))
 *       borsh_explain (&in, "the check-in", text, sizeof text);
 *
 * The first error sticks. After it every reader gives zero or emptiness, so that a
 * decoder may read a whole structure and ask once, at the end. Views point into the bytes given to
 * borsh_over. A cursor belongs to one thread at a time. */
#ifndef DCPIPE_LIB_DCLEDGER_BORSH_H
#define DCPIPE_LIB_DCLEDGER_BORSH_H

#include "bytes/bytes.h"

/* Code and name. The names are those of `decode_error` in the golden data, and stable. The last three are
 * never found by the reader itself: decoders raise them with borsh_fail. */
#define BORSH_ERRORS(X)                                                                                      \
  X (BORSH_OK, "ok")                                                                                         \
  X (BORSH_TRUNCATED, "truncated")                                                                           \
  X (BORSH_TRAILING_BYTES, "trailing_bytes")                                                                 \
  X (BORSH_UNKNOWN_VARIANT, "unknown_variant")                                                               \
  X (BORSH_INVALID_UTF8, "invalid_utf8")                                                                     \
  X (BORSH_INVALID_BOOL, "invalid_bool")                                                                     \
  X (BORSH_INVALID_OPTION, "invalid_option")                                                                 \
  X (BORSH_INVALID_PRINCIPAL, "invalid_principal")                                                           \
  X (BORSH_INVALID_PUBKEY, "invalid_pubkey")                                                                 \
  X (BORSH_BAD_LENGTH, "bad_length")

enum borsh_error {
#define BORSH_CODE(code, name) code,
  BORSH_ERRORS (BORSH_CODE)
#undef BORSH_CODE
};

struct borsh {
  const uint8_t *start, *at, *end;
  enum borsh_error error;
  size_t where;    /* offset from `start` of the item that is wrong */
  uint64_t found;  /* the byte, length or count that was found there */
  uint64_t wanted; /* what it was compared with: bytes left, or number of variants */
};

static inline struct borsh
borsh_over (struct bytes data)
{
  static const uint8_t nothing[1];
  const uint8_t *start = data.size > 0 ? data.data : nothing;

  return (struct borsh){ .start = start, .at = start, .end = start + data.size };
}

/* Bytes not read yet; 0 after an error. */
static inline size_t
borsh_left (const struct borsh *in)
{
  return (size_t) (in->end - in->at);
}

/* Offset of the next byte from the start of the view. */
static inline size_t
borsh_offset (const struct borsh *in)
{
  return (size_t) (in->at - in->start);
}

/* A vec or map is a u32 and so many elements, for which there may be too few bytes: what is wrong is then the
 * first element that does not fit, or one before it. So loops over them end at an error, and no memory is
 * sized by the number before all elements have been read. */
uint32_t borsh_u32 (struct borsh *in);
uint64_t borsh_u64 (struct borsh *in);
int64_t borsh_i64 (struct borsh *in);

/* A byte that must be 0 or 1. */
bool borsh_bool (struct borsh *in);

/* The byte before an optional value: true if the value follows. */
bool borsh_option (struct borsh *in);

/* The variant byte of an enum that has `count` variants, of which it must be one. */
uint8_t borsh_variant (struct borsh *in, uint8_t count);

/* A u32 length and as many bytes. */
struct bytes borsh_bytes (struct borsh *in);

/* The same, holding UTF-8. */
struct bytes borsh_string (struct borsh *in);

/* Raises `error` at the offset `where` unless an error was raised before; `found` is what was there. */
void borsh_fail (struct borsh *in, enum borsh_error error, size_t where, uint64_t found);

/* True if everything was read without an error and nothing is left over. */
bool borsh_finish (struct borsh *in);

/* The name of an error, such as "invalid_utf8". */
const char *borsh_error_name (enum borsh_error error);

/* Writes what is wrong with `what`, such as "memo is not UTF-8 (byte 17)", cut to `size` with its 0.
 * Writes an empty text if there is no error. */
void borsh_explain (const struct borsh *in, const char *what, char *text, size_t size);

#endif
