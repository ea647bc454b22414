/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/source-host.h"

#include <check.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Memory of a batch: its own, or adopted. */
struct memory {
  struct memory *next;
  const uint8_t *start;
  size_t size;
  void (*release) (void *context);
  void *context;
  max_align_t data[];
};

struct dcpipe_batch {
  struct source_host *host;
  struct memory *memory;
};

struct dcpipe_resume {
  const uint64_t *position;
  const char *cursor;
};

bool host_following;
size_t host_max_block_size = (size_t) 64 << 20;

static char error[4096];
static struct dcpipe_batch batch;
static uint64_t asked_ms;
static int stop_fds[2] = { -1, -1 };

/* ---- what plugins call ---------------------------------------------------------------------------- */

void
dcpipe_error (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (error, sizeof error, format, arguments);
  va_end (arguments);
}

void
dcpipe_info (const char *format, ...)
{
  (void) format;
}

void
dcpipe_warning (const char *format, ...)
{
  (void) format;
}

void
dcpipe_debug (const char *format, ...)
{
  (void) format;
}

void
dcpipe_retry_after (uint64_t milliseconds)
{
  asked_ms = milliseconds;
}

int
dcpipe_stop_fd (void)
{
  return stop_fds[0];
}

bool
dcpipe_following (void)
{
  return host_following;
}

