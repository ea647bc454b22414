/* SPDX-License-Identifier: Apache-2.0 */
/* What a block needs is asked for in many small pieces and given back at once, often by another thread than
 * the one that asked: malloc would keep books of each piece, so that it could be freed alone, which nobody
 * wants here. Chunks of one size are kept in a pool for the next block, lest pages are given back to the
 * system and fetched again for each. */
#include "config.h"

#include "base/arena.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/cleanup.h"

/* Holds a usual block with its rows. Larger chunks would lie half empty for small blocks, and the budget
 * counts them whole. */
#define CHUNK_SIZE ((size_t) 128 * 1024)
/* 8 MiB, half of the default of `memory`: what is left beyond that comes from one large block and would be
 * kept for nothing. */
#define POOL_MAX 64

struct arena_chunk {
  struct arena_chunk *older;
  size_t size; /* of the whole allocation, this header included */
  max_align_t memory[];
};

static struct {
  pthread_mutex_t mutex;
  struct arena_chunk *chunks;
  unsigned count;
  bool off;
} pool = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static struct arena_chunk *
pool_take (void)
{
  if (pool.off)
    return NULL;
  LOCK_SCOPE (&pool.mutex);
  struct arena_chunk *chunk = pool.chunks;

  if (chunk != NULL) {
    pool.chunks = chunk->older;
    pool.count--;
  }
  return chunk;
}

/* Keeps the chunk for later; false if there are enough. */
static bool
pool_give (struct arena_chunk *chunk)
{
  if (pool.off || chunk->size != CHUNK_SIZE)
    return false;
  LOCK_SCOPE (&pool.mutex);
  if (pool.count == POOL_MAX)
    return false;
  chunk->older = pool.chunks;
  pool.chunks = chunk;
  pool.count++;
  return true;
}

static bool
add_chunk (struct arena *arena, size_t size)
{
  size_t whole = CHUNK_SIZE;
  struct arena_chunk *chunk = NULL;

  /* Sizes come from ledgers; the sum below must not wrap. */
  if (size > SIZE_MAX / 2)
    return false;
  if (size > CHUNK_SIZE - sizeof *chunk)
    whole = size + sizeof *chunk;
  else
    chunk = pool_take ();
  if (chunk == NULL)
    chunk = malloc (whole);
  if (chunk == NULL)
    return false;
  chunk->size = whole;
  chunk->older = arena->chunks;
  arena->chunks = chunk;
  arena->next = (char *) chunk->memory;
  arena->end = (char *) chunk + whole;
  arena->size += whole;
  return true;
}

void *
arena_bytes (struct arena *arena, size_t size)
{
  void *memory;

  /* An arena that has nothing yet must not give NULL for 0 bytes, which callers take for a lack of memory. */
  if ((size_t) (arena->end - arena->next) < size || arena->next == NULL)
    if (!add_chunk (arena, size))
      return NULL;
  assert (arena->next <= arena->end && size <= (size_t) (arena->end - arena->next));
  memory = arena->next;
  arena->next += size;
  return memory;
}

void *
arena_alloc (struct arena *arena, size_t size)
{
  const size_t alignment = _Alignof(max_align_t);
  size_t padding = (alignment - (uintptr_t) arena->next % alignment) % alignment;

  if (arena->next != NULL && (size_t) (arena->end - arena->next) >= padding)
    arena->next += padding;
  else
    arena->next = arena->end;
  return arena_bytes (arena, size);
}

void *
arena_resize (struct arena *arena, void *memory, size_t old_size, size_t new_size)
{
  char *start = memory;
  void *copy;

  if (start != NULL && start + old_size == arena->next && (size_t) (arena->end - start) >= new_size) {
    arena->next = start + new_size;
    return start;
  }
  /* What does not lie at the end cannot give anything back; its rest is lost until the arena is rewound. */
  if (new_size <= old_size)
    return memory;
  copy = arena_alloc (arena, new_size);
  if (copy != NULL && memory != NULL)
    memcpy (copy, memory, old_size);
  return copy;
}

void
arena_rewind (struct arena *arena)
{
  struct arena_chunk *chunk = arena->chunks;

  /* One chunk of the usual size is kept without asking the pool, whose lock all threads share. */
  if (chunk != NULL && chunk->older == NULL && chunk->size == CHUNK_SIZE)
    arena->next = (char *) chunk->memory;
  else
    arena_free (arena);
}

void
arena_free (struct arena *arena)
{
  struct arena_chunk *chunk = arena->chunks;

  while (chunk != NULL) {
    struct arena_chunk *older = chunk->older;

    if (!pool_give (chunk))
      free (chunk);
    chunk = older;
  }
  *arena = (struct arena){ 0 };
}

void
arena_pool_off (void)
{
  arena_pool_free ();
  pool.off = true;
}

void
arena_pool_free (void)
{
  struct arena_chunk *chunk;

  while ((chunk = pool_take ()) != NULL)
    free (chunk);
}
