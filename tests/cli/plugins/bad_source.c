/* SPDX-License-Identifier: Apache-2.0 */
/* A source with a table that only a decoder could have. */
#include "config.h"

#include "dcpipe-plugin.h"

static const struct dcpipe_column bad_columns[] = {
  { "name", DCPIPE_TEXT, 1, 0, 0, NULL },
  { "block_offset", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_OFFSET, 0, NULL },
};

static const struct dcpipe_table_def bad_tables[] = { { .name = "places",
                                                        .columns = DCPIPE_ARRAY (bad_columns) } };

static unsigned
bad_capabilities (const void *handle)
{
  (void) handle;
  return 0;
}

static int
bad_open (void *handle, const dcpipe_resume *resume)
{
  (void) handle;
  (void) resume;
  return DCPIPE_OK;
}

static int
bad_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  (void) handle;
  (void) deadline;
  (void) batch;
  return DCPIPE_TIP;
}

static int
bad_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  (void) handle;
  (void) frame;
  (void) block;
  return DCPIPE_DIVERGED;
}

static const struct dcpipe_source bad_source = {
  .name = "bad_source",
  .version = "1",
  .description = "declares a table that is not sound",
  .license = "Apache-2.0",
  .handle_size = 16,
  .capabilities = bad_capabilities,
  .open = bad_open,
  .next = bad_next,
  .unpack = bad_unpack,
  .tables = DCPIPE_ARRAY (bad_tables),
};

DCPIPE_REGISTER_SOURCE (bad_source)
