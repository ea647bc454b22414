/* SPDX-License-Identifier: Apache-2.0 */
/* A block: the frame that it came in, what it unpacks to, its entries and the rows that decoders made of
 * them.
 */
#ifndef DCPIPE_DATA_BLOCK_H
#define DCPIPE_DATA_BLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dcpipe-plugin.h"

struct row_list;

struct hash {
  uint8_t size;
  uint8_t data[DCPIPE_HASH_MAX];
};

bool hash_equal (const struct hash *a, const struct hash *b);

/* Writes the hash in lower-case hexadecimal with an ending 0. */
void hash_text (char text[2 * DCPIPE_HASH_MAX + 1], const struct hash *hash);

/* Gives one reference back; true if it was the last one. */
bool reference_drop (atomic_uint *references);

/* Whoever lets go of shared memory last comes after all others: its counter tells the machine, but not a
 * checker of threads that was not there when core was compiled. So it is told: each one's `leave` comes
 * before the last one's `follow`. Before threads start. */
void block_watch (void (*leave) (void *place), void (*follow) (void *place));

/* Memory that frames point into, shared by the parcels cut from one batch. */
struct frame_memory {
  atomic_uint references;
  struct frame_memory *next; /* in the batch */
  const uint8_t *start;
  size_t size;
  void (*release) (void *context); /* of adopted memory, or NULL */
  void *context;
  max_align_t data[];
};

/* Lets go of it: the last one to do so frees it. NULL is ignored. */
void frame_memory_release (struct frame_memory *memory);

struct dcpipe_frame {
  uint64_t position;
  struct dcpipe_bytes bytes;
  struct frame_memory *memory;
  const char *cursor; /* in the batch's or parcel's arena, NULL for none */
  size_t cursor_size;
  int trust;
};

struct dcpipe_entry {
  struct dcpipe_block *block;
  struct dcpipe_bytes label, key, value;
  uint32_t index;
  bool deleted;
};

/* Where a block's buffer, entries and rows come from: its parcel, as far as a block may know it. */
struct block_memory {
  struct arena arena;
  size_t large; /* bytes in large buffers */
  /* Asks for so many more bytes of large buffers, and may wait for them. False: there are none to be had.
   * NULL if nobody counts them. */
  bool (*reserve) (struct block_memory *memory, size_t size);
};

struct dcpipe_block {
  struct block_memory *memory;
  struct dcpipe_frame frame;
  uint64_t import_time; /* ns, this machine's clock, when it came */
  uint64_t time_ns;
  struct hash hash, parent_hash;
  const char *hash_hex; /* of `hash`, in `memory` */
  uint8_t *buffer;
  size_t buffer_size;
  bool buffer_is_large; /* from malloc, not from the arena */
  struct dcpipe_entry *entries;
  size_t entries_count, entries_capacity;
  uint64_t number;        /* blocks before it; set by the sequencer, as the next */
  uint64_t first_ordinal; /* of its first entry, from 1 */
  struct row_list *rows;  /* one for each decoder */
  const char *fault;      /* why it could not be unpacked or does not follow; NULL for a good one */
  bool keeps_frame;       /* entries point into the frame */
  bool too_large;         /* it would inflate past the limit */
};

/* Sets the most bytes that a block may unpack to, before threads start. */
void block_set_limit (size_t size);

/* True if [data, data + size) lies in memory that lives as long as the block. */
bool block_holds (const struct dcpipe_block *block, const void *data, size_t size);

#endif
