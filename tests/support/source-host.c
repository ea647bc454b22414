/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/source-host.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#undef fail /* Check's; the log has one, too */

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "data/batch.h"
#include "data/checkpoint.h"
#include "plugin/instance.h"
#include "plugin/plugin-load.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"
#include "setup/tables.h"

bool host_following;
size_t host_max_block_size = (size_t) 64 << 20;

/* ---- what plugins call, and the engine's threads have for them ------------------------------------ */

struct dcpipe_resume {
  const uint64_t *position;
  const char *cursor;
};

static uint64_t asked_ms;

void
dcpipe_retry_after (uint64_t milliseconds)
{
  asked_ms = milliseconds;
}

bool
dcpipe_resume_at_block (const dcpipe_resume *resume)
{
  return resume->position != NULL;
}

uint64_t
dcpipe_resume_position (const dcpipe_resume *resume)
{
  return *resume->position;
}

struct dcpipe_bytes
dcpipe_resume_cursor (const dcpipe_resume *resume)
{
  return (struct dcpipe_bytes){ (const uint8_t *) resume->cursor,
                                resume->cursor != NULL ? strlen (resume->cursor) : 0 };
}

/* ---- what tests call ------------------------------------------------------------------------------ */

/* What the last call said. */
static int
note_error (struct source_host *host, int result)
{
  host->error = failure_reason ();
  return result;
}

struct source_host *
host_new (const char *plugin)
{
  struct source_host *host = calloc (1, sizeof *host);
  struct instance *source = calloc (1, sizeof *source);
  struct setup setup = { .source = source };
  char path[4096];

  ck_assert (host != NULL && source != NULL && stop_init ());
  log_configure (LOG_ERROR, false);
  snprintf (path, sizeof path, "%s/uninstalled/sources/%s.so", getenv ("top_builddir"), plugin);
  source->plugin = plugin_load (DCPIPE_KIND_SOURCE, path);
  ck_assert_msg (source->plugin != NULL, "%s", failure ());
  source->name = strdup (plugin);
  source->title = strdup (plugin);
  ck_assert (source->name != NULL && source->title != NULL && instance_make_handle (source));
  host->source = source;
  host->tables = tables_make (&setup);
  host->batch = calloc (1, sizeof *host->batch);
  ck_assert (host->tables != NULL && host->batch != NULL);
  host->error = "";
  return host;
}

void
host_set_stop (bool stop)
{
  if (stop)
    stop_request ();
  else
    stop_reset ();
}

int
host_configure (struct source_host *host)
{
  host->configured = true;
  failure_clear ();
  return note_error (host, instance_complete (host->source) ? DCPIPE_OK : DCPIPE_FAIL);
}

void *
host_option (struct source_host *host, const char *key)
{
  const struct dcpipe_options *options = plugin_options (host->source->plugin);

  for (size_t i = 0; i < options->count; i++)
    if (strcmp (options->items[i].key, key) == 0)
      return (uint8_t *) host->source->handle + options->items[i].offset;
  ck_abort_msg ("there is no option %s", key);
}

int
host_open (struct source_host *host, const uint64_t *resume)
{
  const struct dcpipe_resume at = { resume, host->cursor };

  if (!host->configured)
    ck_assert_msg (host_configure (host) == DCPIPE_OK, "%s", host->error);
  stop_set_following (host_following);
  block_set_limit (host_max_block_size);
  source_call_close (host->source);
  return note_error (host, source_call_open (host->source, &at));
}

/* What the batch holds, as tests look at it. */
static void
keep_batch (struct source_host *host)
{
  const struct dcpipe_batch *batch = host->batch;

  host->count = batch->frames_count;
  host->frames = realloc (host->frames, (batch->frames_count + 1) * sizeof *host->frames);
  ck_assert_ptr_nonnull (host->frames);
  for (size_t i = 0; i < batch->frames_count; i++) {
    const struct dcpipe_frame *frame = &batch->frames[i];

    host->frames[i] = (struct host_frame){ .position = frame->position, .bytes = frame->bytes };
    if (frame->cursor_size > 0)
      memcpy (host->frames[i].cursor, frame->cursor, frame->cursor_size);
  }
  host->memory = 0;
  for (const struct frame_memory *memory = batch->memory; memory != NULL; memory = memory->next)
    host->memory += memory->release == NULL ? memory->size : 0;
  host->rows = batch->row_list.count;
  host->trust = batch->trust;
  if (batch->extent_known) {
    host->first = batch->first;
    host->end = batch->end;
  }
}

static int
next (struct source_host *host, uint64_t deadline)
{
  int result;

  stop_set_following (host_following);
  block_set_limit (host_max_block_size);
  batch_begin (host->batch, host->tables, host->source->plugin->u.source.tables.count);
  asked_ms = 0;
  result = source_call_next (host->source, deadline, host->batch);
  host->retry_after = asked_ms;
  keep_batch (host);
  return note_error (host, result);
}

int
host_next (struct source_host *host)
{
  return next (host, UINT64_MAX);
}

int
host_next_within (struct source_host *host, unsigned ms)
{
  return next (host, monotonic_ns () + ms * UINT64_C (1000000));
}

static size_t
copy_hash (uint8_t to[DCPIPE_HASH_MAX], const struct hash *hash)
{
  memcpy (to, hash->data, hash->size);
  return hash->size;
}

int
host_unpack (struct source_host *host, const struct host_frame *frame, struct host_block *block)
{
  struct block_memory memory = { .large = 0 };
  struct dcpipe_block unpacked = { .memory = &memory,
                                   .frame = { .position = frame->position, .bytes = frame->bytes } };
  int result;

  block_set_limit (host_max_block_size);
  result = note_error (host, source_call_unpack (host->source, &unpacked));
  *block = (struct host_block){ .entries = unpacked.entries_count, .time = unpacked.time_ns };
  for (size_t i = 0; i < unpacked.entries_count; i++)
    block->deletes += unpacked.entries[i].deleted;
  block->hash_size = copy_hash (block->hash, &unpacked.hash);
  block->parent_size = copy_hash (block->parent, &unpacked.parent_hash);
  if (unpacked.buffer_is_large)
    free (unpacked.buffer);
  arena_free (&memory.arena);
  return result;
}

void
host_free (struct source_host *host)
{
  if (host->configured)
    source_call_close (host->source);
  batch_clear (host->batch);
  free (host->batch);
  free (host->frames);
  tables_free (host->tables);
  instance_free (host->source);
  free (host);
}
