/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that keeps nothing and cannot look rows up. */
#include "config.h"

#include "dcpipe-plugin.h"

static int
trial_open (void *handle, int mode, const char *scratch)
{
  (void) handle;
  (void) mode;
  (void) scratch;
  return DCPIPE_OK;
}

static int
trial_prepare (void *handle, const dcpipe_tables *tables)
{
  (void) handle;
  (void) tables;
  return DCPIPE_OK;
}

static int
trial_checkpoint_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  (void) handle;
  (void) checkpoint;
  return DCPIPE_OK;
}

static int
trial_apply (void *handle, dcpipe_rows *rows)
{
  (void) handle;
  (void) rows;
  return DCPIPE_OK;
}

static int
trial_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  (void) handle;
  (void) checkpoint;
  return DCPIPE_OK;
}

static int
trial_rollback (void *handle)
{
  (void) handle;
  return DCPIPE_OK;
}

static int
trial_reset (void *handle, const char *table)
{
  (void) handle;
  (void) table;
  return DCPIPE_OK;
}

static const struct dcpipe_sink trial_sink = {
  .name = "trial_sink",
  .version = "1",
  .description = "keeps nothing",
  .license = "Apache-2.0",
  .open = trial_open,
  .prepare = trial_prepare,
  .checkpoint_load = trial_checkpoint_load,
  .apply = trial_apply,
  .commit = trial_commit,
  .rollback = trial_rollback,
  .reset = trial_reset,
};

DCPIPE_REGISTER_SINK (trial_sink)
