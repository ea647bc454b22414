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
#include "data/row.h"
#include "data/table.h"

/* A row that came into failed_entries. */
struct failure_note {
  uint64_t block_offset, entry_index, item;
  char *label, *decoder, *reason;
};

/* A bounded list: when it is full the oldest is dropped. */
#define FAILURE_NOTES_MAX 100
struct failure_notes {
  struct failure_note *items;
  size_t count;
};

/* Appends a copy of the row. When memory is short the note is lost: the row itself is in the table. */
void failure_notes_add (struct failure_notes *notes, const struct dcpipe_row *row);

/* Appends copies of all of `from`. */
void failure_notes_copy (struct failure_notes *notes, const struct failure_notes *from);

/* Appends all of `from`, which is empty afterwards. */
void failure_notes_move (struct failure_notes *notes, struct failure_notes *from);
void failure_notes_clear (struct failure_notes *notes);

struct commit_report {
  pthread_mutex_t mutex; /* for all that follows */
  uint64_t commits;
  uint64_t time_ns; /* of the last commit, since 1970, as sync_status has it */
  char *text;       /* the checkpoint */
  size_t size;
  struct table_changes *changes; /* by table, in this run; NULL before the first commit */
  size_t tables;
  struct failure_notes failures; /* since they were taken last */
};

void commit_report_init (struct commit_report *report, size_t tables);
void commit_report_destroy (struct commit_report *report);

/* After a commit, on the sink's thread. Empties `failures`. */
void commit_report_publish (struct commit_report *report, const struct dcpipe_checkpoint *checkpoint,
                            uint64_t time_ns, const struct table_changes *changes,
                            struct failure_notes *failures);

#endif
