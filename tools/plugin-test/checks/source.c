/* SPDX-License-Identifier: Apache-2.0 */
/* What is delivered: order, cursors, extent, and where a run may begin. */
#include "config.h"

#include "checks/source.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "checks/source-life.h"
#include "checks/source-unpack.h"
#include "drivers/source-driver.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "plugin/callback.h"
#include "plugin/instance.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"

/* Blocks read by a check at the most, and blocks at which it begins again. */
#define BLOCKS_MAX 20000
#define RESUMES_MAX 60

/* An open source, read to the tip. */
static struct instance *
read_all (const struct subject *subject, struct reading *reading)
{
  struct instance *source = source_begin (subject);

  source_read (source, reading, BLOCKS_MAX);
  EXPECT (reading->result == DCPIPE_TIP || reading->result == DCPIPE_OK, "next gives %s after %zu blocks: %s",
          RESULT_NAME (reading->result), reading->count, failure ());
  if (reading->count == 0 && (reading->rows > 0 || !source_has_blocks (source)))
    verdict_skip ("as it is configured, it delivers rows of its own tables and no blocks");
  EXPECT (reading->count > 0, "there is not one block before the tip: nothing can be tested with that");
  return source;
}

static void
end (struct instance *source, struct reading *reading)
{
  source_end (source);
  reading_free (reading);
}

static void
delivers_in_order (const void *context)
{
  struct reading reading;

  end (read_all (context, &reading), &reading);
}

static void
says_what_it_delivers (const void *context)
{
  struct instance *source = subject_instance (context);
  const unsigned needed = DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES;
  unsigned flags;

  EXPECT (source->plugin->u.source.capabilities != NULL, "the callback 'capabilities' is missing");
  flags = source_call_capabilities (source);
  EXPECT (source_call_capabilities (source) == flags, "capabilities gives something else each time");
  EXPECT (
      (flags & needed) == needed || source->plugin->u.source.tables.count > 0,
      "capabilities is %#x: without DCPIPE_SOURCE_POSITIONS and DCPIPE_SOURCE_HASHES it delivers nothing, "
      "unless it has tables of its own",
      flags);
  instance_free (source);
}

/* The blocks form a chain, each as unpack tells, so none was left out. */
static void
leaves_no_block_out (const void *context)
{
  struct reading reading;
  struct instance *source = read_all (context, &reading);
  struct hash before = { .size = 0 };

  for (size_t i = 0; i < reading.count; i++) {
    struct parcel *parcel = NULL;
    const struct dcpipe_block *block;

    runner_at ("block %zu was unpacked", i);
    EXPECT (source_unpack (source, reading_frame (&reading, i), &parcel) == DCPIPE_OK, "block %zu: %s", i,
            failure ());
    block = &parcel->blocks[0];
    EXPECT (block->hash.size > 0, "the block at position %" PRIu64 " has no hash", block->frame.position);
    EXPECT (hash_equal (&block->parent_hash, &before),
            "the block at position %" PRIu64 " does not name the one before it as its parent%s",
            block->frame.position, i == 0 ? " (the first one names none)" : "");
    before = block->hash;
    parcel_release (parcel);
  }
  end (source, &reading);
}

/* Progress is shown by it: a block outside of it would be more than all, or less than none. */
static void
knows_the_extent (const void *context)
{
  struct instance *source = source_begin (context);
  int result = DCPIPE_OK;
  uint64_t last = 0;
  size_t blocks = 0;
  bool told = false;

  for (size_t count = 0; count < BLOCKS_MAX && result != DCPIPE_TIP; count++) {
    struct dcpipe_batch batch;

    result = source_next (source, 5000, &batch);
    blocks += batch.frames_count;
    for (size_t i = 0; i < batch.frames_count; i++)
      last = batch.frames[i].position;
    if (batch.extent_known && blocks > 0 && (result == DCPIPE_OK || result == DCPIPE_TIP))
      EXPECT (batch.first <= last && last < batch.end,
              "the block at position %" PRIu64 " lies outside of the extent %" PRIu64 " to %" PRIu64, last,
              batch.first, batch.end);
    told |= batch.extent_known;
    batch_clear (&batch);
  }
  if (!told)
    verdict_skip ("it never calls dcpipe_batch_extent, so there is no progress to be shown");
  source_end (source);
}

/* A follower asks again and again; nothing is to be delivered twice, and the tip is no failure. */
static void
stays_at_the_tip (const void *context)
{
  struct reading reading;
  struct instance *source = read_all (context, &reading);

  if (reading.result != DCPIPE_TIP)
    verdict_skip ("the ledger is too long to be read to its tip");
  for (int i = 0; i < 3; i++) {
    struct dcpipe_batch batch;
    int result = source_next (source, 5000, &batch);

    EXPECT (result == DCPIPE_TIP || result == DCPIPE_WAIT, "next at the tip, called once more, gives %s: %s",
            RESULT_NAME (result), failure ());
    batch_clear (&batch);
  }
  end (source, &reading);
}

