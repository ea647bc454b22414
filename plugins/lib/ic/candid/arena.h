/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once: the parts of one parsed message live and die together. */
#ifndef IC_CANDID_ARENA_H
#define IC_CANDID_ARENA_H

#include <stddef.h>

/* Begin with { NULL } or zeroed memory. One thread at a time. */
struct ic_arena {
  struct ic_arena_chunk *chunk;
};

/* `size` bytes, zeroed and aligned for any type, that live until ic_arena_free. Returns NULL when there is no
 * memory; the arena stays as it was. */
void *ic_arena_alloc (struct ic_arena *arena, size_t size);

/* Gives everything back and leaves the arena empty, ready to use again. */
void ic_arena_free (struct ic_arena *arena);

#endif
