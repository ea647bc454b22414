/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/block.h"

#ifdef HAVE_MALLOPT
#include <malloc.h>
#endif
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/hex.h"
#include "bytes/utf8.h"

/* Larger buffers come from malloc, so that they go back to the system at once. */
#define LARGE_BUFFER ((size_t) 512 * 1024)

static size_t block_size_limit = (size_t) 64 * 1024 * 1024;

bool
hash_equal (const struct hash *a, const struct hash *b)
{
  return a->size == b->size && memcmp (a->data, b->data, a->size) == 0;
}

void
hash_text (char text[2 * DCPIPE_HASH_MAX + 1], const struct hash *hash)
{
  hex_encode (text, hash->data, hash->size);
}

/* ---- references --------------------------------------------------------------------------------- */

/* Frames share memory that comes from one call of the source, and sinks share parcels; the last one to let go
 * frees it, on whatever thread that is. */

static struct {
  void (*leave) (void *place), (*follow) (void *place);
} watch;

void
block_watch (void (*leave) (void *place), void (*follow) (void *place))
{
  watch.leave = leave;
  watch.follow = follow;
}

bool
reference_drop (atomic_uint *references)
{
  unsigned before;

  if (watch.leave != NULL)
    watch.leave (references);
  before = atomic_fetch_sub (references, 1);
  assert (before > 0);
  if (before > 1)
    return false;
  if (watch.follow != NULL)
    watch.follow (references);
  return true;
}

/* ---- frames ------------------------------------------------------------------------------------- */

void
frame_memory_release (struct frame_memory *memory)
{
  if (memory == NULL || !reference_drop (&memory->references))
    return;
  if (memory->release != NULL)
    memory->release (memory->context);
  free (memory);
}

uint64_t
dcpipe_frame_position (const dcpipe_frame *frame)
{
  return frame->position;
}

struct dcpipe_bytes
dcpipe_frame_bytes (const dcpipe_frame *frame)
{
  return frame->bytes;
}

/* ---- unpacking ---------------------------------------------------------------------------------- */

void
block_set_limit (size_t size)
{
  block_size_limit = size;
#ifdef HAVE_MALLOPT
  /* Or glibc, once one was freed, takes large buffers from its heaps, one for each thread, and keeps them. */
  mallopt (M_MMAP_THRESHOLD, (int) LARGE_BUFFER);
#endif
}

size_t
dcpipe_max_block_size (void)
{
  return block_size_limit;
}

/* The room is asked for before it is taken, which may take long: see budget_grow. A buffer from the arena
 * stays there, as all that does. */
static void *
large_buffer (struct dcpipe_block *block, size_t size)
{
  struct block_memory *memory = block->memory;
  size_t growth = size - (block->buffer_is_large ? block->buffer_size : 0);
  void *buffer;

  if (memory->reserve != NULL && !memory->reserve (memory, growth))
    return NULL;
  buffer = realloc (block->buffer_is_large ? block->buffer : NULL, size);
  if (buffer == NULL)
    return NULL;
  if (!block->buffer_is_large && block->buffer_size > 0)
    memcpy (buffer, block->buffer, block->buffer_size);
  memory->large += growth;
  block->buffer_is_large = true;
  return buffer;
}

void *
dcpipe_block_buffer (dcpipe_block *block, size_t size)
{
  void *buffer;

  if (size > block_size_limit) {
    fail ("it inflates past max_block_size (%zu bytes)", block_size_limit);
    block->too_large = true;
    return NULL;
  }
  if (size <= block->buffer_size && block->buffer_is_large)
    return block->buffer;
  if (size > LARGE_BUFFER)
    buffer = large_buffer (block, size);
  else {
    assert (!block->buffer_is_large);
    buffer = arena_resize (&block->memory->arena, block->buffer, block->buffer_size, size);
  }
  if (buffer == NULL) {
    fail ("no memory for a block of %zu bytes", size);
    return NULL;
  }
  block->buffer = buffer;
  block->buffer_size = size;
  return buffer;
}

static bool
lies_in (struct dcpipe_bytes bytes, const void *data, size_t size)
{
  const uint8_t *p = data;

  return p >= bytes.data && p <= bytes.data + bytes.size && size <= (size_t) (bytes.data + bytes.size - p);
}

bool
block_holds (const struct dcpipe_block *block, const void *data, size_t size)
{
  return lies_in ((struct dcpipe_bytes){ block->buffer, block->buffer_size }, data, size)
         || (block->keeps_frame && lies_in (block->frame.bytes, data, size));
}

