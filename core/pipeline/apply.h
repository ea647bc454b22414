/* SPDX-License-Identifier: Apache-2.0 */
/* Applies blocks to one sink, within its current transaction: leaves out what lies behind a frontier, lets
 * decoders resolve, hands rows to the sink and keeps the frontiers. One thread. */
#ifndef DCPIPE_PIPELINE_APPLY_H
#define DCPIPE_PIPELINE_APPLY_H

#include "data/checkpoint.h"
#include "pipeline/commit-report.h"
#include "pipeline/failed-entries.h"
#include "pipeline/run.h"
#include "sink/row-cache.h"

struct apply {
  struct run *run;
  struct instance *sink;
  struct dcpipe_checkpoint *checkpoint; /* as it stands with what was applied */
  struct frontier **frontiers;          /* in it, by decoder */
  struct row_cache cache;
  struct table_changes *changes;        /* by table, since the last commit */
  const struct dcpipe_block *last;      /* applied since the last commit */
  const struct dcpipe_block **advanced; /* by decoder: where its frontier moves at the commit, or NULL */
  struct arena arena;                   /* rows made here, until the commit */
  struct arena resolved;                /* rows that resolve makes of the entry at hand */
  bool block_is_new;                    /* the block at hand is applied to some decoder */
  uint64_t blocks, entries;             /* applied to any decoder, since the last commit */
  uint64_t source_rows;                 /* of the source's own tables, since the last commit */
  struct failed_keys failed_keys;       /* since the last commit */
  const struct dcpipe_row **rows;       /* waiting to be given to the sink */
  size_t rows_count;
  struct row_effect *effects;
  struct failed_entries failed; /* the newest of them */
  uint64_t synced_ns;           /* the time that sync_status has, since 1970 */
};

/* The checkpoint has a frontier for each decoder. False after fail. */
bool apply_init (struct apply *apply, struct run *run, struct instance *sink,
                 struct dcpipe_checkpoint *checkpoint);
void apply_free (struct apply *apply);

/* Results are enum dcpipe_result; other than DCPIPE_OK after fail. */
int apply_block (struct apply *apply, const struct dcpipe_block *block);

/* Applies rows of the source's own tables. */
int apply_source_rows (struct apply *apply, const struct row_list *list);

/* Gives everything that waits to the sink, moves the frontiers, and writes sync_status: all but the commit
 * itself. */
int apply_finish (struct apply *apply);

/* After a commit, and after a rollback. Before anything is applied after that, the checkpoint has been read
 * again, has a frontier for each decoder, and its frontiers have been found. */
void apply_committed (struct apply *apply);
void apply_rolled_back (struct apply *apply);
void apply_find_frontiers (struct apply *apply);

/* Writes the rows of sync_status from the checkpoint. */
int apply_sync_status (struct apply *apply);

#endif
