/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one job through the pipeline. Main thread. */
#ifndef DCPIPE_SERVICE_JOB_RUN_H
#define DCPIPE_SERVICE_JOB_RUN_H

struct job;
struct service;

/* From its beginning to its end, or until a job that follows is preempted by another, or the process is to
 * end.
 */
void job_run (struct service *service, struct job *job);

#endif
