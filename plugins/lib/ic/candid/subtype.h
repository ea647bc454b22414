/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to the Candid modules: may a reference of one type be used where another is expected? */
#ifndef IC_CANDID_SUBTYPE_H
#define IC_CANDID_SUBTYPE_H

#include <stddef.h>
#include <stdint.h>

#include "ic/candid/arena.h"
#include "ic/candid/type.h"

enum ic_candid_verdict {
  IC_CANDID_YES,
  IC_CANDID_NO,
  IC_CANDID_UNDECIDED, /* it costs too much to tell */
};

/* What is known so far about the types of two tables. Begin with zeroes and the tables. */
struct ic_candid_relation {
  const struct ic_candid_types *sides[2];
  struct ic_arena *arena;
  uint64_t *work;  /* how much may still be done; counted down */
  uint8_t *states; /* of each pair of types, either way round */
  uint32_t *trail; /* the pairs that are assumed to hold, in the order of assuming */
  size_t trail_size, trail_room;
  unsigned depth;
};

/* Whether type `a` of table 0 is a subtype of type `b` of table 1. */
enum ic_candid_verdict ic_candid_subtype (struct ic_candid_relation *relation, ic_candid_ref a,
                                          ic_candid_ref b);

#endif
