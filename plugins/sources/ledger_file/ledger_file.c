/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a Decent Cloud ledger from a file, also one that is still being written. */
#include "config.h"

#include <inttypes.h>

#include "dcledger/unpack.h"
#include "handle.h"
#include "locate.h"
#include "tip.h"
#include "torn.h"

/* Memory taken for one call of next, unless a block is larger. */
#define CHUNK_SIZE ((size_t) 1024 * 1024)

static int
ledger_file_config_complete (void *context)
{
  struct ledger_file *handle = context;

  handle->file.fd = -1;
  return DCPIPE_OK;
}

static unsigned
ledger_file_capabilities (const void *context)
{
  (void) context;
  return DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES | DCPIPE_SOURCE_TIMES | DCPIPE_SOURCE_ALL_LABELS;
}

/* The file is opened, and what is in it is looked at only by next: a file that is still empty may be about
 * to be written. */
static int
ledger_file_open (void *context, const dcpipe_resume *resume)
{
  struct ledger_file *handle = context;

  handle->located = false;
  handle->resuming = dcpipe_resume_at_block (resume);
  handle->at = handle->resuming ? dcpipe_resume_position (resume) : 0;
  handle->anchor.size = 0;
  handle->torn.known = false;
  handle->framer = ledger_framer_new (handle->at, frame_limit ());
  if (handle->framer == NULL) {
    dcpipe_error ("no memory to read %s", handle->path);
    return DCPIPE_FAIL;
  }
  return file_open (&handle->file, handle->path);
}

static void
ledger_file_close (void *context)
{
  struct ledger_file *handle = context;

  ledger_framer_free (handle->framer);
  handle->framer = NULL;
  file_close (&handle->file);
}

/* ---- is it still the same file? ------------------------------------------------------------------- */

/* After the file was replaced by another: the block delivered last must be there, too. */
static int
check_anchor (struct ledger_file *handle, dcpipe_batch *batch)
{
  const struct anchor *anchor = &handle->anchor;
  uint8_t digest[DIGEST_SIZE];
  size_t got;
  void *data;
  int result;

  if (anchor->size == 0)
    return DCPIPE_OK;
  data = dcpipe_batch_memory (batch, anchor->size);
  if (data == NULL)
    return DCPIPE_FAIL;
  result = file_read (&handle->file, handle->path, anchor->position, data, anchor->size, &got);
  if (result != DCPIPE_OK)
    return result;
  digest_bytes (digest, (struct bytes){ data, got });
  if (got == anchor->size && memcmp (digest, anchor->digest, DIGEST_SIZE) == 0)
    return DCPIPE_OK;
  return torn_or_fault (
      handle, anchor->position, (struct bytes){ data, got },
      "the file was replaced by another one, in which this block differs from the one read before");
}

/* Learns how long the file is now, and follows `path` to the file that has taken its place. Only when
 * following: otherwise the file that was opened is the one that is read, whatever its name stands for by
 * then. */
static int
look (struct ledger_file *handle, dcpipe_batch *batch)
{
  bool replaced = false;
  int result = DCPIPE_OK;

  if (dcpipe_following ())
    result = file_reopen (&handle->file, handle->path, &replaced);
  if (result == DCPIPE_OK)
    result = file_look (&handle->file, handle->path);
  if (replaced && result == DCPIPE_OK) {
    dcpipe_info ("%s was replaced by another file, going on with that one", handle->path);
    handle->located = false;
  }
  if (!handle->located && result == DCPIPE_OK)
    result = check_anchor (handle, batch);
  return result;
}

/* ---- reading -------------------------------------------------------------------------------------- */

/* How many bytes to read at `at`: a chunk, or the whole block if that is larger. */
static int
measure (const struct ledger_file *handle, uint64_t left, size_t *size)
{
  uint8_t bytes[LEDGER_HEADER_SIZE];
  struct ledger_reason reason;
  size_t got;
  int result = file_read (&handle->file, handle->path, handle->at, bytes, sizeof bytes, &got);

  *size = CHUNK_SIZE;
  if (got == sizeof bytes) {
    struct ledger_header header = ledger_header_load (bytes);

    if (ledger_header_check (&header, frame_limit (), &reason) && header.jump_next > CHUNK_SIZE)
      *size = header.jump_next;
  }
  if (*size > left)
    *size = (size_t) left;
  return result;
}

/* Reads into memory of the batch. Behind the end of the file the chunk is empty. Into the batch's memory,
 * so that frames are views of it and nothing is copied. */
static int
read_chunk (struct ledger_file *handle, dcpipe_batch *batch, struct bytes *chunk)
{
  uint64_t left = handle->file.size > handle->at ? handle->file.size - handle->at : 0;
  size_t size;
  uint8_t *data;
  int result = measure (handle, left, &size);

  if (result != DCPIPE_OK || size == 0)
    return result;
  data = dcpipe_batch_memory (batch, size);
  if (data == NULL)
    return DCPIPE_FAIL;
  chunk->data = data;
  return file_read (&handle->file, handle->path, handle->at, data, size, &chunk->size);
}

/* ---- frames --------------------------------------------------------------------------------------- */

/* What became of a chunk. */
struct cut {
  bool any;                 /* frames were delivered */
  struct ledger_frame last; /* of them */
  enum ledger_framing end;  /* what stands behind them: not LEDGER_FRAME */
  struct ledger_reason reason;
};

