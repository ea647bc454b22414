/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/source-driver.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "data/table.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "pipeline/source-thread.h"
#include "plugin/callback.h"
#include "plugin/instance.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"
#include "setup/tables.h"

/* Passing faults in a row after which the source counts as unable. */
#define RETRIES_MAX 20

int
source_open (const struct instance *source, const struct point *from)
{
  static const struct point first;
  const struct dcpipe_resume resume = { .point = from != NULL ? from : &first };

  return source_call_open (source, &resume);
}

struct instance *
source_begin (const struct subject *subject)
{
  struct instance *source = subject_instance (subject);

  source_must_open (source);
  return source;
}

void
source_must_open (const struct instance *source)
{
  int result = source_open (source, NULL);

  EXPECT (result == DCPIPE_OK, "open gives %s: %s", RESULT_NAME (result), failure ());
}

void
source_end (struct instance *source)
{
  source_call_close (source);
  instance_free (source);
}

bool
source_has_blocks (const struct instance *source)
{
  const unsigned needed = DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES;

  return (source_call_capabilities (source) & needed) == needed;
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

int
source_next (const struct instance *source, unsigned ms, struct dcpipe_batch *batch)
{
  int result;

  *batch = (struct dcpipe_batch){ 0 };
  batch_begin (batch, tables_of (source), source->plugin->u.source.tables.count);
  result = source_call_next (source, monotonic_ns () + ms * UINT64_C (1000000), batch);
  EXPECT (batch->mistake == NULL, "%s", failure ());
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

/* Batches are kept to the end: frames of one must outlive the call that delivers the next. */
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

/* A block beyond max_block_size is damaged as far as anybody can tell: the plugin hands on that there is no
 * buffer for it. */
int
source_unpack (const struct instance *source, const struct dcpipe_frame *frame, struct parcel **parcel)
{
  struct dcpipe_batch batch = { .frames = (struct dcpipe_frame *) (uintptr_t) frame, .frames_count = 1 };
  struct dcpipe_block *block;
  int result;

  *parcel = parcel_make (&batch, 0, 1);
  EXPECT_MEMORY (*parcel);
  block = &(*parcel)->blocks[0];
  result = source_call_unpack (source, block);
  return result == DCPIPE_FAIL && block->too_large ? DCPIPE_DIVERGED : result;
}
