/* SPDX-License-Identifier: Apache-2.0 */
/* The history of jobs on disk: the file jobs.json of the state directory, replaced as a whole. */
#ifndef DCPIPE_SERVICE_JOBS_JOB_FILE_H
#define DCPIPE_SERVICE_JOBS_JOB_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "service/jobs/job.h"

struct job_file {
  char *path;
  int lock; /* descriptor: this process alone has the file */
};

/* Makes the directory, if need be, and takes the file for this process. False after fail; to be closed in
 * either case. */
bool job_file_open (struct job_file *file, const char *directory);
void job_file_close (struct job_file *file);

/* Reads what is there: the jobs, the newest first, and the number that the next one will have. Leaves both
 * alone if there is no file yet. False after fail. */
bool job_file_load (const struct job_file *file, struct job **newest, uint64_t *next_id);

/* Writes all jobs; they are on disk when it returns true. False after fail. */
bool job_file_save (const struct job_file *file, const struct job *newest, uint64_t next_id);

#endif
