/* SPDX-License-Identifier: Apache-2.0 */
/* One import that was asked for. */
#ifndef DCPIPE_SERVICE_JOBS_JOB_H
#define DCPIPE_SERVICE_JOBS_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_COMPLETED, JOB_FAILED, JOB_CANCELLED };
enum job_trigger { JOB_REQUEST, JOB_SCHEDULE, JOB_FOLLOW };

struct job {
  uint64_t id;
  char *label; /* canonical; NULL: all */
  enum job_trigger trigger;
  enum job_state state;
  uint64_t batch_size;                       /* 0: as configured */
  uint64_t created_ns, started_ns, ended_ns; /* since 1970; 0: not yet */
  int exit_status;                           /* enum status; -1: not yet */
  char *error;                               /* or NULL */
  json_t *stats;                             /* or NULL; not changed any more */
  json_t *progress;                          /* or NULL; not changed any more */
  bool cancelled;                            /* somebody wants it to end */
  unsigned watchers;                         /* requests that will still look at it */
  struct job *next;                          /* an older one */
};

const char *job_state_name (enum job_state state);
const char *job_trigger_name (enum job_trigger trigger);

/* As the REST API shows it, and as it is kept on disk. With the mutex of the jobs held, or by the main thread
 * for the job that it runs. */
json_t *job_json (const struct job *job);

void job_free (struct job *job);

#endif
