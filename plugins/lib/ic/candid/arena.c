/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/candid/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define CHUNK_SIZE 8192

struct ic_arena_chunk {
  struct ic_arena_chunk *next;
  size_t used, size;
  alignas (max_align_t) unsigned char data[];
};

/* What is asked for at once and larger gets a chunk of its own size: no vector of a message is too long for
 * one. What is left of the chunk before is given up; chunks are small, and arenas do not live long. */
static struct ic_arena_chunk *
new_chunk (struct ic_arena *arena, size_t size)
{
  struct ic_arena_chunk *chunk;

  if (size < CHUNK_SIZE)
    size = CHUNK_SIZE;
  if (size > SIZE_MAX - sizeof *chunk)
    return NULL;
  chunk = calloc (1, sizeof *chunk + size);
  if (chunk == NULL)
    return NULL;
  chunk->size = size;
  chunk->next = arena->chunk;
  arena->chunk = chunk;
  return chunk;
}

/* Zeroed because chunks are, and aligned for whatever may come: so callers need not say what they want it
 * for. */
void *
ic_arena_alloc (struct ic_arena *arena, size_t size)
{
  const size_t mask = alignof (max_align_t) - 1;
  struct ic_arena_chunk *chunk = arena->chunk;
  void *memory;

  if (size > SIZE_MAX - mask)
    return NULL;
  size = (size + mask) & ~mask;
  if (chunk == NULL || chunk->size - chunk->used < size)
    chunk = new_chunk (arena, size);
  if (chunk == NULL)
    return NULL;
  memory = chunk->data + chunk->used;
  chunk->used += size;
  return memory;
}

void
ic_arena_free (struct ic_arena *arena)
{
  while (arena->chunk != NULL) {
    struct ic_arena_chunk *next = arena->chunk->next;

    free (arena->chunk);
    arena->chunk = next;
  }
}
