/* SPDX-License-Identifier: Apache-2.0 */
/* The history of jobs on disk: the file jobs.json of the state directory, replaced as a whole. */
#ifndef DCPIPE_SERVICE_JOBS_JOB_FILE_H
#define DCPIPE_SERVICE_JOBS_JOB_FILE_H

#include <stdbool.h>

#include "service/jobs/jobs.h"

/* Makes the directory, if need be, and reads what is there. False after fail. */
bool job_file_open (struct jobs *jobs, const char *directory);

/* Writes all jobs; they are on disk when it returns true. False after fail. With the mutex held. */
bool job_file_save (const struct jobs *jobs);

#endif