size_t
dcpipe_max_block_size (void)
{
  return host_max_block_size;
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

static struct memory *
add_memory (dcpipe_batch *to, size_t size)
{
  struct memory *memory = malloc (sizeof *memory + size);

  ck_assert_ptr_nonnull (memory);
  *memory = (struct memory){ .next = to->memory, .start = (const uint8_t *) memory->data, .size = size };
  to->memory = memory;
  return memory;
}

void *
dcpipe_batch_memory (dcpipe_batch *to, size_t size)
{
  to->host->memory += size;
  return add_memory (to, size)->data;
}

void
dcpipe_batch_adopt (dcpipe_batch *to, const void *data, size_t size, void (*release) (void *context),
                    void *context)
{
  struct memory *memory = add_memory (to, 0);

  memory->start = data;
  memory->size = size;
  memory->release = release;
  memory->context = context;
}

static bool
lies_in_batch (const dcpipe_batch *of, const uint8_t *data, size_t size)
{
  for (const struct memory *memory = of->memory; memory != NULL; memory = memory->next)
    if (data >= memory->start && data + size <= memory->start + memory->size)
      return true;
  return false;
}

void
dcpipe_batch_frame (dcpipe_batch *to, uint64_t position, const void *data, size_t size)
{
  struct source_host *host = to->host;

  ck_assert (lies_in_batch (to, data, size));
  host->frames = realloc (host->frames, (host->count + 1) * sizeof *host->frames);
  ck_assert_ptr_nonnull (host->frames);
  host->frames[host->count++] = (struct dcpipe_frame){ .position = position, .bytes = { data, size } };
}

void
dcpipe_batch_cursor (dcpipe_batch *to, const void *cursor, size_t size)
{
  ck_assert_uint_gt (to->host->count, 0);
  ck_assert_uint_le (size, DCPIPE_CURSOR_MAX);
  memcpy (to->host->frames[to->host->count - 1].cursor, cursor, size);
}

void
dcpipe_batch_trust (dcpipe_batch *to, int trust)
{
  to->host->trust = trust;
}

void
dcpipe_batch_extent (dcpipe_batch *to, uint64_t first, uint64_t end)
{
  to->host->first = first;
  to->host->end = end;
}

dcpipe_rows *
dcpipe_batch_rows (dcpipe_batch *from)
{
  return (dcpipe_rows *) from->host;
}

dcpipe_row *
dcpipe_row_add (dcpipe_rows *rows, size_t table, int operation)
{
  struct source_host *host = (struct source_host *) rows;

  ck_assert_uint_lt (table, host->source->tables.count);
  ck_assert (operation >= DCPIPE_INSERT && operation <= DCPIPE_DELETE);
  host->rows++;
  return (dcpipe_row *) host;
}

#define SETTER(name, ...)                                                                                    \
  void dcpipe_set_##name (dcpipe_row *row, size_t column, __VA_ARGS__)                                       \
  {                                                                                                          \
    (void) row;                                                                                              \
    (void) column;                                                                                           \
    (void) value;                                                                                            \
  }                                                                                                          \
  struct dcpipe_source

SETTER (u64, uint64_t value);
SETTER (time, uint64_t value);
SETTER (text, const void *value, size_t size __attribute__ ((unused)));
SETTER (hex, const void *value, size_t size __attribute__ ((unused)));
SETTER (blob, const void *value, size_t size __attribute__ ((unused)));
SETTER (decimal, const char *value, size_t size __attribute__ ((unused)));

void
dcpipe_tip_end (dcpipe_tip *tip, uint64_t end)
{
  (void) tip;
  (void) end;
}

void
dcpipe_tip_blocks (dcpipe_tip *tip, uint64_t blocks)
{
  (void) tip;
  (void) blocks;
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

void *
dcpipe_block_buffer (dcpipe_block *block, size_t size)
{
  block->buffer = realloc (block->buffer, size > 0 ? size : 1);
  block->size = size;
  return block->buffer;
}

void
dcpipe_block_entry (dcpipe_block *block, struct dcpipe_bytes label, struct dcpipe_bytes key,
                    struct dcpipe_bytes value, bool deleted)
{
  const struct dcpipe_bytes parts[] = { label, key, value };

  for (size_t i = 0; i < 3; i++)
    ck_assert (parts[i].data >= block->buffer
               && parts[i].data + parts[i].size <= block->buffer + block->size);
  block->entries++;
  block->deletes += deleted;
}

void
dcpipe_block_header (dcpipe_block *block, uint64_t time_ns, struct dcpipe_bytes hash,
                     struct dcpipe_bytes parent_hash)
{
  ck_assert_uint_le (hash.size, sizeof block->hash);
  ck_assert_uint_le (parent_hash.size, sizeof block->parent);
  block->time = time_ns;
  block->hash_size = hash.size;
  block->parent_size = parent_hash.size;
  memcpy (block->hash, hash.data, hash.size);
  if (parent_hash.size > 0)
    memcpy (block->parent, parent_hash.data, parent_hash.size);
}

/* ---- what tests call ------------------------------------------------------------------------------ */

static void
clear_batch (struct source_host *host)
{
  while (batch.memory != NULL) {
    struct memory *next = batch.memory->next;

    if (batch.memory->release != NULL)
      batch.memory->release (batch.memory->context);
    free (batch.memory);
    batch.memory = next;
  }
  batch.host = host;
  host->count = host->memory = host->rows = 0;
}

struct source_host *
host_new (const char *plugin)
{
  struct source_host *host = calloc (1, sizeof *host);
  const struct dcpipe_registration *(*entry) (void);
  char path[4096];

  ck_assert_ptr_nonnull (host);
  snprintf (path, sizeof path, "%s/uninstalled/sources/%s.so", getenv ("top_builddir"), plugin);
  host->module = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  ck_assert_msg (host->module != NULL, "%s", dlerror ());
  *(void **) &entry = dlsym (host->module, "dcpipe_plugin");
  ck_assert_int_eq (entry ()->kind, DCPIPE_KIND_SOURCE);
  host->source = entry ()->plugin;
  host->handle = calloc (1, host->source->handle_size);
  ck_assert_ptr_nonnull (host->handle);
  host->error = error;
  if (stop_fds[0] < 0)
    ck_assert_int_eq (pipe (stop_fds), 0);
  return host;
}

void
host_set_stop (bool stop)
{
  char byte = 0;

  ck_assert_int_eq (stop ? write (stop_fds[1], &byte, 1) : read (stop_fds[0], &byte, 1), 1);
}

int
host_configure (struct source_host *host)
{
  *error = '\0';
  host->configured = true;
  return host->source->config_complete (host->handle);
}

void *
host_option (struct source_host *host, const char *key)
{
  const struct dcpipe_options *options = &host->source->options;

  for (size_t i = 0; i < options->count; i++)
    if (strcmp (options->items[i].key, key) == 0)
      return (uint8_t *) host->handle + options->items[i].offset;
  ck_abort_msg ("there is no option %s", key);
}

int
host_open (struct source_host *host, const uint64_t *resume)
{
  const struct dcpipe_resume at = { resume, host->cursor };

  if (!host->configured)
    ck_assert_msg (host_configure (host) == DCPIPE_OK, "%s", error);
  host->source->close (host->handle);
  *error = '\0';
  return host->source->open (host->handle, &at);
}

static int
next (struct source_host *host, uint64_t deadline)
{
  int result;

  clear_batch (host);
  *error = '\0';
  asked_ms = 0;
  result = host->source->next (host->handle, deadline, &batch);
  host->retry_after = asked_ms;
  return result;
}

int
host_next (struct source_host *host)
{
  return next (host, UINT64_MAX);
}

int
host_next_within (struct source_host *host, unsigned ms)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return next (host, ((uint64_t) now.tv_sec * 1000 + ms) * 1000000 + (uint64_t) now.tv_nsec);
}

int
host_unpack (struct source_host *host, const struct dcpipe_frame *frame, struct dcpipe_block *block)
{
  *block = (struct dcpipe_block){ .buffer = NULL };
  *error = '\0';
  return host->source->unpack (host->handle, frame, block);
}

void
host_free (struct source_host *host)
{
  if (host->configured)
    host->source->close (host->handle);
  clear_batch (host);
  if (host->source->config_free != NULL)
    host->source->config_free (host->handle);
  dlclose (host->module);
  free (host->frames);
  free (host->handle);
  free (host);
}
