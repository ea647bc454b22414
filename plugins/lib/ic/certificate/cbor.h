/* SPDX-License-Identifier: Apache-2.0 */
/* Reading CBOR (RFC 8949) from the other side of a network connection.
 *
 * The reader is pulled: the caller says what must come next, and takes it.
 *
 *     struct ic_cbor_reader reader;
 *     struct ic_cbor_map map;
 *     int field;
 *
 *     ic_cbor_read (&reader, input, &arena, &error);
 *     ic_cbor_open_map (&reader, &map);
 *     while ((field = ic_cbor_field (&reader, &map, names, count)) != IC_CBOR_END)
 *       if (field == FIELD_STATUS)
 *         ic_cbor_text (&reader, &status);
 *       else
 *         ic_cbor_skip (&reader);
 *     if (!ic_cbor_finish (&reader))
 *       return false;                   (error.text says where and why)
 *
 * After the first failure every further call fails at once and changes nothing, loops end, and
 * ic_cbor_finish returns false: one check at the end is enough. Work is linear in the input,
 * nesting is bounded, and no memory is taken for what a length claims. Refused: items cut short, trailing
 * bytes, lengths and counts beyond the input, duplicate keys, breaks out of place, text that is not UTF-8.
 * The reader accepts every encoding of a value: indefinite lengths, chunked strings, long integers.
 *
 * One thread at a time for each reader. */
#ifndef IC_CERTIFICATE_CBOR_H
#define IC_CERTIFICATE_CBOR_H

#include <stdbool.h>

#include "bytes/bytes.h"
#include "ic/candid/arena.h"
#include "ic/candid/error.h"

/* Arrays, maps and tags inside one another, at the most. */
#define IC_CBOR_MAX_DEPTH 127

/* Fields of one map that the caller does not know, at the most. */
#define IC_CBOR_MAX_OTHERS 32

struct ic_cbor_reader {
  const uint8_t *begin, *next, *end;
  struct ic_arena *arena;
  struct ic_error *error;
  unsigned depth;
  bool failed;
};

/* An array that is being read. */
struct ic_cbor_list {
  uint64_t left;
  bool indefinite;
};

/* A map with text keys that is being read. */
struct ic_cbor_map {
  struct ic_cbor_list list;
  uint64_t seen;
  unsigned others;
  struct bytes other[IC_CBOR_MAX_OTHERS];
};

/* Begins to read `input`, which must live as long as what is read from it, and passes over the tag 55799
 * (self-described CBOR) if it is there. Strings are views of the input; one that comes in chunks
 * is put together in `arena`. `error` is written at the first failure. */
void ic_cbor_read (struct ic_cbor_reader *reader, struct bytes input, struct ic_arena *arena,
                   struct ic_error *error);

/* Whether all went well and nothing is left over. */
bool ic_cbor_finish (struct ic_cbor_reader *reader);

/* Fails with a reason of the caller's: what is wrong with the item just read. Returns false. */
bool ic_cbor_fail (struct ic_cbor_reader *reader, const char *reason);

/* Each takes one item of that type, or fails. */
bool ic_cbor_uint (struct ic_cbor_reader *reader, uint64_t *value);
bool ic_cbor_bytes (struct ic_cbor_reader *reader, struct bytes *value);
bool ic_cbor_text (struct ic_cbor_reader *reader, struct bytes *value);

/* Takes a null if there is one; otherwise returns false, which is no failure. */
bool ic_cbor_null (struct ic_cbor_reader *reader);

/* Takes one item of any type, with all that is in it. */
bool ic_cbor_skip (struct ic_cbor_reader *reader);

/* Begins an array. Then, as long as ic_cbor_more returns true, an element must be taken. */
bool ic_cbor_open_array (struct ic_cbor_reader *reader, struct ic_cbor_list *list);
bool ic_cbor_more (struct ic_cbor_reader *reader, struct ic_cbor_list *list);

/* Begins a map. Then, until ic_cbor_field returns IC_CBOR_END, a value must be taken after each call. It
 * returns the index of the key among `names` (at most 64, none of them twice), or IC_CBOR_OTHER. */
#define IC_CBOR_OTHER (-1)
#define IC_CBOR_END (-2)
bool ic_cbor_open_map (struct ic_cbor_reader *reader, struct ic_cbor_map *map);
int ic_cbor_field (struct ic_cbor_reader *reader, struct ic_cbor_map *map, const char *const *names,
                   size_t count);

/* Whether the map had the field with this index so far. */
static inline bool
ic_cbor_has (const struct ic_cbor_map *map, unsigned field)
{
  return (map->seen >> field & 1) != 0;
}

#endif
