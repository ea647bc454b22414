/* SPDX-License-Identifier: Apache-2.0 */
/* A source of one block that ends before `probe`: it cannot be asked, and has no tables. */
#include "config.h"

#include <string.h>

#include "first_api.h"

struct older {
  bool delivered;
};

static unsigned
older_capabilities (const void *handle)
{
  (void) handle;
  return DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES | DCPIPE_SOURCE_TIMES;
}

static int
older_open (void *handle, const dcpipe_resume *resume)
{
  struct older *older = handle;

  (void) resume;
  older->delivered = false;
  return DCPIPE_OK;
}

static int
older_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  struct older *older = handle;
  char *memory;

  (void) deadline;
  if (older->delivered)
    return DCPIPE_TIP;
  if ((memory = dcpipe_batch_memory (batch, 4)) == NULL)
    return DCPIPE_FAIL;
  memcpy (memory, "Beta", 4);
  dcpipe_batch_frame (batch, 0, memory, 4);
  older->delivered = true;
  return DCPIPE_OK;
}

static int
older_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  struct dcpipe_bytes name = dcpipe_frame_bytes (frame), none = { NULL, 0 };
  static const uint8_t hash[32] = { 1, 2, 3 };

  (void) handle;
  dcpipe_block_header (block, 1700000000000000000u, (struct dcpipe_bytes){ hash, sizeof hash }, none);
  dcpipe_block_entry (block, name, name, name, false);
  return DCPIPE_OK;
}

static int
poison_probe (void *handle, uint64_t deadline)
{
  (void) handle;
  (void) deadline;
  return DCPIPE_FAIL;
}

static int
poison_tip (void *handle, uint64_t deadline, dcpipe_tip *tip)
{
  (void) tip;
  return poison_probe (handle, deadline);
}

static bool
poison_fills (const void *handle, size_t table)
{
  (void) handle;
  (void) table;
  return true;
}

static const struct first_source older_source = {
  .common = { "older_source",
              "1",
              "delivers one block",
              "Apache-2.0",
              { NULL, 0, 0 },
              sizeof (struct older) },
  .capabilities = older_capabilities,
  .open = older_open,
  .next = older_next,
  .unpack = older_unpack,
  .probe = poison_probe,
  .tip = poison_tip,
  .tables = { "poison", 1, 8 },
  .fills_table = poison_fills,
};

REGISTER_UP_TO (DCPIPE_KIND_SOURCE, source, older_source, probe)
