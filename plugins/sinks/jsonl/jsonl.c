/* SPDX-License-Identifier: Apache-2.0 */
/* Stores each table as a file of JSON lines, in the order in which rows came: a change log that other
 * programs can follow, and that folds back into the table (doc/formats.md). */
#include "config.h"

#include "apply.h"
#include "fold.h"
#include "open.h"
#include "snapshot.h"
#include "transaction.h"

static const struct dcpipe_option jsonl_options[] = {
  { .key = "path",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_REQUIRED | DCPIPE_OPTION_STORE,
    .help = "The directory, made if it is missing; it holds one file TABLE.jsonl for each table.",
    .offset = offsetof (struct files, path) },
  { .key = "fsync",
    .type = DCPIPE_OPTION_BOOL,
    .default_value = "yes",
    .help = "Wait for the disk at each commit; without it a power loss may damage the files, but a kill does "
            "not.",
    .offset = offsetof (struct files, fsync) },
};

static int
jsonl_open (void *handle, int mode, const char *scratch)
{
  struct files *files = handle;

  (void) scratch; /* where `path` lies then */
  files->mode = mode;
  files->durable = mode == DCPIPE_WRITE && files->fsync;
  return files_open (files);
}

static int
jsonl_prepare (void *handle, const dcpipe_tables *tables)
{
  struct files *files = handle;

  files->declared = tables;
  return files_prepare (files);
}

static int
jsonl_checkpoint_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  struct files *files = handle;
  int result = files_snapshot (files);

  if (result == DCPIPE_OK && files->text != NULL)
    dcpipe_checkpoint_set (checkpoint, files->text, files->text_size);
  return result;
}

static int
jsonl_apply (void *handle, dcpipe_rows *rows)
{
  size_t count = dcpipe_rows_count (rows);
  int result = DCPIPE_OK;

  for (size_t i = 0; i < count && result == DCPIPE_OK; i++)
    result = apply_row (handle, rows, i);
  return result;
}

static int
jsonl_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  return files_commit (handle, dcpipe_checkpoint_text (checkpoint));
}

static int
jsonl_rollback (void *handle)
{
  return files_rollback (handle);
}

static int
jsonl_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  return fold_get (handle, key, row);
}

static int
jsonl_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  return fold_scan (handle, prefix, scan);
}

static int
jsonl_reset (void *handle, const char *table)
{
  return files_reset (handle, table);
}

static void
jsonl_close (void *handle)
{
  files_close (handle);
}

static const struct dcpipe_sink jsonl_sink = {
  .name = "jsonl",
  .version = PACKAGE_VERSION,
  .description = "stores each table as a file of JSON lines, a change log",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (jsonl_options),
  .handle_size = sizeof (struct files),
  .open = jsonl_open,
  .prepare = jsonl_prepare,
  .checkpoint_load = jsonl_checkpoint_load,
  .apply = jsonl_apply,
  .commit = jsonl_commit,
  .rollback = jsonl_rollback,
  .get = jsonl_get,
  .scan = jsonl_scan,
  .reset = jsonl_reset,
  .close = jsonl_close,
};
DCPIPE_REGISTER_SINK (jsonl_sink)
