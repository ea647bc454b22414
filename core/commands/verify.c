/* SPDX-License-Identifier: Apache-2.0 */
/* Replays the ledger up to each frontier into a throw-away store of the same kind, and compares every
 * table. */
#include "config.h"

#include "commands/verify.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "base/exit-status.h"
#include "commands/arguments.h"
#include "data/row-json.h"
#include "data/row-merge.h"
#include "pipeline/pipeline.h"
#include "pipeline/sink-thread.h"
#include "plugin/instance.h"
#include "setup/tables.h"
#include "sink/reader.h"
#include "sink/sink-calls.h"

/* Differences printed for one table; the others are counted. */
#define PRINTED 10

struct verify {
  const struct setup *setup; /* with this one sink */
  struct reader stored;
  const uint64_t *until;
  struct instance *replayed; /* the throw-away store */
  struct instance *other;    /* where a scanned row is looked up */
  bool missing;              /* rows that `other` lacks are what is looked for; otherwise they are compared */
  uint64_t rows, differences;
  int result; /* of a lookup */
};

/* ---- rows --------------------------------------------------------------------------------------- */

/* Rows that a run of some labels inserted beyond the frontier are not the replay's business. */
static bool
is_covered (const struct verify *verify, const struct dcpipe_row *row)
{
  size_t decoder = row->table->decoder;

  if (decoder == TABLE_CORE) {
    struct dcpipe_bytes name = dcpipe_get_bytes (row, FAILED_DECODER);

    for (decoder = 0; decoder < verify->setup->decoders_count; decoder++)
      if (strlen (verify->setup->decoders[decoder]->instance.name) == name.size
          && memcmp (verify->setup->decoders[decoder]->instance.name, name.data, name.size) == 0)
        break;
    return decoder < verify->setup->decoders_count
           && dcpipe_get_u64 (row, FAILED_BLOCK_OFFSET) < verify->until[decoder];
  }
  for (size_t i = 0; i < row->table->columns_count; i++)
    if (row->table->columns[i].fill == DCPIPE_FILL_BLOCK_OFFSET)
      return dcpipe_is_null (row, i) || dcpipe_get_u64 (row, i) < verify->until[decoder];
  return true;
}

static void
print_key (const struct dcpipe_row *row)
{
  printf ("%s", row->table->name);
  for (size_t i = 0; i < row->table->keys_count; i++) {
    printf (" %s=", row->table->columns[row->table->keys[i]].name);
    dump_value (stdout, row, row->table->keys[i]);
  }
}

static void
report (struct verify *verify, const struct dcpipe_row *row, const struct dcpipe_row *stored, size_t column)
{
  if (++verify->differences > PRINTED)
    return;
  print_key (row);
  if (verify->missing)
    printf (": the ledger has no such row\n");
  else if (stored == NULL)
    printf (": missing\n");
  else {
    printf (": %s is ", row->table->columns[column].name);
    dump_value (stdout, stored, column);
    printf (", the ledger says ");
    dump_value (stdout, row, column);
    printf ("\n");
  }
}

static bool
check_row (void *context, const struct dcpipe_row *row)
{
  struct verify *verify = context;
  struct dcpipe_row *other;
  size_t column = 0;
  int result;

  if (!is_covered (verify, row))
    return true;
  verify->rows++;
  result = sink_get (verify->other, row, &other);
  if (result != DCPIPE_OK && result != DCPIPE_NONE) {
    verify->result = result;
    return false;
  }
  if (other == NULL || (!verify->missing && !row_equal (row, other, &column)))
    report (verify, row, other, column);
  free (other);
  return true;
}

static bool
scan_table (struct verify *verify, struct instance *from, const struct dcpipe_table *table)
{
  struct row_scratch scratch = { 0 };
  int result = sink_scan (from, row_scratch_key (&scratch, table), check_row, verify);

  row_scratch_free (&scratch);
  return result == DCPIPE_OK && verify->result == DCPIPE_OK;
}