static void
deliver (struct ledger_file *handle, dcpipe_batch *batch, struct cut *cut, const struct ledger_frame *frame)
{
  dcpipe_batch_frame (batch, frame->position, frame->bytes.data, frame->bytes.size);
  handle->at = frame->position + frame->bytes.size;
  cut->any = true;
  cut->last = *frame;
}

/* Delivers the chunk's frames. When following, the last one before the end of the ledger may lie in
 * space that was reserved and not written yet: it is looked into first. */
static void
cut_frames (struct ledger_file *handle, dcpipe_batch *batch, struct bytes chunk, struct cut *cut)
{
  bool to_the_end = handle->at + chunk.size >= handle->file.size;
  struct ledger_frame held = { .position = 0 }, frame;
  uint8_t hash[LEDGER_HASH_SIZE];
  bool holding = false;

  while ((cut->end = ledger_framer_next (handle->framer, &frame, &cut->reason)) == LEDGER_FRAME) {
    if (holding)
      deliver (handle, batch, cut, &held);
    held = frame;
    holding = true;
  }
  if (cut->end == LEDGER_MORE && to_the_end)
    cut->end = ledger_framer_finish (handle->framer, &cut->reason);
  if (!holding)
    return;
  if (dcpipe_following () && cut->end != LEDGER_MORE && !frame_hash (held.bytes, hash, &cut->reason))
    cut->end = LEDGER_FAULT;
  else
    deliver (handle, batch, cut, &held);
}

/* Hashed, since the block's memory goes with the batch. */
static void
set_anchor (struct ledger_file *handle, const struct ledger_frame *frame)
{
  handle->anchor.position = frame->position;
  handle->anchor.size = frame->bytes.size;
  digest_bytes (handle->anchor.digest, frame->bytes);
}

/* Nothing could be delivered: why? */
static int
no_frames (struct ledger_file *handle, struct bytes chunk, const struct cut *cut)
{
  switch (cut->end) {
  case LEDGER_NO_MEMORY:
    dcpipe_error ("%s: block at position %" PRIu64 ": %s", handle->path, handle->at, cut->reason.text);
    return DCPIPE_RETRY;
  case LEDGER_END:
    if (handle->resuming)
      return torn_or_fault (handle, handle->at, chunk, "the ledger ends here");
    handle->torn.known = false;
    return DCPIPE_TIP;
  case LEDGER_FAULT:
    return torn_or_fault (handle, handle->at, chunk, cut->reason.text);
  case LEDGER_MORE: /* the file has grown since its size was taken */
  default:
    return DCPIPE_WAIT;
  }
}

/* Seeking drops what the framer kept of an unfinished block: it is read again as a whole with the next
 * chunk, which costs less than copying. */
static int
next_frames (struct ledger_file *handle, dcpipe_batch *batch)
{
  struct bytes chunk = { NULL, 0 };
  struct cut cut = { .any = false };
  int result = read_chunk (handle, batch, &chunk);

  if (result != DCPIPE_OK)
    return result;
  ledger_framer_seek (handle->framer, handle->at);
  ledger_framer_give (handle->framer, handle->at, chunk, &cut.reason);
  cut_frames (handle, batch, chunk, &cut);
  dcpipe_batch_extent (batch, handle->first, cut.end == LEDGER_END ? handle->at : handle->file.size);
  if (!cut.any)
    return no_frames (handle, chunk, &cut);
  handle->resuming = false;
  handle->torn.known = false;
  if (dcpipe_following ())
    set_anchor (handle, &cut.last);
  return DCPIPE_OK;
}

static int
ledger_file_next (void *context, uint64_t deadline, dcpipe_batch *batch)
{
  struct ledger_file *handle = context;
  struct ledger_reason reason;
  int result = look (handle, batch);

  (void) deadline; /* reading a file takes no longer than it takes */
  if (result == DCPIPE_OK && !handle->located)
    result = ledger_file_locate (handle);
  if (result != DCPIPE_OK)
    return result;
  if (handle->file.size < handle->at) {
    ledger_refuse (&reason, "the file was cut short: it ends at %" PRIu64, handle->file.size);
    return torn_or_fault (handle, handle->at, (struct bytes){ NULL, 0 }, reason.text);
  }
  return next_frames (handle, batch);
}

static int
ledger_file_unpack (const void *context, const dcpipe_frame *frame, dcpipe_block *block)
{
  const struct ledger_file *handle = context;

  return frame_unpack (handle->path, frame, block);
}

/* ---- registration --------------------------------------------------------------------------------- */

static const struct dcpipe_option options[] = {
  { .key = "path",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_REQUIRED | DCPIPE_OPTION_READ,
    .help = "The ledger file.",
    .offset = offsetof (struct ledger_file, path) },
  { .key = "settle_time",
    .type = DCPIPE_OPTION_DURATION,
    .default_value = "2s",
    .help = "With --follow: how long a damaged block at the end must stay unchanged before it counts as "
            "damage and not as "
            "a block still being written.",
    .offset = offsetof (struct ledger_file, settle_time) },
};

static const struct dcpipe_source ledger_file_source = {
  .name = "ledger_file",
  .version = PACKAGE_VERSION,
  .description = "reads a Decent Cloud ledger from a file, also while it grows",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct ledger_file),
  .config_complete = ledger_file_config_complete,
  .capabilities = ledger_file_capabilities,
  .open = ledger_file_open,
  .next = ledger_file_next,
  .unpack = ledger_file_unpack,
  .close = ledger_file_close,
  .probe = ledger_file_probe,
  .tip = ledger_file_tip,
};
DCPIPE_REGISTER_SOURCE (ledger_file_source)
