/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/source-host.h"

#include <check.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct memory {
  struct memory *next;
  max_align_t data[];
};

struct dcpipe_batch {
  struct source_host *host;
  struct memory *memory;
};

struct dcpipe_resume {
  const uint64_t *position;
};

bool host_following;
size_t host_max_block_size = (size_t) 64 << 20;

static char error[4096];
static struct dcpipe_batch batch;

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
dcpipe_debug (const char *format, ...)
{
  (void) format;
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

void *
dcpipe_batch_memory (dcpipe_batch *to, size_t size)
{
  struct memory *memory = malloc (sizeof *memory + size);

  ck_assert_ptr_nonnull (memory);
  memory->next = to->memory;
  to->memory = memory;
  to->host->memory += size;
  return memory->data;
}

void
dcpipe_batch_frame (dcpipe_batch *to, uint64_t position, const void *data, size_t size)
{
  struct source_host *host = to->host;

  host->frames = realloc (host->frames, (host->count + 1) * sizeof *host->frames);
  ck_assert_ptr_nonnull (host->frames);
  host->frames[host->count++] = (struct dcpipe_frame) { position, { data, size } };
}

void
dcpipe_batch_extent (dcpipe_batch *to, uint64_t first, uint64_t end)
{
  to->host->first = first;
  to->host->end = end;
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
dcpipe_block_entry (dcpipe_block *block, struct dcpipe_bytes label, struct dcpipe_bytes key, struct dcpipe_bytes value,
                    bool deleted)
{
  const struct dcpipe_bytes parts[] = { label, key, value };

  for (size_t i = 0; i < 3; i++)
    ck_assert (parts[i].data >= block->buffer && parts[i].data + parts[i].size <= block->buffer + block->size);
  block->entries++;
  block->deletes += deleted;
}

void
dcpipe_block_header (dcpipe_block *block, uint64_t time_ns, struct dcpipe_bytes hash, struct dcpipe_bytes parent_hash)
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

    free (batch.memory);
    batch.memory = next;
  }
  batch.host = host;
  host->count = host->memory = 0;
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
  ck_assert_int_eq (host->source->config_complete (host->handle), DCPIPE_OK);
  host->error = error;
  return host;
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
  const struct dcpipe_resume at = { resume };

  host->source->close (host->handle);
  *error = '\0';
  return host->source->open (host->handle, &at);
}

int
host_next (struct source_host *host)
{
  clear_batch (host);
  *error = '\0';
  return host->source->next (host->handle, UINT64_MAX, &batch);
}

int
host_unpack (struct source_host *host, const struct dcpipe_frame *frame, struct dcpipe_block *block)
{
  *block = (struct dcpipe_block) { .buffer = NULL };
  *error = '\0';
  return host->source->unpack (host->handle, frame, block);
}

void
host_free (struct source_host *host)
{
  host->source->close (host->handle);
  clear_batch (host);
  dlclose (host->module);
  free (host->frames);
  free (host->handle);
  free (host);
}
