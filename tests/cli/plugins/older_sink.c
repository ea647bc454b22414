/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that ends before `put` and tells what it is given. */
#include "config.h"

#include "first_api.h"

static int
older_open (void *handle, int mode, const char *scratch)
{
  (void) handle;
  (void) mode;
  (void) scratch;
  return DCPIPE_OK;
}

static int
older_prepare (void *handle, const dcpipe_tables *tables)
{
  (void) handle;
  for (size_t i = 0; i < dcpipe_tables_count (tables); i++) {
    const dcpipe_table *table = dcpipe_tables_at (tables, i);

    dcpipe_info ("table %s with %zu indexes", dcpipe_table_name (table), dcpipe_table_indexes (table));
  }
  return DCPIPE_OK;
}

static int
older_checkpoint_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  (void) handle;
  (void) checkpoint;
  return DCPIPE_OK;
}

static int
older_apply (void *handle, dcpipe_rows *rows)
{
  (void) handle;
  for (size_t i = 0; i < dcpipe_rows_count (rows); i++) {
    const dcpipe_row *row = dcpipe_rows_at (rows, i);
    struct dcpipe_bytes json = dcpipe_row_json (row);

    dcpipe_info ("row of %s: %.*s", dcpipe_table_name (dcpipe_row_table (row)), (int) json.size,
                 (const char *) json.data);
  }
  return DCPIPE_OK;
}

static int
older_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  (void) handle;
  (void) checkpoint;
  return DCPIPE_OK;
}

static int
older_rollback (void *handle)
{
  (void) handle;
  return DCPIPE_OK;
}

static int
older_reset (void *handle, const char *table)
{
  (void) handle;
  (void) table;
  return DCPIPE_OK;
}

static int
poison_put (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  (void) handle;
  (void) table;
  (void) key;
  (void) text;
  return DCPIPE_FAIL;
}

static int
poison_walk (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  (void) walk;
  return poison_put (handle, table, prefix, prefix);
}

static const struct first_sink older_sink = {
  .common = { "older_sink", "1", "tells what it is given", "Apache-2.0", { NULL, 0, 0 }, 0 },
  .open = older_open,
  .prepare = older_prepare,
  .checkpoint_load = older_checkpoint_load,
  .apply = older_apply,
  .commit = older_commit,
  .rollback = older_rollback,
  .reset = older_reset,
  .put = poison_put,
  .walk = poison_walk,
};

REGISTER_UP_TO (DCPIPE_KIND_SINK, sink, older_sink, put)
