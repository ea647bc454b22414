/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink's thread tells others with each commit: the checkpoint as it was stored, what became of the
 * tables, and which entries failed. So nobody needs to read the store in order to know how far it is. */
#ifndef DCPIPE_PIPELINE_COMMIT_REPORT_H
#define DCPIPE_PIPELINE_COMMIT_REPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/checkpoint.h"
#include "data/table.h"
#include "pipeline/failed-entries.h"

struct commit_report {
  pthread_mutex_t mutex; /* for all that follows */
  uint64_t commits;
  uint64_t time_ns; /* of the last commit, since 1970, as sync_status has it */
  char *text;       /* the checkpoint */
  size_t size;
  struct table_changes *changes; /* by table, in this run; NULL before the first commit */
  size_t tables;
  struct failed_entries failed; /* since they were taken last */
};

void commit_report_init (struct commit_report *report, size_t tables);
void commit_report_destroy (struct commit_report *report);

/* After a commit, on the sink's thread. Empties `failed`. */
void commit_report_publish (struct commit_report *report, const struct dcpipe_checkpoint *checkpoint,
                            uint64_t time_ns, const struct table_changes *changes,
                            struct failed_entries *failed);

#endif
