/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins for tests that end the process, in whichever callback they are told to: a source of a few blocks, a
 * decoder that resolves, and sinks of both forms that keep nothing. DOOMED_KIND tells which of them this is.
 */
#include "dcpipe-plugin.h"

#include <stdlib.h>
#include <string.h>

#define SOURCE 1
#define DECODER 2
#define SINK 3
#define SIMPLE 4

enum how { EXIT, ABORT, CRASH };

struct doomed {
  const char *in;
  int how;
  uint64_t next;
  bool lost;
};

static const struct dcpipe_option options[] = {
  { "in", DCPIPE_OPTION_TEXT, "nowhere", NULL, 0, 0, 0, "the callback that ends the process",
    offsetof (struct doomed, in) },
  { "how", DCPIPE_OPTION_ENUM, "exit", "exit|abort|crash", 0, 0, 0, "and how",
    offsetof (struct doomed, how) },
};

static bool
is_meant (const struct doomed *doomed, const char *callback)
{
  return strcmp (doomed->in, callback) == 0;
}

static int *volatile nowhere;

static void
end (int how)
{
  if (how == EXIT)
    exit (0);
  if (how == ABORT)
    abort ();
  *nowhere = 1;
}

/* The callback of that name is reached. */
static int
reach (const void *handle, const char *callback)
{
  const struct doomed *doomed = handle;

  if (is_meant (doomed, callback))
    end (doomed->how);
  return DCPIPE_OK;
}

static int
doomed_complete (void *handle)
{
  return reach (handle, "config_complete");
}

static void
doomed_free (void *handle)
{
  reach (handle, "config_free");
}

#define COMMON(name_)                                                                                        \
  .name = name_, .version = "1.0", .description = "ends the process, for tests", .license = "Apache-2.0",    \
  .options = DCPIPE_ARRAY (options), .handle_size = sizeof (struct doomed),                                  \
  .config_complete = doomed_complete, .config_free = doomed_free

#if DOOMED_KIND == SOURCE

enum { BLOCKS = 3 };

static const struct dcpipe_column columns[] = { { "name", DCPIPE_TEXT, 1, 0, 0, "" } };

static const struct dcpipe_table_def tables[] = {
  { .name = "doomed_names", .columns = DCPIPE_ARRAY (columns) },
};

static unsigned
doomed_capabilities (const void *handle)
{
  reach (handle, "capabilities");
  return DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES;
}

static bool
doomed_fills_table (const void *handle, size_t table)
{
  (void) table;
  reach (handle, "fills_table");
  return true;
}

static int
doomed_open (void *handle, const dcpipe_resume *resume)
{
  (void) resume;
  return reach (handle, "open");
}

static int
doomed_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  static const uint8_t blocks[BLOCKS] = { 1, 2, 3 };
  struct doomed *doomed = handle;
  uint8_t *memory;

  (void) deadline;
  reach (handle, "next");
  if (doomed->next == BLOCKS)
    return DCPIPE_TIP;
  memory = dcpipe_batch_memory (batch, BLOCKS);
  if (memory == NULL)
    return DCPIPE_FAIL;
  memcpy (memory, blocks, BLOCKS);
  for (; doomed->next < BLOCKS; doomed->next++)
    dcpipe_batch_frame (batch, doomed->next, &memory[doomed->next], 1);
  return DCPIPE_OK;
}

static int
doomed_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  struct dcpipe_bytes hash = dcpipe_frame_bytes (frame), parent = hash;
  uint8_t before = (uint8_t) (hash.data[0] - 1);

  reach (handle, "unpack");
  parent.data = &before;
  parent.size = before > 0;
  dcpipe_block_entry (block, hash, hash, hash, false);
  dcpipe_block_header (block, 1, hash, parent);
  return DCPIPE_OK;
}

static void
doomed_close (void *handle)
{
  reach (handle, "close");
}

static int
doomed_probe (void *handle, uint64_t deadline)
{
  (void) deadline;
  return reach (handle, "probe");
}

static int
doomed_tip (void *handle, uint64_t deadline, dcpipe_tip *tip)
{
  (void) deadline;
  dcpipe_tip_end (tip, BLOCKS);
  return reach (handle, "tip");
}

static const struct dcpipe_source doomed_source = {
  COMMON ("doomed_source"),
  .tables = DCPIPE_ARRAY (tables),
  .capabilities = doomed_capabilities,
  .fills_table = doomed_fills_table,
  .open = doomed_open,
  .next = doomed_next,
  .unpack = doomed_unpack,
  .close = doomed_close,
  .probe = doomed_probe,
  .tip = doomed_tip,
};
DCPIPE_REGISTER_SOURCE (doomed_source)

