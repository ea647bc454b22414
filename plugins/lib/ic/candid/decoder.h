/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to the Candid modules: the decoder, and what its parts share. */
#ifndef IC_CANDID_DECODER_H
#define IC_CANDID_DECODER_H

#include "ic/candid/arena.h"
#include "ic/candid/reader.h"
#include "ic/candid/subtype.h"
#include "ic/candid/value.h"

/* There are two ways to fail. A mismatch is one of types, and the nearest opt around it recovers; a fault
 * is a broken message, and nothing does. */
enum ic_candid_outcome { IC_CANDID_DONE, IC_CANDID_MISMATCH, IC_CANDID_FAULT };

struct ic_candid_decoder {
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
struct ic_candid_pair {
  ic_candid_ref wire;
  const struct ic_candid_types *types; /* that `as` belongs to */
  ic_candid_ref as;
};

/* Ends decoding: the message is broken, for this reason. Returns IC_CANDID_FAULT. */
enum ic_candid_outcome ic_candid_fault (struct ic_candid_decoder *d, const char *reason);

/* Notes what stands here instead of what was expected. Returns IC_CANDID_MISMATCH. */
enum ic_candid_outcome ic_candid_mismatch (struct ic_candid_decoder *d, const char *found,
                                           const char *wanted);

/* Takes work, or memory from the arena, out of what the message may cost; false or NULL, after a fault, if
 * there is none left. */
bool ic_candid_charge (struct ic_candid_decoder *d, uint64_t work);
void *ic_candid_allocate (struct ic_candid_decoder *d, uint64_t count, size_t size);

/* The kind of a value that is being made, if it is to be kept, with nothing in it. */
static inline void
ic_candid_set_kind (struct ic_candid_value *out, enum ic_candid_kind kind)
{
  if (out != NULL)
    *out = (struct ic_candid_value){ .kind = (uint8_t) kind };
}

#endif
