/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/decode-thread.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/row-emit.h"
#include "data/row-key.h"
#include "pipeline/queue.h"
#include "pipeline/sequencer.h"
#include "pipeline/unpack.h"
#include "plugin/decoder-calls.h"

struct decode_thread {
  struct run *run;
  struct dcpipe_rows *rows; /* one for each decoder */
};

/* Entries are counted by label for each decoder, because frontiers count them so. A block has long runs of
 * one label, so a tally of each run is short, and need not be searched. */

/* True if the last tally is of that label. */
static bool
last_tally_is (const struct row_list *list, struct dcpipe_bytes label)
{
  struct dcpipe_bytes last;

  if (list->tallies_count == 0)
    return false;
  last = list->tallies[list->tallies_count - 1].label;
  return last.size == label.size && (label.size == 0 || memcmp (last.data, label.data, label.size) == 0);
}

static bool
add_tally (struct dcpipe_rows *rows, struct dcpipe_bytes label)
{
  struct row_list *list = rows->list;

  if (list->tallies_count == list->tallies_capacity) {
    size_t capacity = list->tallies_capacity ? 2 * list->tallies_capacity : 4;
    struct tally *tallies =
        arena_resize (rows->arena, list->tallies, list->tallies_capacity * sizeof *tallies,
                      capacity * sizeof *tallies);

    if (tallies == NULL) {
      fail ("no memory for the rows of an entry");
      return false;
    }
    list->tallies = tallies;
    list->tallies_capacity = capacity;
  }
  list->tallies[list->tallies_count++] = (struct tally){ .label = label };
  return true;
}

static bool
count_entry (struct dcpipe_rows *rows, struct dcpipe_bytes label)
{
  struct row_list *list = rows->list;

  if (!last_tally_is (list, label) && !add_tally (rows, label))
    return false;
  list->tallies[list->tallies_count - 1].entries++;
  return true;
}

/* Lets one decoder make rows of one entry. */
static bool
decode_entry (const struct run *run, struct dcpipe_rows *rows, struct dcpipe_block *block,
              const struct dcpipe_entry *entry, size_t label)
{
  rows->arena = &block->memory->arena;
  rows->list = &block->rows[rows->decoder];
  rows->entry = entry;
  rows->label = label;
  return decoder_call_decode (&run->setup->decoders[rows->decoder]->instance, rows) == DCPIPE_OK
         && count_entry (rows, entry->label);
}

/* Lets each decoder see its entries, in order. Entries of one label mostly lie together, so the route of the
 * last one is kept. Blocks that every sink has the decoder's rows of already are not decoded again. The
 * digest is that of whole decoders only: one that runs ahead moves no frontier. */
static bool
decode_block (struct decode_thread *thread, struct parcel *parcel, size_t number)
{
  const struct run *run = thread->run;
  struct dcpipe_block *block = &parcel->blocks[number];
  const struct route *route = NULL;
  struct dcpipe_bytes label = { NULL, 0 };

  for (size_t i = 0; i < block->entries_count; i++) {
    const struct dcpipe_entry *entry = &block->entries[i];

    if (route == NULL || label.size != entry->label.size
        || (label.size > 0 && memcmp (label.data, entry->label.data, label.size) != 0))
      route = routes_find (run->routes, entry->label);
    label = entry->label;
    for (size_t target = 0; target < route->count; target++) {
      size_t decoder = route->targets[target].decoder;

      if (!run_covers (run, decoder, route) || run->stored[decoder] > block->frame.position)
        continue;
      if (!decode_entry (run, &thread->rows[decoder], block, entry, route->targets[target].label)) {
        parcel_set_fault (parcel, number, STATUS_FAILED, "block at position %" PRIu64 ", entry %zu: %s",
                          block->frame.position, i, failure ());
        return false;
      }
    }
  }
  for (size_t i = 0; i < run->setup->decoders_count; i++)
    if (run->parts[i] == PART_WHOLE)
      rows_digest (&block->rows[i], 0);
  return true;
}

/* A block that could not be unpacked ends the run, but those before it are decoded and stored. */
static void
decode_parcel (struct decode_thread *thread, struct parcel *parcel)
{
  size_t decoders = thread->run->setup->decoders_count, size = decoders * sizeof (struct row_list);

  for (size_t i = 0; i < parcel->good; i++) {
    struct dcpipe_block *block = &parcel->blocks[i];

    block->rows = arena_alloc (&parcel->memory.arena, size);
    if (block->rows == NULL) {
      parcel_set_fault (parcel, i, STATUS_FAILED, "no memory for the rows of a block");
      return;
    }
    memset (block->rows, 0, size);
    if (!decode_block (thread, parcel, i))
      return;
    parcel_grow_charge (parcel);
  }
}

/* Remembers how much larger than its frames a parcel became, half of it at once: the next ones are much like
 * it, and one odd block should not make all others wait. Two threads may forget each other's; it is but a
 * guess. */
static void
note_growth (struct run *run, const struct parcel *parcel)
{
  size_t frames = parcel_frames_size (parcel), size = parcel_size (parcel), growth;

  if (frames == 0)
    return;
  growth = atomic_load (&run->growth);
  growth = growth > 0 ? growth / 2 + size / frames / 2 : size / frames;
  atomic_store (&run->growth, growth > RUN_GROWTH ? growth : RUN_GROWTH);
}

/* After the end of the run parcels are still delivered, undecoded: the sequencer waits for each number, and
 * what the parcel was charged is given back there. */
static void
work (struct decode_thread *thread, struct parcel *parcel)
{
  if (!run_has_ended (thread->run)) {
    unpack_parcel (thread->run, parcel);
    decode_parcel (thread, parcel);
    note_growth (thread->run, parcel);
  }
  parcel_drop_frames (parcel);
  parcel_settle_charge (parcel);
  sequencer_deliver (thread->run->sequencer, parcel);
}

void *
decode_thread_main (void *argument)
{
  struct run *run = argument;
  struct decode_thread thread = { .run = run };
  struct parcel *parcel;

  thread.rows = calloc (run->setup->decoders_count + 1, sizeof *thread.rows);
  if (thread.rows == NULL)
    run_end (run, STATUS_FAILED, "no memory for a worker");
  for (size_t i = 0; thread.rows != NULL && i < run->setup->decoders_count; i++) {
    const struct instance *decoder = &run->setup->decoders[i]->instance;

    rows_begin (&thread.rows[i], NULL, run->tables, i, decoder->name, plugin_tables (decoder->plugin)->count);
  }
  while ((parcel = queue_pop (run->work, 0)) != NULL)
    work (&thread, parcel);
  free (thread.rows);
  return NULL;
}
