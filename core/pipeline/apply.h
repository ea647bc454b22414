/* SPDX-License-Identifier: Apache-2.0 */
/* Applies blocks to one sink, within its current transaction: leaves out what lies behind a frontier, lets
 * decoders resolve, hands rows to the sink and keeps the frontiers. One thread. */
#ifndef DCPIPE_PIPELINE_APPLY_H
#define DCPIPE_PIPELINE_APPLY_H

#include "data/checkpoint.h"
#include "pipeline/commit-report.h"
#include "pipeline/failed-entries.h"
#include "pipeline/run.h"
#include "pipeline/sink-thread.h"
#include "sink/row-cache.h"

struct applier {
  struct run *run;
  struct instance *sink;
  struct dcpipe_checkpoint *checkpoint; /* as it stands with what was applied */
  struct row_cache cache;
  struct table_changes *changes;        /* by table, since the last commit */
  const struct dcpipe_block *last;      /* applied since the last commit */
  const struct dcpipe_block **advanced; /* by decoder: where its frontier moves at the commit, or NULL */
  struct arena arena;                   /* rows made here, until the commit */
  struct arena resolved;                /* rows that resolve makes of the entry at hand */
  bool block_is_new;                    /* the block at hand is applied to some decoder */
  uint64_t blocks, entries;             /* applied to any decoder, since the last commit */
  uint64_t source_rows;                 /* of the source's own tables, since the last commit */
  struct failures failures;             /* since the last commit */
  const struct dcpipe_row **rows;       /* waiting to be given to the sink */
  size_t rows_count;
  struct row_effect *effects;
  struct failure_notes notes; /* of those rows, for people */
  uint64_t synced_ns;         /* the time that sync_status has, since 1970 */
};

/* False after fail. */
bool applier_init (struct applier *applier, struct run *run, struct instance *sink,
                   struct dcpipe_checkpoint *checkpoint);
void applier_free (struct applier *applier);

/* Results are enum dcpipe_result; other than DCPIPE_OK after fail. */
int applier_block (struct applier *applier, const struct dcpipe_block *block);

/* Applies rows of the source's own tables. */
int applier_rows (struct applier *applier, const struct row_list *list);

/* Gives everything that waits to the sink, moves the frontiers, and writes sync_status: all but the commit
 * itself. */
int applier_finish (struct applier *applier);

/* After a commit, and after a rollback (when the checkpoint has been read again). */
void applier_committed (struct applier *applier);
void applier_rolled_back (struct applier *applier);

/* Writes the rows of sync_status from the checkpoint. */
int applier_sync_status (struct applier *applier);

#endif
