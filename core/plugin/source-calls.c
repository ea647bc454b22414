/* SPDX-License-Identifier: Apache-2.0 */
/* Batches and blocks come from a plugin and what it fetched from afar, so each is held against the contract
 * at once: behind these calls everything may be relied on. */
#include "config.h"

#include "plugin/source-calls.h"

#include <assert.h>
#include <inttypes.h>

#include "base/log.h"
#include "data/batch.h"
#include "data/row-emit.h"
#include "plugin/callback.h"

static const struct dcpipe_source *
plugin_of (const struct instance *source)
{
  assert (source->plugin->kind == DCPIPE_KIND_SOURCE);
  return &source->plugin->u.source;
}

/* ---- what it is ---------------------------------------------------------------------------------- */

unsigned
source_call_capabilities (const struct instance *source)
{
  struct callback outer = callback_enter (source, "capabilities");
  unsigned flags =
      plugin_of (source)->capabilities != NULL ? plugin_of (source)->capabilities (source->handle) : 0;

  callback_leave (outer);
  return flags;
}

/* Also for readers of a store, which have the source configured but never opened. */
bool
source_call_fills_table (const struct instance *source, size_t table)
{
  struct callback outer = callback_enter (source, "fills_table");
  bool fills =
      plugin_of (source)->fills_table == NULL || plugin_of (source)->fills_table (source->handle, table);

  callback_leave (outer);
  return fills;
}

/* ---- a run --------------------------------------------------------------------------------------- */

int
source_call_open (const struct instance *source, const struct dcpipe_resume *resume)
{
  struct callback outer = callback_begin (source, "open");

  return callback_end (outer, plugin_of (source)->open (source->handle, resume), MAY_REPEAT);
}

void
source_call_close (const struct instance *source)
{
  struct callback outer = callback_enter (source, "close");

  if (plugin_of (source)->close != NULL)
    plugin_of (source)->close (source->handle);
  callback_leave (outer);
}

/* What the plugin did wrong in `next`, or NULL. */
static const char *
mistake_in (const struct dcpipe_batch *batch, int result)
{
  if (batch->mistake != NULL)
    return batch->mistake;
  if (result == DCPIPE_OK && batch->frames_count == 0 && batch->row_list.count == 0)
    return "it delivered a batch without blocks or rows";
  if (result == DCPIPE_TIP && batch->frames_count > 0)
    return "it delivered blocks together with DCPIPE_TIP";
  return NULL;
}

/* What came of `next`: its result, or DCPIPE_FAIL after fail for a batch that is not to be used. A mistake
 * counts whatever the result, for the plugin may have gone on after it with what it was given instead. */
static int
check_batch (struct dcpipe_batch *batch, int result)
{
  const char *mistake = mistake_in (batch, result);

  if (mistake != NULL) {
    fail ("%s (a mistake in the plugin)", mistake);
    return DCPIPE_FAIL;
  }
  return (result == DCPIPE_OK || result == DCPIPE_TIP) && !rows_settle (&batch->rows) ? DCPIPE_FAIL : result;
}

int
source_call_next (const struct instance *source, uint64_t deadline, struct dcpipe_batch *batch)
{
  struct callback outer = callback_begin (source, "next");
  int result = plugin_of (source)->next (source->handle, deadline, batch);

  return callback_end (outer, check_batch (batch, result), MAY_DELIVER);
}

/* What came of `unpack`. What is wrong with entries and header was noted while they were given, and counts
 * whatever the callback says; without a hash the chain of blocks could not be checked. */
static int
check_block (struct dcpipe_block *block, int result)
{
  if (result == DCPIPE_OK && block->fault == NULL && block->hash.size == 0)
    block->fault = "it has no hash (a mistake in the source plugin)";
  if (block->fault == NULL)
    return result;
  fail ("block at position %" PRIu64 ": %s", block->frame.position, block->fault);
  return result == DCPIPE_OK ? DCPIPE_DIVERGED : result;
}

int
source_call_unpack (const struct instance *source, struct dcpipe_block *block)
{
  struct callback outer = callback_begin (source, "unpack");
  int result = plugin_of (source)->unpack (source->handle, &block->frame, block);

  return callback_end (outer, check_block (block, result), MAY_DIVERGE);
}

/* ---- outside of a run ---------------------------------------------------------------------------- */

bool
source_can_probe (const struct instance *source)
{
  return plugin_of (source)->probe != NULL;
}

int
source_call_probe (const struct instance *source, uint64_t deadline)
{
  struct callback outer = callback_begin (source, "probe");

  return callback_end (outer, plugin_of (source)->probe (source->handle, deadline), MAY_REPEAT);
}

bool
source_can_tell_tip (const struct instance *source)
{
  return plugin_of (source)->tip != NULL;
}

int
source_call_tip (const struct instance *source, uint64_t deadline, struct dcpipe_tip *tip)
{
  struct callback outer = callback_begin (source, "tip");
  int result = plugin_of (source)->tip (source->handle, deadline, tip);

  /* A tip that is not told would be shown as position 0. */
  if (result == DCPIPE_OK && !tip->known) {
    fail ("it does not say how far the ledger reaches (a mistake in the plugin)");
    result = DCPIPE_FAIL;
  }
  return callback_end (outer, result, MAY_REPEAT);
}

void
dcpipe_tip_end (dcpipe_tip *tip, uint64_t end)
{
  tip->known = true;
  tip->end = end;
}

void
dcpipe_tip_blocks (dcpipe_tip *tip, uint64_t blocks)
{
  tip->blocks = blocks;
}
