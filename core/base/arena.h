/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once. Chunks come from a pool, so that a pipeline in motion asks the
 * system for nothing. One thread at a time. */
#ifndef DCPIPE_BASE_ARENA_H
#define DCPIPE_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
  struct arena_chunk *chunks; /* the newest first */
  char *next, *end;           /* free room in the newest */
  size_t size;                /* bytes taken from the system, for accounting */
};

/* Memory for `size` bytes, aligned for any type; NULL when there is none. */
void *arena_alloc (struct arena *arena, size_t size);

/* As arena_alloc, without alignment: for bytes and text. */
void *arena_bytes (struct arena *arena, size_t size);

/* Changes the size of the newest allocation; another one is copied. Contents are kept. NULL when there
 * is no memory. */
void *arena_resize (struct arena *arena, void *memory, size_t old_size, size_t new_size);

/* Forgets what is in it. Little memory is kept, to be used again. */
void arena_rewind (struct arena *arena);

/* Gives everything back. */
void arena_free (struct arena *arena);

/* Gives the pool of unused chunks back to the system, at the end of a run. */
void arena_pool_free (void);

/* Keeps no pool any more. Its lock would put threads in an order that share nothing else, and hide from
 * ThreadSanitizer what they do to each other. Before threads begin. */
void arena_pool_off (void);

#endif