/* Bytes are not copied, so they must live as long as the block, which its buffer and its frame do. False and
 * a fault if the bytes lie neither in the buffer nor in the frame. */
static bool
claim (struct dcpipe_block *block, struct dcpipe_bytes bytes)
{
  if (bytes.size == 0
      || lies_in ((struct dcpipe_bytes){ block->buffer, block->buffer_size }, bytes.data, bytes.size))
    return true;
  if (!lies_in (block->frame.bytes, bytes.data, bytes.size)) {
    block->fault = "an entry lies outside its block (a mistake in the source plugin)";
    return false;
  }
  block->keeps_frame = true;
  return true;
}

/* There is no result, so that a plugin need not look at one for each entry: a fault is found after `unpack`.
 * Labels are compared and stored as text, so they must be some; what key and value are is the decoder's
 * business. */
void
dcpipe_block_entry (dcpipe_block *block, struct dcpipe_bytes label, struct dcpipe_bytes key,
                    struct dcpipe_bytes value, bool deleted)
{
  if (!claim (block, label) || !claim (block, key) || !claim (block, value))
    return;
  if (!utf8_valid (label.data, label.size)) {
    block->fault = "the label of an entry is not valid UTF-8";
    return;
  }
  if (block->entries_count == block->entries_capacity) {
    size_t capacity = block->entries_capacity ? 2 * block->entries_capacity : 16;
    struct dcpipe_entry *entries =
        capacity <= UINT32_MAX
            ? arena_resize (&block->memory->arena, block->entries, block->entries_capacity * sizeof *entries,
                            capacity * sizeof *entries)
            : NULL;

    if (entries == NULL) {
      block->fault = "no memory for its entries";
      return;
    }
    block->entries = entries;
    block->entries_capacity = capacity;
  }
  block->entries[block->entries_count] = (struct dcpipe_entry){ .block = block,
                                                                .label = label,
                                                                .key = key,
                                                                .value = value,
                                                                .index = (uint32_t) block->entries_count,
                                                                .deleted = deleted };
  block->entries_count++;
}

static void
set_hash (struct dcpipe_block *block, struct hash *hash, struct dcpipe_bytes bytes)
{
  if (bytes.size > DCPIPE_HASH_MAX) {
    block->fault = "its hash is longer than 64 bytes (a mistake in the source plugin)";
    return;
  }
  hash->size = (uint8_t) bytes.size;
  if (bytes.size > 0)
    memcpy (hash->data, bytes.data, bytes.size);
}

/* The hash as text is made here, once, and by many threads: every row with that column points to it. */
void
dcpipe_block_header (dcpipe_block *block, uint64_t time_ns, struct dcpipe_bytes hash,
                     struct dcpipe_bytes parent_hash)
{
  char *text;

  block->time_ns = time_ns;
  set_hash (block, &block->hash, hash);
  set_hash (block, &block->parent_hash, parent_hash);
  text = arena_bytes (&block->memory->arena, 2 * (size_t) block->hash.size + 1);
  if (text == NULL) {
    block->fault = "no memory for its hash";
    return;
  }
  hash_text (text, &block->hash);
  block->hash_hex = text;
}

/* ---- what decoders read ------------------------------------------------------------------------- */

struct dcpipe_bytes
dcpipe_entry_label (const dcpipe_entry *entry)
{
  return entry->label;
}

struct dcpipe_bytes
dcpipe_entry_key (const dcpipe_entry *entry)
{
  return entry->key;
}

struct dcpipe_bytes
dcpipe_entry_value (const dcpipe_entry *entry)
{
  return entry->value;
}

bool
dcpipe_entry_deleted (const dcpipe_entry *entry)
{
  return entry->deleted;
}

uint64_t
dcpipe_entry_index (const dcpipe_entry *entry)
{
  return entry->index;
}

uint64_t
dcpipe_entry_block_position (const dcpipe_entry *entry)
{
  return entry->block->frame.position;
}

uint64_t
dcpipe_entry_time (const dcpipe_entry *entry)
{
  return entry->block->time_ns;
}

struct dcpipe_bytes
dcpipe_entry_block_hash (const dcpipe_entry *entry)
{
  return (struct dcpipe_bytes){ entry->block->hash.data, entry->block->hash.size };
}

struct dcpipe_bytes
dcpipe_entry_parent_hash (const dcpipe_entry *entry)
{
  return (struct dcpipe_bytes){ entry->block->parent_hash.data, entry->block->parent_hash.size };
}
