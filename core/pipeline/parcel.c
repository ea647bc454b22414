/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "pipeline/budget.h"

/* A large buffer is paid for before it is there: one block may inflate to more than the whole budget. */
static bool
reserve (struct block_memory *memory, size_t size)
{
  struct parcel *parcel = (struct parcel *) (void *) ((char *) memory - offsetof (struct parcel, memory));

  if (parcel->budget == NULL)
    return true;
  if (!budget_grow (parcel->budget, parcel->number, parcel->charge, parcel->charge + size))
    return false;
  parcel->charge += size;
  return true;
}

static struct parcel *
new_parcel (size_t blocks)
{
  struct arena arena = { 0 };
  struct parcel *parcel = arena_alloc (&arena, sizeof *parcel);

  if (parcel == NULL)
    return NULL;
  *parcel = (struct parcel){ .memory.reserve = reserve };
  atomic_init (&parcel->references, 1);
  if (blocks > 0) {
    parcel->blocks = arena_alloc (&arena, blocks * sizeof *parcel->blocks);
    if (parcel->blocks == NULL) {
      arena_free (&arena);
      return NULL;
    }
    memset (parcel->blocks, 0, blocks * sizeof *parcel->blocks);
  }
  parcel->memory.arena = arena;
  return parcel;
}

struct parcel *
parcel_make (const struct dcpipe_batch *batch, size_t first, size_t count)
{
  struct parcel *parcel = new_parcel (count);
  uint64_t now = realtime_ns () / 1000000u * 1000000u; /* sinks keep milliseconds */

  for (size_t i = 0; parcel != NULL && i < count; i++) {
    struct dcpipe_block *block = &parcel->blocks[i];
    const struct dcpipe_frame *frame = &batch->frames[first + i];
    char *cursor = frame->cursor_size > 0 ? arena_bytes (&parcel->memory.arena, frame->cursor_size) : NULL;

    block->memory = &parcel->memory;
    block->import_time = now;
    block->frame = *frame;
    block->frame.trust = batch->trust;
    atomic_fetch_add (&frame->memory->references, 1);
    parcel->blocks_count++;
    if (frame->cursor_size > 0 && cursor == NULL) {
      parcel_release (parcel);
      parcel = NULL;
    } else if (frame->cursor_size > 0)
      block->frame.cursor = memcpy (cursor, frame->cursor, frame->cursor_size);
  }
  if (parcel == NULL)
    fail ("no memory for %zu blocks", count);
  return parcel;
}

struct parcel *
parcel_make_rows (struct dcpipe_batch *batch)
{
  struct parcel *parcel = new_parcel (0);

  if (parcel == NULL) {
    fail ("no memory for %zu rows", batch->row_list.count);
    return NULL;
  }
  parcel->rows = batch->row_list;
  parcel->row_memory = batch->row_memory;
  batch->row_list = (struct row_list){ 0 };
  batch->row_memory = (struct arena){ 0 };
  return parcel;
}

struct parcel *
parcel_make_end (enum parcel_end end)
{
  struct parcel *parcel = new_parcel (0);

  if (parcel == NULL)
    fail ("no memory");
  else
    parcel->end = end;
  return parcel;
}

void
parcel_drop_frames (struct parcel *parcel)
{
  for (size_t i = 0; i < parcel->blocks_count; i++) {
    struct dcpipe_frame *frame = &parcel->blocks[i].frame;

    if (parcel->blocks[i].keeps_frame)
      continue;
    frame_memory_release (frame->memory);
    frame->memory = NULL;
    frame->bytes = (struct dcpipe_bytes){ NULL, 0 };
  }
}

size_t
parcel_size (const struct parcel *parcel)
{
  size_t size = parcel->memory.arena.size + parcel->memory.large + parcel->row_memory.size;

  for (size_t i = 0; i < parcel->blocks_count; i++)
    if (parcel->blocks[i].keeps_frame)
      size += parcel->blocks[i].frame.bytes.size;
  return size;
}

void
parcel_release (struct parcel *parcel)
{
  struct budget *budget = parcel->budget;
  size_t charge = parcel->charge;
  bool delivered = parcel->delivered;
  struct arena arena;

  if (!reference_drop (&parcel->references))
    return;
  free (parcel->fault);
  for (size_t i = 0; i < parcel->blocks_count; i++) {
    frame_memory_release (parcel->blocks[i].frame.memory);
    if (parcel->blocks[i].buffer_is_large)
      free (parcel->blocks[i].buffer);
  }
  arena_free (&parcel->row_memory);
  arena = parcel->memory.arena;
  arena_free (&arena);
  if (budget != NULL && delivered)
    budget_give (budget, charge);
  else if (budget != NULL)
    budget_adjust (budget, charge, 0);
}
