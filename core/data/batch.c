/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/row-emit.h"

void
batch_clear (struct dcpipe_batch *batch)
{
  while (batch->memory != NULL) {
    struct frame_memory *next = batch->memory->next;

    frame_memory_release (batch->memory);
    batch->memory = next;
  }
  arena_free (&batch->arena);
  arena_free (&batch->row_memory);
  *batch = (struct dcpipe_batch){ 0 };
}

/* Rows are in memory of their own, apart from frames and cursors: they go on to a parcel, and the rest is
 * used again. Their size is bounded as a block's is, or a source could fill the memory in one call. */
void
batch_begin (struct dcpipe_batch *batch, const struct dcpipe_tables *tables, size_t count)
{
  batch_clear (batch);
  rows_begin (&batch->rows, &batch->row_memory, tables, SIZE_MAX, "", count);
  batch->rows.numbers = tables->source;
  batch->rows.list = &batch->row_list;
  batch->rows.limit = dcpipe_max_block_size ();
}

dcpipe_rows *
dcpipe_batch_rows (dcpipe_batch *batch)
{
  return &batch->rows;
}

/* A plugin is told of no mistake here, or it would have to look at a result after each frame. It is noted,
 * and the call of `next` then ends the run with it. */

/* Adds memory to the batch, with `room` bytes of its own. NULL after fail. */
static struct frame_memory *
add_memory (struct dcpipe_batch *batch, size_t room)
{
  struct frame_memory *memory = room <= SIZE_MAX / 2 ? malloc (sizeof *memory + room) : NULL;

  if (memory == NULL) {
    fail ("no memory for %zu bytes of the ledger", room);
    return NULL;
  }
  *memory =
      (struct frame_memory){ .next = batch->memory, .start = (const uint8_t *) memory->data, .size = room };
  atomic_init (&memory->references, 1);
  batch->memory = memory;
  return memory;
}

void *
dcpipe_batch_memory (dcpipe_batch *batch, size_t size)
{
  struct frame_memory *memory = add_memory (batch, size);

  return memory != NULL ? memory->data : NULL;
}

void
dcpipe_batch_adopt (dcpipe_batch *batch, const void *data, size_t size, void (*release) (void *context),
                    void *context)
{
  struct frame_memory *memory = add_memory (batch, 0);

  if (memory == NULL) {
    batch->mistake = "no memory for what it fetched";
    release (context);
    return;
  }
  memory->start = data;
  memory->size = size;
  memory->release = release;
  memory->context = context;
}

/* The newest first, where frames mostly lie. */
static struct frame_memory *
find_memory (const struct dcpipe_batch *batch, const uint8_t *data, size_t size)
{
  for (struct frame_memory *memory = batch->memory; memory != NULL; memory = memory->next) {
    const uint8_t *end = memory->start + memory->size;

    if (data >= memory->start && data <= end && size <= (size_t) (end - data))
      return memory;
  }
  return NULL;
}

void
dcpipe_batch_frame (dcpipe_batch *batch, uint64_t position, const void *data, size_t size)
{
  struct frame_memory *memory = find_memory (batch, data, size);

  /* The parcel that is cut from the batch keeps this memory alive, and none besides. */
  if (memory == NULL) {
    batch->mistake = "a frame does not lie in memory of its batch";
    return;
  }
  if (batch->frames_count == batch->frames_capacity) {
    size_t capacity = batch->frames_capacity ? 2 * batch->frames_capacity : 64;
    struct dcpipe_frame *frames =
        arena_resize (&batch->arena, batch->frames, batch->frames_capacity * sizeof *frames,
                      capacity * sizeof *frames);

    if (frames == NULL) {
      batch->mistake = "no memory for its frames";
      return;
    }
    batch->frames = frames;
    batch->frames_capacity = capacity;
  }
  batch->frames[batch->frames_count++] =
      (struct dcpipe_frame){ .position = position, .bytes = { data, size }, .memory = memory };
}

void
dcpipe_batch_cursor (dcpipe_batch *batch, const void *cursor, size_t size)
{
  char *copy;

  if (batch->frames_count == 0 || size > DCPIPE_CURSOR_MAX) {
    batch->mistake = "a cursor without a frame, or longer than 256 bytes";
    return;
  }
  copy = arena_bytes (&batch->arena, size); /* the plugin may make it on its stack */
  if (copy == NULL) {
    batch->mistake = "no memory for its cursors";
    return;
  }
  memcpy (copy, cursor, size);
  batch->frames[batch->frames_count - 1].cursor = copy;
  batch->frames[batch->frames_count - 1].cursor_size = size;
}

void
dcpipe_batch_extent (dcpipe_batch *batch, uint64_t first, uint64_t end)
{
  batch->extent_known = true;
  batch->first = first;
  batch->end = end;
}

void
dcpipe_batch_trust (dcpipe_batch *batch, int trust)
{
  if (trust < DCPIPE_TRUST_NONE || trust > DCPIPE_TRUST_CERTIFIED)
    batch->mistake = "its blocks are of a trust that there is not";
  else
    batch->trust = trust;
}
