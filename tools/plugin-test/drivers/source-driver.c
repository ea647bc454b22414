/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/source-driver.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/log.h"
#include "config/options.h"
#include "data/row-emit.h"
#include "data/table.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "pipeline/source-thread.h"
#include "plugin/callback.h"
#include "plugin/instance.h"
#include "plugin/plugin-load.h"
#include "setup/setup.h"
#include "setup/tables.h"

/* Passing faults in a row after which the source counts as unable. */
#define RETRIES_MAX 20

static const struct dcpipe_source *
plugin_of (const struct instance *source)
{
  return &source->plugin->u.source;
}

int
source_open (const struct instance *source, const struct point *from)
{
  static const struct point first;
  const struct dcpipe_resume resume = { .point = from != NULL ? from : &first };

  failure_clear ();
  return plugin_of (source)->open (source->handle, &resume);
}

void
source_close (const struct instance *source)
{
  if (plugin_of (source)->close != NULL)
    plugin_of (source)->close (source->handle);
}

bool
source_has_blocks (const struct instance *source)
{
  const unsigned needed = DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES;

  return (plugin_of (source)->capabilities (source->handle) & needed) == needed;
}

/* The tables of the plugin, made once: there is one plugin in a process. */
static const struct dcpipe_tables *
tables_of (const struct instance *source)
{
  static struct dcpipe_tables *tables;
  struct setup setup = { .source = (struct instance *) (uintptr_t) source };

  if (tables == NULL)
    tables = tables_make (&setup);
  EXPECT (tables != NULL, "%s", failure ());
  return tables;
}

static void
check_batch (struct dcpipe_batch *batch, int result)
{
  EXPECT (batch->mistake == NULL, "%s", batch->mistake);
  EXPECT (result != DCPIPE_OK || batch->frames_count > 0 || batch->row_list.count > 0,
          "next returned DCPIPE_OK without a frame or a row");
  EXPECT (result != DCPIPE_TIP || batch->frames_count == 0, "next returned DCPIPE_TIP together with frames");
  if (result == DCPIPE_OK || result == DCPIPE_TIP)
    EXPECT (rows_settle (&batch->rows), "%s", failure ());
  EXPECT (result >= DCPIPE_OK && result <= DCPIPE_WAIT && result != DCPIPE_NONE,
          "next returned %s, which is no result of sources", RESULT_NAME (result));
  EXPECT ((result != DCPIPE_RETRY && result != DCPIPE_DIVERGED && result != DCPIPE_FAIL)
              || failure ()[0] != '\0',
          "next returned %s and did not say why with dcpipe_error", RESULT_NAME (result));
}

int
source_next (const struct instance *source, unsigned ms, struct dcpipe_batch *batch)
{
  struct timespec now;
  int result;

  *batch = (struct dcpipe_batch){ 0 };
  batch_begin (batch, tables_of (source), plugin_of (source)->tables.count);
  failure_clear ();
  clock_gettime (CLOCK_MONOTONIC, &now);
  result = plugin_of (source)->next (source->handle,
                                     (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec
                                         + ms * UINT64_C (1000000),
                                     batch);
  check_batch (batch, result);
  return result;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static void
see (struct reading *reading, const struct dcpipe_frame *frame)
{
  struct seen_frame *seen = array_room (&reading->frames, reading->count, sizeof *seen);
  struct sha256_ctx sha;

  EXPECT_MEMORY (seen);
  EXPECT (reading->count == 0 || seen[-1].position < frame->position,
          "the block at position %" PRIu64 " is followed by one at %" PRIu64, seen[-1].position,
          frame->position);
  reading->count++;
  *seen = (struct seen_frame){ .position = frame->position, .size = frame->bytes.size };
  sha256_init (&sha);
  sha256_update (&sha, frame->bytes.size, frame->bytes.data);
  sha256_digest (&sha, SHA256_SIZE, seen->digest);
  if (frame->cursor_size > 0)
    memcpy (seen->cursor, frame->cursor, frame->cursor_size);
  seen->cursor_size = frame->cursor_size;
}

static void
keep (struct reading *reading, struct dcpipe_batch *batch)
{
  struct dcpipe_batch **room = array_room (&reading->batches, reading->batches_count, sizeof *room);

  EXPECT_MEMORY (room);
  *room = batch;
  reading->batches_count++;
  for (size_t i = 0; i < batch->frames_count; i++)
    see (reading, &batch->frames[i]);
}

void
source_read (const struct instance *source, struct reading *reading, size_t limit)
{
  unsigned retries = 0;

  *reading = (struct reading){ .result = DCPIPE_OK };
  while (reading->count < limit) {
    struct dcpipe_batch *batch = calloc (1, sizeof *batch);

    EXPECT_MEMORY (batch);
    runner_at ("next was called after %zu blocks", reading->count);
    reading->result = source_next (source, 5000, batch);
    reading->rows += batch->row_list.count;
    if (reading->result == DCPIPE_OK) {
      keep (reading, batch);
      retries = 0;
      continue;
    }
    batch_clear (batch);
    free (batch);
    if (reading->result == DCPIPE_WAIT || (reading->result == DCPIPE_RETRY && ++retries < RETRIES_MAX)) {
      nanosleep (&(struct timespec){ .tv_nsec = 10000000 }, NULL);
      continue;
    }
    return;
  }
}

void
reading_free (struct reading *reading)
{
  for (size_t i = 0; i < reading->batches_count; i++) {
    batch_clear (reading->batches[i]);
    free (reading->batches[i]);
  }
  free (reading->batches);
  free (reading->frames);
  *reading = (struct reading){ 0 };
}

struct point
reading_point (const struct reading *reading, size_t i, bool cursor)
{
  const struct seen_frame *seen = &reading->frames[i];
  struct point point = { .known = true, .position = seen->position };

  if (cursor) {
    memcpy (point.cursor, seen->cursor, seen->cursor_size);
    point.cursor_size = seen->cursor_size;
  }
  return point;
}

const struct dcpipe_frame *
reading_frame (const struct reading *reading, size_t i)
{
  for (size_t batch = 0; batch < reading->batches_count; batch++) {
    if (i < reading->batches[batch]->frames_count)
      return &reading->batches[batch]->frames[i];
    i -= reading->batches[batch]->frames_count;
  }
  verdict_fail ("the test asks for a block that was not read");
}

/* ---- unpacking ----------------------------------------------------------------------------------- */

int
source_unpack (const struct instance *source, const struct dcpipe_frame *frame, struct parcel **parcel)
{
  struct dcpipe_batch batch = { .frames = (struct dcpipe_frame *) (uintptr_t) frame, .frames_count = 1 };
  struct dcpipe_block *block;
  int result;

  *parcel = parcel_make (&batch, 0, 1);
  EXPECT_MEMORY (*parcel);
  block = &(*parcel)->blocks[0];
  failure_clear ();
  result = plugin_of (source)->unpack (source->handle, &block->frame, block);
  EXPECT (result == DCPIPE_OK || failure ()[0] != '\0',
          "unpack returned %s and did not say why with dcpipe_error", RESULT_NAME (result));
  if (result == DCPIPE_OK && block->fault != NULL) {
    fail ("%s", block->fault);
    return DCPIPE_DIVERGED;
  }
  return result == DCPIPE_FAIL && block->too_large ? DCPIPE_DIVERGED : result;
}
