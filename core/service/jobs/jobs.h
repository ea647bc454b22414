/* SPDX-License-Identifier: Apache-2.0 */
/* Imports that were asked for: those that wait, the one that runs, and a bounded history, kept on disk
 * (job-file.h) so that no import that was accepted is forgotten, however the process ends.
 *
 *    queued ──▶ running ──▶ completed | failed | cancelled
 *      ▲           │
 *      └───────────┘  the process ended, or a job that follows the tip is preempted by others
 *
 * Everything here may be called on any thread unless it says otherwise. */
#ifndef DCPIPE_SERVICE_JOBS_JOBS_H
#define DCPIPE_SERVICE_JOBS_JOBS_H

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/jobs/job-file.h"
#include "service/jobs/job.h"

struct MHD_Connection;
struct events;

/* So many may wait, and so many that ended are remembered. */
#define JOBS_QUEUED_MAX 32
#define JOBS_ENDED_MAX 100

/* A request that waits for a job, its connection being suspended. */
struct job_wait {
  struct job *job;
  struct MHD_Connection *connection;
  uint64_t deadline; /* CLOCK_MONOTONIC, ns: until when it waits for the job to begin; 0 for ever */
  bool late;         /* that was too long, and the job was taken out of the queue */
  bool waiting;
  struct job_wait *next;
};

struct jobs_counts {
  uint64_t queued, running;
  uint64_t ended[JOB_CANCELLED + 1]; /* by state, since the process began */
  uint64_t completed_ns; /* when an import of everything was completed last, since 1970; 0: never */
};

struct jobs {
  pthread_mutex_t mutex;       /* for all that follows, and what is in the jobs */
  struct events *events;       /* that tell of changes */
  const atomic_bool *stopping; /* no new ones are taken */
  struct job *newest;
  uint64_t next_id;
  struct job_wait *waits;
  struct job_file file;
  int wake[2];                       /* pipe: something is to be done */
  int unsaved;                       /* errno: why the file could not be written last; 0 if it was */
  uint64_t tried;                    /* CLOCK_MONOTONIC, ns: when that was */
  uint64_t ended[JOB_CANCELLED + 1]; /* by state, since the process began */
};

/* Reads the history from the directory, which is made. Jobs that had not ended are queued again. False after
 * fail. */
bool jobs_init (struct jobs *jobs, struct events *events, const atomic_bool *stopping, const char *directory);
void jobs_destroy (struct jobs *jobs);

/* Queues a job and stores that on disk. Its id; 0 after fail if too many are queued (`*full` is set), no new
 * ones are taken, or the disk fails. With `wait`, the request will look at the job; see jobs_wait. */
uint64_t jobs_add (struct jobs *jobs, const char *label, enum job_trigger trigger, uint64_t batch_size,
                   struct job_wait *wait, bool *full);

/* Suspends the connection until the job has ended, or has not begun by `deadline`. HTTP thread. */
void jobs_wait (struct jobs *jobs, struct job_wait *wait);

/* The request is done with its job. */
void jobs_forget (struct jobs *jobs, struct job_wait *wait);

/* Wakes the requests whose time is over. */
void jobs_expire (struct jobs *jobs);

/* Tries again to write the history, once a second, if that failed last. */
void jobs_save_again (struct jobs *jobs);

/* An errno: why no job can be stored for now; 0 if nothing is known against it. */
int jobs_hindrance (struct jobs *jobs);

/* All waiting ends. Once no new jobs are taken. */
void jobs_close (struct jobs *jobs);

/* The oldest one queued, others before one that follows; it runs from now on. NULL if there is none. Main
 * thread, as are the next eight. */
struct job *jobs_begin (struct jobs *jobs);

/* True if a job other than one that follows is queued. */
bool jobs_are_waiting (struct jobs *jobs);

/* True if a job of that trigger is queued or runs. */
bool jobs_have (struct jobs *jobs, enum job_trigger trigger);

/* The job goes back into the queue. */
void jobs_pause (struct jobs *jobs, struct job *job);

/* What came of the job, which is told of it before it ends. `error` and `stats` become the job's; they may be
 * NULL. */
void jobs_set_result (struct jobs *jobs, struct job *job, int exit_status, char *error, json_t *stats);

/* The job has ended. */
void jobs_end (struct jobs *jobs, struct job *job, enum job_state state);

/* Take the reference over. */
void jobs_set_progress (struct jobs *jobs, struct job *job, json_t *progress);
void jobs_set_stats (struct jobs *jobs, struct job *job, json_t *stats);

struct jobs_counts jobs_count (struct jobs *jobs);

bool job_is_cancelled (struct jobs *jobs, const struct job *job);

enum cancel_result { CANCEL_UNKNOWN, CANCEL_OVER, CANCEL_DONE, CANCEL_REQUESTED };

/* Cancels a job; `*json` is what it is afterwards, or NULL. */
enum cancel_result jobs_cancel (struct jobs *jobs, uint64_t id, json_t **json);

/* As the REST API shows them: the newest first, at most `max`; one of them, or NULL; the newest of that
 * trigger that has ended, or null. */
json_t *jobs_list_json (struct jobs *jobs, size_t max);
json_t *jobs_find_json (struct jobs *jobs, uint64_t id);
json_t *jobs_last_json (struct jobs *jobs, enum job_trigger trigger);

#endif
