/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/parcel.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "pipeline/budget.h"

/* ---- the charge --------------------------------------------------------------------------------- */

/* False once the budget is closed. The charge then grows all the same: what was charged is given back when
 * the parcel is released, whatever came in between. */
static bool
grow_charge (struct parcel *parcel, size_t size)
{
  bool open = budget_grow (parcel->budget, parcel->number, parcel->charge, size);

  parcel->charge = size;
  return open;
}

bool
parcel_charge (struct parcel *parcel, struct budget *budget, size_t size)
{
  assert (parcel->budget == NULL);
  if (!budget_take (budget, size))
    return false;
  parcel->budget = budget;
  parcel->charge = size;
  return true;
}

void
parcel_grow_charge (struct parcel *parcel)
{
  size_t size = parcel_size (parcel);

  if (parcel->budget != NULL && size > parcel->charge)
    grow_charge (parcel, size);
}

/* Never waits, though it may be more than was charged: a parcel that waited here could be the one that all
 * others wait for. */
void
parcel_settle_charge (struct parcel *parcel)
{
  size_t size = parcel_size (parcel);

  assert (!parcel->delivered);
  if (parcel->budget == NULL)
    return;
  budget_adjust (parcel->budget, parcel->charge, size);
  parcel->charge = size;
}

void
parcel_deliver (struct parcel *parcel, struct budget *budget, size_t sinks)
{
  assert (!parcel->delivered && (parcel->budget == NULL || parcel->budget == budget));
  assert (parcel->good <= parcel->blocks_count);
  parcel->delivered = true;
  budget_deliver (budget, parcel->number, parcel->charge);
  assert (sinks > 0 && atomic_load (&parcel->references) == 1);
  atomic_store (&parcel->references, (unsigned) sinks);
}

void
parcel_skip (struct parcel *parcel, struct budget *budget)
{
  budget_deliver (budget, parcel->number, 0);
  parcel_release (parcel);
}

/* ---- making and releasing ----------------------------------------------------------------------- */

/* A large buffer is paid for before it is there: one block may inflate to more than the whole budget. */
static bool
reserve (struct block_memory *memory, size_t size)
{
  struct parcel *parcel = (struct parcel *) (void *) ((char *) memory - offsetof (struct parcel, memory));

  return parcel->budget == NULL || grow_charge (parcel, parcel->charge + size);
}

/* The parcel lies in its own arena, so that making and freeing one is a single allocation from the pool. */
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

/* Cursors are copied, since the batch is used again before the sinks have stored them. How far the blocks are
 * to be trusted is known of the batch as a whole, and only when `next` has returned. */
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
    parcel->blocks_count++; /* one by one, so that parcel_release gives back what was taken */
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

/* The rows are not copied: their memory goes along with them. */
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

/* Most blocks are inflated, and nothing points into their frames any more. A chunk of the ledger is freed
 * when the last of its frames is dropped, long before the sinks are done. */
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

/* Of the memory that frames lie in, each parcel counts what its own entries point into. */
size_t
parcel_size (const struct parcel *parcel)
{
  size_t size = parcel->memory.arena.size + parcel->memory.large + parcel->row_memory.size;

  for (size_t i = 0; i < parcel->blocks_count; i++)
    if (parcel->blocks[i].keeps_frame)
      size += parcel->blocks[i].frame.bytes.size;
  return size;
}

size_t
parcel_frames_size (const struct parcel *parcel)
{
  size_t size = 0;

  for (size_t i = 0; i < parcel->blocks_count; i++)
    size += parcel->blocks[i].frame.bytes.size;
  return size;
}

void
parcel_set_fault (struct parcel *parcel, size_t good, int status, const char *format, ...)
{
  va_list arguments;

  assert (good <= parcel->blocks_count);
  parcel->good = good;
  parcel->fault_status = status;
  free (parcel->fault); /* of a block behind it */
  va_start (arguments, format);
  if (vasprintf (&parcel->fault, format, arguments) < 0)
    parcel->fault = NULL;
  va_end (arguments);
}

/* What the budget is owed is read first: once the reference is given back another thread may free the parcel.
 * It is paid last, when the memory is there again. */
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
  arena = parcel->memory.arena; /* which the parcel itself lies in */
  arena_free (&arena);
  if (budget != NULL)
    budget_give (budget, charge, delivered);
}