/* Rows of the source's own tables come in place of blocks, or beside them. */
static void
keeps_its_tables (const void *context)
{
  struct instance *source = subject_instance (context);
  struct reading reading;

  if (source->plugin->u.source.tables.count == 0)
    verdict_skip ("it has no tables of its own");
  source_must_open (source);
  source_read (source, &reading, BLOCKS_MAX);
  EXPECT (reading.result == DCPIPE_TIP || reading.result == DCPIPE_OK, "next gives %s: %s",
          RESULT_NAME (reading.result), failure ());
  EXPECT (reading.rows > 0 || source_has_blocks (source), "it delivers neither blocks nor rows");
  EXPECT (reading.count == 0 || source_has_blocks (source),
          "it delivers blocks, and says that they have no positions and hashes");
  end (source, &reading);
}

/* ---- beginning again ----------------------------------------------------------------------------- */

/* From block number `i` on, the first few are those of the whole reading. */
static void
begin_at (const struct instance *source, const struct reading *whole, size_t i, bool cursor)
{
  struct point point = reading_point (whole, i, cursor);
  const char *how = cursor ? "with its cursor" : "without a cursor";
  struct reading part;
  int result;

  runner_at ("a run began at block %zu %s", i, how);
  result = source_open (source, &point);
  EXPECT (result == DCPIPE_OK, "open at the block at position %" PRIu64 " %s gives %s: %s", point.position,
          how, RESULT_NAME (result), failure ());
  source_read (source, &part, 3);
  EXPECT (part.count > 0, "after open at the block at position %" PRIu64 " %s, next gives %s: %s",
          point.position, how, RESULT_NAME (part.result), failure ());
  for (size_t j = 0; j < part.count && i + j < whole->count; j++)
    EXPECT (part.frames[j].position == whole->frames[i + j].position
                && memcmp (part.frames[j].digest, whole->frames[i + j].digest, SHA256_SIZE) == 0,
            "begun at the block at position %" PRIu64 " %s, block %zu (position %" PRIu64
            ") is not the one that the whole run gave (position %" PRIu64 ")",
            point.position, how, j, part.frames[j].position, whole->frames[i + j].position);
  source_call_close (source);
  reading_free (&part);
}

/* A store may stand at any block, and one that an earlier release filled has no cursor. */
static void
begins_at_any_block (const void *context)
{
  struct reading whole;
  struct instance *source = read_all (context, &whole);
  size_t step = whole.count / RESUMES_MAX + 1;

  source_call_close (source);
  for (size_t i = 0; i < whole.count; i += step) {
    begin_at (source, &whole, i, true);
    begin_at (source, &whole, i, false);
  }
  begin_at (source, &whole, whole.count - 1, true);
  begin_at (source, &whole, whole.count - 1, false);
  reading_free (&whole);
  instance_free (source);
}

static void
begins_again_after_close (const void *context)
{
  struct reading first, second;
  struct instance *source = read_all (context, &first);
  int result;

  source_call_close (source);
  result = source_open (source, NULL);
  EXPECT (result == DCPIPE_OK, "open after close gives %s: %s", RESULT_NAME (result), failure ());
  source_read (source, &second, BLOCKS_MAX);
  EXPECT (second.count >= first.count, "opened again it gives %zu blocks instead of %zu", second.count,
          first.count);
  for (size_t i = 0; i < first.count; i++)
    EXPECT (first.frames[i].position == second.frames[i].position
                && memcmp (first.frames[i].digest, second.frames[i].digest, SHA256_SIZE) == 0,
            "opened again it gives another block at position %" PRIu64, first.frames[i].position);
  reading_free (&first);
  end (source, &second);
}

/* Positions at which no block begins must not be taken for one. */
static void
refuses_where_no_block_is (const void *context)
{
  struct reading whole, part;
  struct instance *source = read_all (context, &whole);
  struct point point = { .known = true, .position = whole.frames[whole.count - 1].position + 1 };
  int result;

  source_call_close (source);
  for (int i = 0; i < 2; i++) {
    runner_at ("a run began at position %" PRIu64 ", where no block is", point.position);
    result = source_open (source, &point);
    if (result == DCPIPE_OK) {
      source_read (source, &part, 1);
      EXPECT (part.count == 0 || part.frames[0].position != point.position,
              "begun at position %" PRIu64 ", where no block is, it delivers one", point.position);
      reading_free (&part);
    } else
      EXPECT (failure ()[0] != '\0', "open gives %s and does not say why", RESULT_NAME (result));
    source_call_close (source);
    point.position = whole.frames[whole.count - 1].position + (UINT64_C (1) << 40);
  }
  reading_free (&whole);
  instance_free (source);
}

void
source_checks (const struct subject *subject)
{
  const char *group = "source";

  runner_check (group, "says what it delivers", says_what_it_delivers, subject);
  if (!runner_check (group, "delivers blocks in order, up to the tip", delivers_in_order, subject))
    return;
  runner_check (group, "leaves no block out: each names the one before as its parent", leaves_no_block_out,
                subject);
  runner_check (group, "tells the extent of the ledger", knows_the_extent, subject);
  runner_check (group, "stays at the tip when it is asked again", stays_at_the_tip, subject);
  runner_check (group, "begins at any block, with its cursor and without", begins_at_any_block, subject);
  runner_check (group, "refuses to begin where no block is", refuses_where_no_block_is, subject);
  runner_check (group, "delivers the same after close and open", begins_again_after_close, subject);
  runner_check (group, "delivers sound rows of its own tables", keeps_its_tables, subject);
  source_unpack_checks (subject);
  source_life_checks (subject);
}