/* Every replayed row is stored as it is, and nothing else is stored. */
static bool
compare_table (struct verify *verify, const struct dcpipe_table *table, uint64_t *differences)
{
  verify->rows = verify->differences = 0;
  verify->missing = false;
  verify->other = verify->stored.sink;
  if (!scan_table (verify, verify->replayed, table))
    return false;
  *differences += verify->differences;
  printf ("%s: %" PRIu64 " %s, %" PRIu64 " %s\n", table->name, verify->rows,
          plural (verify->rows, "row", "rows"), verify->differences,
          plural (verify->differences, "difference", "differences"));
  verify->differences = 0;
  verify->missing = true;
  verify->other = verify->replayed;
  if (!scan_table (verify, verify->stored.sink, table))
    return false;
  if (verify->differences > 0)
    printf ("%s: %" PRIu64 " %s that the ledger does not give\n", table->name, verify->differences,
            plural (verify->differences, "row", "rows"));
  *differences += verify->differences;
  return true;
}

/* ---- digests ------------------------------------------------------------------------------------ */

/* Digests are compared first and for every sink: they cover rows that a sink cannot give back, and a stored
 * digest that differs tells that even equal tables came about in another way. */
static uint64_t
compare_digests (const struct verify *verify, const struct dcpipe_checkpoint *replayed)
{
  uint64_t differences = 0;

  for (size_t i = 0; i < verify->setup->decoders_count; i++) {
    const char *name = verify->setup->decoders[i]->instance.name;
    const struct frontier *stored = checkpoint_find (&verify->stored.checkpoint, name);
    const struct frontier *again = checkpoint_find (replayed, name);
    char was[65], is[65];

    if (stored == NULL || !stored->at.known || again == NULL)
      continue;
    digest_text (was, stored->digest);
    digest_text (is, again->digest);
    if (strcmp (was, is) != 0) {
      printf ("decoder %s: the digest is %s, the ledger gives %s\n", name, was, is);
      differences++;
    }
    if (!again->at.known || again->at.position != stored->at.position) {
      printf ("decoder %s: stands at the block at %" PRIu64 ", which the replay did not reach\n", name,
              stored->at.position);
      differences++;
    }
  }
  return differences;
}

/* ---- replay ------------------------------------------------------------------------------------- */

struct replay {
  struct verify *verify;
  bool compared;
  uint64_t differences;
};

static void
compare (void *context, const struct run *run, bool last)
{
  struct replay *replay = context;
  struct verify *verify = replay->verify;
  const struct dcpipe_tables *tables = verify->stored.tables;
  bool good = true;

  /* Only a run that reached its end has all that the stored one had; while it still has its sink open the
   * rows can be read. */
  if (!last || run->ended)
    return;
  replay->differences += compare_digests (verify, sink_thread_checkpoint (run->sink_threads[0]));
  verify->replayed = verify->setup->sinks[0];
  if (!plugin_looks_up (verify->replayed->plugin))
    log_info ("the plugin %s cannot read rows back: digests were compared, tables not",
              plugin_name (verify->replayed->plugin));
  else
    /* sync_status comes before these. It has the times of commits, and differs with each run. */
    for (size_t i = CORE_FAILED_ENTRIES; i < tables->count && good; i++)
      good = tables->items[i].decoder == TABLE_SOURCE
             || compare_table (verify, &tables->items[i], &replay->differences);
  if (!good)
    log_error ("%s", failure ());
  replay->compared = good;
}

static int
remove_one (const char *path, const struct stat *information, int kind, struct FTW *walk)
{
  (void) information;
  (void) kind;
  (void) walk;
  return remove (path);
}

