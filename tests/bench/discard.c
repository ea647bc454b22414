/* SPDX-License-Identifier: Apache-2.0 */
/* discard: a sink that keeps nothing, to measure what comes before it. */
#include "dcpipe-plugin.h"

static int
discard_open (void *handle, int mode, const char *scratch)
{
  (void) handle;
  (void) scratch;
  return mode == DCPIPE_READ ? DCPIPE_NONE : DCPIPE_OK;
}

static int
discard_prepare (void *handle, const dcpipe_tables *tables)
{
  (void) handle;
  (void) tables;
  return DCPIPE_OK;
}

static int
discard_checkpoint_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  (void) handle;
  (void) checkpoint;
  return DCPIPE_OK;
}

static int
discard_apply (void *handle, dcpipe_rows *rows)
{
  (void) handle;
  for (size_t i = 0; i < dcpipe_rows_count (rows); i++)
    dcpipe_row_applied (rows, i, 1, 0, 0);
  return DCPIPE_OK;
}

static int
discard_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  (void) handle;
  (void) checkpoint;
  return DCPIPE_OK;
}

static int
discard_rollback (void *handle)
{
  (void) handle;
  return DCPIPE_OK;
}

static int
discard_reset (void *handle, const char *table)
{
  (void) handle;
  (void) table;
  return DCPIPE_OK;
}

static int
discard_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  (void) handle;
  (void) key;
  (void) row;
  return DCPIPE_NONE;
}

static int
discard_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  (void) handle;
  (void) prefix;
  (void) scan;
  return DCPIPE_OK;
}

static const struct dcpipe_sink discard = {
  .name = "discard",
  .version = "1.0",
  .description = "keeps nothing",
  .license = "Apache-2.0",
  .open = discard_open,
  .prepare = discard_prepare,
  .checkpoint_load = discard_checkpoint_load,
  .apply = discard_apply,
  .commit = discard_commit,
  .rollback = discard_rollback,
  .get = discard_get,
  .scan = discard_scan,
  .reset = discard_reset,
};

DCPIPE_REGISTER_SINK (discard)