#elif DOOMED_KIND == DECODER

static const struct dcpipe_column columns[] = {
  { "key", DCPIPE_BLOB, 1, 0, 0, "" },
  { "block_offset", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },
  { "entry_index", DCPIPE_U64, 0, DCPIPE_FILL_ENTRY_INDEX, 0, "" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "doomed_entries", .columns = DCPIPE_ARRAY (columns) },
};

static int
doomed_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct dcpipe_bytes key = dcpipe_entry_key (entry);

  dcpipe_set_blob (dcpipe_row_add (rows, 0, DCPIPE_UPSERT), 0, key.data, key.size);
  if (dcpipe_rows_note (rows, 1) == NULL)
    return DCPIPE_FAIL;
  return reach (handle, "decode");
}

static bool
look_at (void *context, const dcpipe_row *row)
{
  (void) row;
  reach (context, "each");
  return true;
}

static int
doomed_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  dcpipe_row *key = dcpipe_lookup_key (lookup, 0);
  struct doomed doomed = *(const struct doomed *) handle;
  const dcpipe_row *row;
  int result;

  (void) entry, (void) rows;
  reach (handle, "resolve");
  dcpipe_set_blob (key, 0, "absent", 6);
  result = dcpipe_lookup_get (lookup, key, &row);
  if (result == DCPIPE_NONE)
    result = dcpipe_lookup_scan (lookup, dcpipe_lookup_key (lookup, 0), look_at, &doomed);
  return result == DCPIPE_OK ? DCPIPE_OK : DCPIPE_FAIL;
}

static const struct dcpipe_decoder doomed_decoder = {
  COMMON ("doomed_decoder"),
  .tables = DCPIPE_ARRAY (tables),
  .decode = doomed_decode,
  .resolve = doomed_resolve,
};
DCPIPE_REGISTER_DECODER (doomed_decoder)

#else

static int
doomed_open (void *handle, int mode, const char *scratch)
{
  (void) mode, (void) scratch;
  return reach (handle, "open");
}

static int
doomed_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  (void) checkpoint;
  return reach (handle, "commit");
}

static int
doomed_rollback (void *handle)
{
  return reach (handle, "rollback");
}

static int
doomed_tip_reached (void *handle)
{
  return reach (handle, "tip_reached");
}

static void
doomed_close (void *handle)
{
  reach (handle, "close");
}

#define SINK_COMMON(name_)                                                                                   \
  COMMON (name_), .open = doomed_open, .commit = doomed_commit, .rollback = doomed_rollback,                 \
                  .tip_reached = doomed_tip_reached, .close = doomed_close

#if DOOMED_KIND == SIMPLE

static int
doomed_put (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  (void) table, (void) key, (void) text;
  return reach (handle, "put");
}

static int
doomed_walk (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  (void) table, (void) prefix, (void) walk;
  return reach (handle, "walk");
}

static const struct dcpipe_sink doomed_simple = {
  SINK_COMMON ("doomed_simple"),
  .put = doomed_put,
  .walk = doomed_walk,
};
DCPIPE_REGISTER_SINK (doomed_simple)

#else

static int
doomed_prepare (void *handle, const dcpipe_tables *tables)
{
  (void) tables;
  return reach (handle, "prepare");
}

static int
doomed_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  (void) checkpoint;
  return reach (handle, "checkpoint_load");
}

/* For a rollback to be reached, something must be lost. */
static int
doomed_apply (void *handle, dcpipe_rows *rows)
{
  struct doomed *doomed = handle;

  (void) rows;
  if (is_meant (doomed, "rollback") && !doomed->lost) {
    doomed->lost = true;
    return DCPIPE_AGAIN;
  }
  return reach (handle, "apply");
}

static int
doomed_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  (void) key, (void) row;
  reach (handle, "get");
  return DCPIPE_NONE;
}

static int
doomed_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  (void) prefix, (void) scan;
  return reach (handle, "scan");
}

static int
doomed_reset (void *handle, const char *table)
{
  (void) table;
  return reach (handle, "reset");
}

static const struct dcpipe_sink doomed_sink = {
  SINK_COMMON ("doomed_sink"), .prepare = doomed_prepare, .checkpoint_load = doomed_load,
  .apply = doomed_apply,       .get = doomed_get,         .scan = doomed_scan,
  .reset = doomed_reset,
};
DCPIPE_REGISTER_SINK (doomed_sink)

#endif
#endif