/* Replays into a new directory, which is removed afterwards. */
static int
replay_and_compare (struct replay *replay)
{
  const char *place = getenv ("TMPDIR");
  CLEANUP_FREE char *directory = NULL;
  struct run_options options = { .until = replay->verify->until, .show = compare, .context = replay };
  int status;

  if (asprintf (&directory, "%s/dcpipe-verify-XXXXXX", place && place[0] ? place : "/tmp") < 0
      || mkdtemp (directory) == NULL) {
    log_error ("a directory for the replay cannot be made below %s: %s", place && place[0] ? place : "/tmp",
               strerror (errno));
    return STATUS_FAILED;
  }
  options.scratch = directory;
  status = run_pipeline (replay->verify->setup, &options);
  /* Links are not followed, so nothing outside is removed. What cannot be removed changes nothing of the
   * answer. */
  nftw (directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return status;
}

/* Differences and a replay that failed are different answers: the first says that the copy is wrong, the
 * second says nothing of it. */
static int
verify_opened (struct verify *verify)
{
  struct replay replay = { .verify = verify };
  int status = replay_and_compare (&replay);

  if (status == STATUS_FAILED || status == STATUS_DIVERGED || status == STATUS_TEMPORARY)
    log_error ("%s was not compared: the ledger could not be replayed", verify->stored.sink->title);
  if (status != STATUS_DONE && status != STATUS_DONE_WITH_FAILED_ENTRIES)
    return status;
  if (!replay.compared)
    return STATUS_FAILED;
  if (replay.differences == 0) {
    printf ("%s: equal to the ledger\n", verify->stored.sink->title);
    return STATUS_DONE;
  }
  printf ("%s: %" PRIu64 " %s\n", verify->stored.sink->title, replay.differences,
          plural (replay.differences, "difference", "differences"));
  log_error ("%s differs from the ledger", verify->stored.sink->title);
  return STATUS_DIVERGED;
}

/* Learns how far each decoder stands. What was stored with other settings differs from a replay with these,
 * which says nothing of the ledger. */
static int
find_ends (const struct verify *verify, const char *sink, uint64_t *until)
{
  for (size_t i = 0; i < verify->setup->decoders_count; i++) {
    const struct decoder *decoder = verify->setup->decoders[i];
    const struct frontier *frontier = checkpoint_find (&verify->stored.checkpoint, decoder->instance.name);

    if (frontier != NULL && !frontier_check (verify->setup, sink, decoder, frontier))
      return STATUS_CONFIGURATION;
    until[i] = frontier != NULL && frontier->at.known ? frontier->at.position + 1 : 0;
  }
  return STATUS_DONE;
}

static int
verify_sink (const struct setup *setup, struct instance *configured)
{
  struct instance *throwaway = instance_clone (configured);
  struct setup one = *setup;
  CLEANUP_FREE uint64_t *until = calloc (setup->decoders_count + 1, sizeof *until);
  struct verify verify = { .setup = &one, .until = until };
  struct dcpipe_tables *tables = tables_make (setup);
  int status = throwaway != NULL && until != NULL && tables != NULL
                   ? reader_open (&verify.stored, configured, tables)
                   : STATUS_FAILED;

  if (status != STATUS_DONE)
    log_error ("%s", failure ());
  else if (verify.stored.checkpoint.frontiers_count == 0) {
    log_error ("%s: nothing is stored, so there is nothing to compare", configured->title);
    status = STATUS_FAILED;
  } else {
    one.sinks = &throwaway;
    one.sinks_count = 1;
    status = find_ends (&verify, configured->name, until);
    if (status == STATUS_DONE)
      status = verify_opened (&verify);
    else
      log_error ("%s: %s", configured->title, failure ());
  }
  reader_close (&verify.stored);
  tables_free (tables);
  instance_free (throwaway);
  return status;
}

int
command_verify (const struct setup *setup, const struct arguments *arguments)
{
  int status = STATUS_DONE;

  if (arguments->sink != NULL && setup_find_sink (setup, arguments->sink) == NULL) {
    log_error ("%s", failure ());
    return STATUS_USAGE;
  }
  for (size_t i = 0; i < setup->sinks_count; i++) {
    int one;

    if (arguments->sink != NULL && strcmp (arguments->sink, setup->sinks[i]->name) != 0)
      continue;
    one = verify_sink (setup, setup->sinks[i]);
    if (one != STATUS_DONE)
      status = one;
  }
  return status;
}
